"""The plain facts a mail is made of, frozen at commit: what render sees is a mapping, never a ticket.

The one function that says which history a reader may see (`visible`) serves mails, pages and exports alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.mail.address import key
from gateway.mail.message import Address, Attachment
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import Desk
from gateway.policy.substitution import fill
from gateway.tickets import template_texts
from gateway.tickets.effects import Tell
from gateway.tickets.model import Entry, Kind, Ticket, Visibility

HISTORY_MOST = 20  # entries a mail shows
HISTORY_TEXT = 4_000  # characters of each
INTERNAL_LINE = 20  # a line this long identifies an internal text (leak check)
REFERENCES_MOST = 20
_OWN_SUBJECT = frozenset({"alarm", "list", "digest", "report"})  # mails of no thread
QUESTION_LINES = 6


@dataclass(frozen=True, slots=True)
class Thread:
    """What ties a mail into the reader's thread; all with angle brackets."""

    message_id: str
    anchor: str
    seen: tuple[str, ...]  # ids this reader has seen, oldest first
    loop: str
    bearer: str | None  # the token, in the mail only


@dataclass(frozen=True, slots=True)
class Moment:
    """What the desk's clock says when the notice is made."""

    now: datetime
    timezone: str = "UTC"
    closed_now: bool = False
    opens: datetime | None = None
    reopen_until: datetime | None = None


def visible(entries: Iterable[Entry], ticket: Ticket, audience: str, address: str) -> list[Entry]:
    """Return the entries this reader may see, oldest first.

    Operators see all. A requester or Cc sees public, verified entries since he takes part; a third party only
    what he wrote and what was written to him; somebody the ticket does not know sees nothing (A03, A70).
    """
    if audience in {"operator", "admin"}:
        return list(entries)
    mine = key(address)
    if audience == "third-party":
        return [e for e in entries if e.visibility is Visibility.EXTERNAL and _concerns(e, mine)]
    who = next((p for p in ticket.participants if key(p.address) == mine), None)
    if who is None and key(ticket.requester.address) != mine:
        return []
    since = who.since_entry if who else 0
    return [e for e in entries if e.visibility is Visibility.PUBLIC and e.verified and e.id >= since]


def _concerns(entry: Entry, address: str) -> bool:
    people = {key(entry.author.address or ""), *(key(a.address) for a in (*entry.to, *entry.cc))}
    return address in people


def notice(
    tell: Tell,
    ticket: Ticket,
    entry: Entry | None,
    entries: Sequence[Entry],
    policy: Policy,
    thread: Thread,
    moment: Moment,
    attach_up_to: int,
    hostname: str,
) -> dict[str, Any]:
    """Return the notice as render wants it: JSON-able, complete, with nothing in it that the reader may not see."""
    desk = policy.desk(ticket.desk)
    shown = visible(entries, ticket, tell.audience, tell.to.address)
    told = entry if entry is not None and entry in shown else None
    operator = _operator(told, ticket, policy)
    operators = tell.audience in {"operator", "admin"}
    references = _references(thread)
    return {
        "event": tell.event,
        "audience": tell.audience,
        "language": tell.language,
        "fallbacks": [*desk.languages, "en"],
        "desk": ticket.desk,
        "brand": desk.brand or ticket.desk,
        "timezone": moment.timezone,
        "to": _address(tell.to),
        "cc": [_address(a) for a in tell.cc],
        "from": {"name": _from_name(tell, told, operator, desk), "address": desk.addresses[0]},
        "reply_to": desk.reply_address(thread.bearer) if thread.bearer else None,
        "reference": ticket.reference,
        "subject": ticket.subject,
        "threaded": tell.event not in _OWN_SUBJECT,
        "neutral": tell.neutral,
        "message_id": thread.message_id,
        "in_reply_to": tell.in_reply_to or (thread.seen[-1] if thread.seen else None),
        "references": references,
        "auto": tell.auto,
        "loop": thread.loop,
        "reasons": list(tell.reasons),
        "list_id": f"{ticket.group or 'all'}.{ticket.desk}.{hostname}" if operators else None,
        "importance": "high" if operators and _is_urgent(tell.event, ticket, policy) else None,
        "date": moment.now.isoformat(),
        "attach_up_to": attach_up_to,
        "attachments": [_attachment(a) for a in told.attachments] if told else [],
        "key": _key(thread.bearer),
        "facts": _facts(tell, ticket, told, shown, policy, desk, operator, moment),
    }


def _is_urgent(event: str, ticket: Ticket, policy: Policy) -> bool:
    return event == "breached" or ticket.priority == policy.priorities.levels[-1]


