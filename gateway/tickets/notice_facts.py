"""What the words of a mail may be about: ticket, entry, question, history, as plain facts for one reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.mail.message import Address
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import Desk
from gateway.tickets import template_texts
from gateway.tickets.effects import Tell
from gateway.tickets.model import Entry, Kind, Ticket, Visibility

HISTORY_MOST = 20  # entries a mail shows
HISTORY_TEXT = 4_000  # characters of each
ENTRY_TEXT = 256 * 1024  # characters of the new text in a mail to one of us
QUESTION_LINES = 6


@dataclass(frozen=True, slots=True)
class Moment:
    """What the desk's clock says when the notice is made."""

    now: datetime
    timezone: str = "UTC"
    closed_now: bool = False
    opens: datetime | None = None
    reopen_until: datetime | None = None


def facts_of(
    tell: Tell,
    ticket: Ticket,
    entry: Entry | None,
    shown: Sequence[Entry],
    policy: Policy,
    desk: Desk,
    operator: Mapping[str, Any] | None,
    moment: Moment,
) -> dict[str, Any]:
    """Return what the template of this event may print; `shown` is what the reader may see of the history."""
    operators = tell.audience in {"operator", "admin"}
    name = ticket.requester.name
    past = [e for e in reversed(shown) if entry is None or e.id != entry.id][:HISTORY_MOST]
    facts: dict[str, Any] = {
        "ticket": _ticket(ticket, policy, tell.language, operators=operators),
        "entry": _entry(entry, policy, internal=operators) if entry and tell.entry else None,
        "question": _question(shown, policy),
        "requester": {"name": name, "first_name": first_name(name), "address": ticket.requester.address},
        "operator": operator,
        "reader": {"key": tell.person} if tell.person else None,
        "desk": {
            "key": ticket.desk,
            "name": desk.name,
            "address": desk.addresses[0],
            "opens": moment.opens.isoformat() if moment.opens else None,
        },
        "greeting_name": first_name(name) if tell.audience == "requester" and not tell.neutral else None,
        "history": [] if tell.neutral else [_past(e) for e in past if not e.folded],
        "answers": _answers(ticket, policy, tell.person) if operators else [],
        "instruction": template_texts.instruction(ticket, policy, tell.language) if operators else None,
        "steps": [{"text": step, "done": False} for step in ticket.steps] if operators else [],
        "due": None,
        "waiting": None,
        "reopen_until": moment.reopen_until.isoformat() if moment.reopen_until else None,
        "closed_now": moment.closed_now,
        "other_events": list(tell.other_events),
        "where_answer_goes": "internal" if entry and entry.visibility is Visibility.INTERNAL else "customer",
        "mode": desk.mode,
    }
    return {**facts, **tell.facts}


def _ticket(ticket: Ticket, policy: Policy, language: str, *, operators: bool) -> dict[str, Any]:
    owner = policy.operators.get(ticket.owner or "") or policy.people.get(ticket.owner or "")
    outside = {
        "reference": ticket.reference,
        "number": ticket.number,
        "subject": ticket.subject,
        "status": str(ticket.status),
        "status_name": _status_name(ticket, policy, language, "operator" if operators else "customer"),
        "owner_name": (owner.name if operators else owner.first_name) if owner else None,
        "created_at": ticket.created_at.isoformat(),
        "solution": ticket.solution,
    }
    if not operators:
        return {**outside, **dict.fromkeys(_INSIDE), "tags": [], "requester": plain(ticket.requester)}
    inside = {name: getattr(ticket, name) for name in _INSIDE if name != "description"}
    group, category = policy.groups.get(ticket.group or ""), ticket.category
    return {
        **outside,
        **inside,
        "group_name": group.name if group else ticket.group,
        "category_name": policy.label("categories", category, language) if category else None,
        "description": template_texts.description(ticket, policy, language),
        "tags": list(ticket.tags),
        "fields": dict(ticket.fields),
        "own_fields": _own_fields(ticket, policy, language),
        "requester": plain(ticket.requester),
    }


