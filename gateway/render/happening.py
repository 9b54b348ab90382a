"""What happened, in one line: the heading of an operator's mail, a sentence in a customer's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.mail.headers import one_line
from gateway.render import card
from gateway.render.links import owns
from gateway.render.wording import Locale


def what(notice: Mapping[str, Any], locale: Locale) -> str:
    """Return the line for the event and audience; empty where there are no words for it."""
    audience, event, facts = str(notice["audience"]), str(notice["event"]), notice["facts"]
    side = "what" if audience in {"operator", "admin"} else "told"
    path = f"{side}.{event}{_assigned_to(notice) if (side, event) == ('what', 'assigned') else ''}"
    if path not in locale.words.texts:
        return str((facts.get("ticket") or {}).get("subject") or "") if side == "what" else ""
    return one_line(locale.words.get(path, **_slots(facts, audience, locale)))


def lines(facts: Mapping[str, Any], locale: Locale) -> list[tuple[str, ...]]:
    """Return the rows of a list of things that happened: time, reference, what, who and his first words."""
    return [_line(one, locale) for one in facts.get("happenings") or ()]


def _line(one: Mapping[str, Any], locale: Locale) -> tuple[str, ...]:
    event = f"events.{one['event']}"
    what_ = locale.words.get(event) if event in locale.words.texts else ""
    said = ": ".join(str(one[name]) for name in ("author", "text") if one[name])
    return locale.short(str(one["at"])), one_line(str(one["reference"])), what_, one_line(said)


def _assigned_to(notice: Mapping[str, Any]) -> str:
    ticket = notice["facts"].get("ticket") or {}
    if owns(notice):
        return ""
    return "-other" if ticket.get("owner") else "-group"


def _slots(facts: Mapping[str, Any], audience: str, locale: Locale) -> dict[str, str]:
    ticket, entry = facts.get("ticket") or {}, facts.get("entry") or {}
    words, operator = locale.words, facts.get("operator") or {}
    author = entry.get("author") or {}
    actor = (
        facts.get("actor")
        or (author if entry.get("visibility") != "public" or entry.get("kind") == "answer" else {})
        or operator
    )
    return {
        "author": _named(author) or words.get("what.someone"),
        "actor": _named(actor) or words.get("what.someone"),
        "helper": str(operator.get("first_name") or words.get("told.we")),
        "requester": _named(facts.get("requester") or ticket.get("requester") or {}) or words.get("what.customer"),
        "owner": str(ticket.get("owner_name") or ticket.get("owner") or ""),
        "group": str(ticket.get("group_name") or ticket.get("group") or ""),
        "status": card.status(ticket, audience, locale).lower() if ticket else "",
        "contract": str((facts.get("contract") or {}).get("name") or ticket.get("contract") or ""),
    }


def _named(person: Mapping[str, Any]) -> str:
    return str(person.get("name") or person.get("address") or "")