def _facts(
    tell: Tell,
    ticket: Ticket,
    entry: Entry | None,
    shown: Sequence[Entry],
    policy: Policy,
    desk: Desk,
    operator: Mapping[str, Any] | None,
    moment: Moment,
) -> dict[str, Any]:
    operators = tell.audience in {"operator", "admin"}
    name = ticket.requester.name
    past = [e for e in reversed(shown) if entry is None or e.id != entry.id][:HISTORY_MOST]
    facts: dict[str, Any] = {
        "ticket": _ticket(ticket, policy, tell.language, operators=operators),
        "entry": _entry(entry, internal=operators) if entry and tell.entry else None,
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
        return {**outside, **dict.fromkeys(_INSIDE), "tags": [], "requester": _address(ticket.requester)}
    inside = {name: getattr(ticket, name) for name in _INSIDE if name != "description"}
    group, category = policy.groups.get(ticket.group or ""), ticket.category
    return {
        **outside,
        **inside,
        "group_name": group.name if group else ticket.group,
        "category_name": policy.label("categories", category, language) if category else None,
        "description": template_texts.description(ticket, policy, language),
        "tags": list(ticket.tags),
        "requester": _address(ticket.requester),
    }


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


def _entry(entry: Entry, *, internal: bool) -> dict[str, Any]:
    author: dict[str, Any] = {"name": entry.author_name}
    if internal:
        author["address"] = entry.author.address
    return {
        "text": entry.text,
        "html": entry.html if entry.verified else None,
        "author": author,
        "at": entry.at.isoformat(),
        "kind": str(entry.kind),
        "visibility": str(entry.visibility),
        "verified": entry.verified,
    }


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


def _operator(entry: Entry | None, ticket: Ticket, policy: Policy) -> dict[str, Any] | None:
    """Return who of ours speaks; his address never leaves (A74)."""
    author = entry.author.name if entry is not None and entry.direction == "out" else ticket.owner
    person = policy.operators.get(author or "") or policy.people.get(author or "")
    return {"key": author, "name": person.name, "first_name": person.first_name} if person else None


def _answers(ticket: Ticket, policy: Policy, operator: str | None) -> list[dict[str, str]]:
    ready = template_texts.answers(ticket, policy, operator)
    return [{"name": name, "text": text} for name, text in ready.items()]


def _from_name(tell: Tell, entry: Entry | None, operator: Mapping[str, Any] | None, desk: Desk) -> str:
    if tell.audience in {"operator", "admin"}:
        outside = entry is not None and entry.direction == "in" and tell.entry
        return f"{entry.author_name} via {desk.name}" if outside and entry else desk.name
    if operator is None or entry is None or entry.direction != "out":
        return desk.name
    names = {"operator.first_name": operator["first_name"], "operator.name": operator["name"], "desk.name": desk.name}
    return fill(desk.from_name, names)


def _references(thread: Thread) -> list[str]:
    seen = [name for name in dict.fromkeys(thread.seen) if name != thread.anchor]
    if len(seen) > REFERENCES_MOST - 1:
        seen = [seen[0], *seen[-(REFERENCES_MOST - 2) :]]
    return [thread.anchor, *seen]


def _key(bearer: str | None) -> str | None:
    from gateway.mail.identity import key_line

    return key_line(bearer) if bearer else None


def first_name(name: str) -> str | None:
    """Return a first name only when it is certain: two to four words of letters, no comma, no company."""
    words = name.split()
    certain = 2 <= len(words) <= 4 and all(w.replace("-", "").replace("'", "").isalpha() for w in words)
    proper = certain and all(w[0].isupper() for w in words) and not any(w.isupper() and len(w) > 2 for w in words)
    return words[0] if proper and words[-1].lower() not in _COMPANY else None


_COMPANY = frozenset({"ab", "as", "oy", "ltd", "inc", "gmbh", "support", "team", "kundtjänst", "kundeservice", "info"})


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _attachment(a: Attachment) -> dict[str, Any]:
    return {
        "name": a.name, "type": a.type, "size": a.size, "sha256": a.sha256, "inline": a.inline, "content_id": a.content_id,
    }  # fmt: skip


def telltale_lines(notice_: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the internal and the public lines of a finished operator notice, for the leak check (A71)."""
    facts = notice_["facts"]
    told = [*([facts["entry"]] if facts.get("entry") else []), *facts.get("history", ())]
    inside = [e["text"] for e in told if e["visibility"] != Visibility.PUBLIC]
    inside += [facts.get("instruction") or "", *(step["text"] for step in facts.get("steps", ()))]
    public = [e["text"] for e in told if e["visibility"] == Visibility.PUBLIC]
    return _long_lines(inside), _long_lines(public)


def _long_lines(texts: Iterable[str]) -> tuple[str, ...]:
    lines = (" ".join(line.split()) for text in texts for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if len(line) >= INTERNAL_LINE))