def _own_fields(ticket: Ticket, policy: Policy, language: str) -> list[dict[str, str]]:
    """Return the desk's own fields that have a value, by the label the reader knows."""
    declared = policy.desk(ticket.desk).fields
    labels = {name: field.label.pick(language) if field.label else name for name, field in declared.items()}
    return [{"label": labels.get(name, name), "value": str(value)} for name, value in ticket.fields.items() if value]


def _status_name(ticket: Ticket, policy: Policy, language: str, audience: str) -> str | None:
    """Return what the reader calls a status of our own; one that is gone from the file goes by its fixed one."""
    own = ticket.status_name or ""
    return policy.label("statuses", own, language, audience) if own in policy.statuses else None


_INSIDE = (
    "priority",
    "impact",
    "urgency",
    "type",
    "category",
    "template",
    "group",
    "owner",
    "organisation",
    "contract",
    "description",
)


def _entry(entry: Entry, policy: Policy, *, internal: bool) -> dict[str, Any]:
    author: dict[str, Any] = {"name": entry.author_name}
    if internal:
        author["address"] = entry.author.address
    copied = [plain(a) for a in (*entry.to, *entry.cc) if policy.desk_of(a.address) is None] if internal else []
    return {
        "text": _bearable(entry.text) if internal else entry.text,
        "html": entry.html if entry.verified else None,
        "author": author,
        "at": entry.at.isoformat(),
        "kind": str(entry.kind),
        "visibility": str(entry.visibility),
        "verified": entry.verified,
        "copied": copied,  # whom the message went to beside us: nobody of them takes part by that
    }


def _bearable(text: str) -> str:
    """Cut what no mail can hold: the ticket has all of it. What goes outside is never cut."""
    return text if len(text) <= ENTRY_TEXT else f"{text[:ENTRY_TEXT]}\n\n[…]"


def _past(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "author": entry.author_name,
        "kind": str(entry.kind),
        "visibility": str(entry.visibility),
        "text": entry.text[:HISTORY_TEXT],
    }


def _question(shown: Sequence[Entry], policy: Policy) -> dict[str, Any] | None:
    asked = next((e for e in reversed(shown) if e.kind is Kind.ANSWER), None)
    if asked is None:
        return None
    lines = [line for line in asked.text.splitlines() if line.strip()][:QUESTION_LINES]
    return {"text": "\n".join(lines), "at": asked.at.isoformat(), "author": _asker(asked, policy)}


def _asker(asked: Entry, policy: Policy) -> str:
    """Return how customers know him: "Anna frågade"."""
    person = policy.person(asked.author.name)
    return person.first_name if person else asked.author_name


def speaker(entry: Entry | None, ticket: Ticket, policy: Policy) -> dict[str, Any] | None:
    """Return who of ours speaks; his address never leaves (A74)."""
    author = entry.author.name if entry is not None and entry.direction == "out" else ticket.owner
    person = policy.operators.get(author or "") or policy.people.get(author or "")
    return {"key": author, "name": person.name, "first_name": person.first_name} if person else None


def _answers(ticket: Ticket, policy: Policy, operator: str | None) -> list[dict[str, str]]:
    ready = template_texts.answers(ticket, policy, operator)
    return [{"name": name, "text": text} for name, text in ready.items()]


def first_name(name: str) -> str | None:
    """Return a first name only when it is certain: two to four words of letters, no comma, no company."""
    words = name.split()
    certain = 2 <= len(words) <= 4 and all(w.replace("-", "").replace("'", "").isalpha() for w in words)
    proper = certain and all(w[0].isupper() for w in words) and not any(w.isupper() and len(w) > 2 for w in words)
    return words[0] if proper and words[-1].lower() not in _COMPANY else None


_COMPANY = frozenset({"ab", "as", "oy", "ltd", "inc", "gmbh", "support", "team", "kundtjänst", "kundeservice", "info"})


def plain(address: Address) -> dict[str, str]:
    """Return an address as render wants it."""
    return {"name": address.name, "address": address.address}
