"""The quiet card under a mail: how the ticket stands, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.render.wording import Locale

Row = tuple[str, str]
_REFERENCE = {True: "card.reference_operator", False: "card.reference"}


def status(ticket: Mapping[str, Any], audience: str, locale: Locale) -> str:
    """Return the status in words; a desk's own status keeps its name, if it has one."""
    side = "operator" if audience == "operator" else "requester"
    fixed, named = str(ticket.get("status") or ""), str(ticket.get("status_name") or "")
    if named and named not in (fixed, locale.words.get(f"status.operator.{fixed}")):
        return named
    if fixed == "paused" and ticket.get("wakes_at"):
        return locale.words.get(f"status.{side}.paused_until", day=locale.day(str(ticket["wakes_at"])))
    return locale.words.get(f"status.{side}.{fixed}") if fixed else ""


def title(facts: Mapping[str, Any], audience: str, locale: Locale) -> str:
    """Return `Ärende ACME-1042 · Väntar på ditt svar · Anna hjälper dig`."""
    ticket = facts["ticket"]
    parts = [
        locale.words.get(_REFERENCE[audience == "operator"], reference=str(ticket["reference"])),
        status(ticket, audience, locale),
    ]
    helper = (facts.get("operator") or {}).get("first_name")
    if audience == "requester" and helper and ticket.get("status") not in {"resolved", "closed"}:
        parts.append(locale.words.get("card.helper", name=str(helper)))
    return " · ".join(part for part in parts if part)


def rows(facts: Mapping[str, Any], audience: str, locale: Locale) -> list[Row]:
    """Return label and value of each line; only operators see more than the title."""
    if audience != "operator":
        return []
    pairs = (*_state(facts, locale), *_people(facts, locale), *_rest(facts, locale))
    known = [(locale.words.get(f"labels.{label}"), value) for label, value in pairs if value]
    own = facts["ticket"].get("own_fields") or ()  # the desk's own, under the desk's own labels
    return known + [(str(field["label"]), str(field["value"])) for field in own]


def _state(facts: Mapping[str, Any], locale: Locale) -> Iterator[Row]:
    ticket, due, waiting = facts["ticket"], facts.get("due") or {}, facts.get("waiting") or {}
    priority = str(ticket.get("priority") or "")
    yield "priority", locale.words.get(f"values.{priority}") if priority else ""
    yield "owner", str(ticket.get("owner_name") or ticket.get("owner") or locale.words.get("labels.nobody"))
    yield "group", str(ticket.get("group_name") or ticket.get("group") or "")
    for name in ("first_response", "next_response", "update", "resolution"):
        yield name, locale.when(due[name]) if due.get(name) else ""
    waited = ticket.get("status") == "waiting"
    yield "waiting_next", locale.day(waiting["next"]) if waited and waiting.get("next") else ""
    if waited and waiting.get("then_at"):
        then = locale.words.get(f"status.operator.{waiting.get('then_status') or 'resolved'}")
        yield (
            "waiting_then",
            locale.words.get("labels.waiting_then_value", status=then, day=locale.day(waiting["then_at"])),
        )
    yield "next_step", str(ticket.get("next_step") or "")


def _people(facts: Mapping[str, Any], locale: Locale) -> Iterator[Row]:
    ticket = facts["ticket"]
    person = facts.get("requester") or ticket.get("requester") or {}
    yield "requester", named(person)
    copied = (facts.get("entry") or {}).get("copied") or ()
    yield "copied", "\n".join(named(one) for one in copied[:10])
    yield "organisation", str(ticket.get("organisation") or "")
    yield "contract", str(ticket.get("contract") or "")
    yield "created", locale.short(str(ticket["created_at"])) if ticket.get("created_at") else ""


def _rest(facts: Mapping[str, Any], locale: Locale) -> Iterator[Row]:
    ticket = facts["ticket"]
    kind = str(ticket.get("type") or "")
    yield "type", locale.words.get(f"values.{kind}") if kind else ""
    yield "category", str(ticket.get("category_name") or ticket.get("category") or "")
    yield "tags", ", ".join(map(str, ticket.get("tags") or ()))
    yield "other_tickets", _tickets(ticket.get("other_tickets") or (), locale)
    yield "likely_duplicates", _tickets(ticket.get("likely_duplicates") or (), locale)
    also = [locale.words.get(f"events.{event}") for event in facts.get("other_events") or ()]
    yield "also", ", ".join(also)


def named(person: Mapping[str, Any]) -> str:
    """Return `Karin Berg ‹karin@…›`, in quotes that no client takes for a tag."""
    name, address = str(person.get("name") or ""), str(person.get("address") or "")
    return f"{name} ‹{address}›" if name and address else name or address


def _tickets(tickets: Sequence[Mapping[str, Any]], locale: Locale) -> str:
    lines = [f"{one['reference']} {one['subject']} ({status(one, 'operator', locale)})" for one in tickets[:5]]
    return "\n".join(lines)
