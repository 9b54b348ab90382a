"""The plain facts a mail is made of, frozen at commit: what render sees is a mapping, never a ticket.

The one function that says which history a reader may see (`visible`) serves mails, pages and exports alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.mail.address import key
from gateway.mail.message import Attachment
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import Desk
from gateway.policy.substitution import fill
from gateway.tickets.effects import Tell
from gateway.tickets.model import Entry, Ticket, Visibility
from gateway.tickets.notice_facts import Moment, facts_of, plain, speaker

INTERNAL_LINE = 20  # a line this long identifies an internal text (leak check)
REFERENCES_MOST = 20
_OWN_SUBJECT = frozenset({"alarm", "list", "digest", "digest-of-events", "report"})  # mails of no thread


@dataclass(frozen=True, slots=True)
class Thread:
    """What ties a mail into the reader's thread; all with angle brackets."""

    message_id: str
    anchor: str
    seen: tuple[str, ...]  # ids this reader has seen, oldest first
    loop: str
    bearer: str | None  # the token, in the mail only


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
    operator = speaker(told, ticket, policy)
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
        "to": plain(tell.to),
        "cc": [plain(a) for a in tell.cc],
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
        **_files(tell, told, attach_up_to),
        "key": _key(thread.bearer),
        "facts": facts_of(tell, ticket, told, shown, policy, desk, operator, moment),
    }


def diverted(notice_: Mapping[str, Any], to: str) -> dict[str, Any]:
    """Return what is another where every mail goes to one address: whom it was meant for stands in words only.

    Nobody outside is named in its header, so that an answer to all reaches nobody.
    """
    meant_for = notice_["to"]
    name = f"{meant_for['name']} {meant_for['address']}".strip()
    return {"to": {"name": name, "address": to}, "cc": [], "meant_for": meant_for["address"]}


def _is_urgent(event: str, ticket: Ticket, policy: Policy) -> bool:
    return event == "breached" or ticket.priority == policy.priorities.levels[-1]


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


def _files(tell: Tell, told: Entry | None, attach_up_to: int) -> dict[str, Any]:
    """Return which files may come along: all of those somebody asked for, else those of what is told that fit."""
    asked = tell.facts.get("sent_files")
    if asked is None:
        files = [attachment_facts(a) for a in told.attachments] if told else []
        return {"attach_up_to": attach_up_to, "attachments": files, "asked_for": False}
    return {"attach_up_to": sum(int(one["size"]) for one in asked), "attachments": list(asked), "asked_for": True}


def attachment_facts(a: Attachment) -> dict[str, Any]:
    """Return a file as a notice names it; its content lies under its hash."""
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
