"""Apply a Decision in one transaction: the only place where a ticket changes.

Late-bound effects are resolved here, under the locks of the commit: the number of a new ticket, the operator whose
turn it is, the Message-ID and bearer of every notice, the budgets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from gateway.mail.message import Address
from gateway.policy.schema_people import Person
from gateway.rules.distribute import AssignNext, pick, skilled
from gateway.store import bearers, contacts, delivery, entries, history, journal, outbox, threads, tickets, timers
from gateway.store.connection import Connection
from gateway.store.history import Line
from gateway.store.turns import hold_turns, last_owner
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import (
    AddEntry,
    Arm,
    Change,
    Decision,
    Disarm,
    Discard,
    FileMail,
    Hold,
    Join,
    Leave,
    Link,
    MarkMail,
    Mute,
    OpenTicket,
    Remember,
    Revoke,
    Settle,
    Suppress,
    Tell,
    Unanswered,
    Unmute,
    project,
)
from gateway.tickets.model import NOTHING, Entry, Ticket
from gateway.tickets.template_texts import LATE_REFERENCE
from gateway.work import obeyed, unanswered
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit left behind."""

    ticket: Ticket | None
    entry: Entry | None
    notices: int


def apply(
    conn: Connection, deps: Deps, decision: Decision, incoming: Incoming | None, case: Case, now: datetime
) -> Committed:
    """Do all effects of `decision`; raises VersionConflictError when the ticket was changed meanwhile."""
    effects = _late_bound(conn, deps, decision, now)
    if any(isinstance(e, OpenTicket) for e in effects):
        case = replace(case, ticket=None, entries=())  # a follow-up shows nothing of the ticket it follows (A03)
    ticket = _ticket(conn, effects, decision, case, now)
    if ticket is not None and any(isinstance(e, OpenTicket) for e in effects):
        effects = [_numbered(e, ticket.reference) for e in effects]
    entry = _entry(conn, effects, decision, incoming, ticket, now)
    if incoming is not None and entry is not None and entry.verified and case.ticket is not None:
        _learn_alias(conn, incoming, case.ticket, entry)
    ticket = _with_newcomers(effects, ticket, entry, case)
    for effect in effects:
        _small(conn, effect, ticket, now)
    told = [e for e in effects if isinstance(e, Tell)]
    told += _new_owner(deps, decision, effects, told)
    work = Commit(conn, deps, ticket, entry, case, incoming, now)
    count = notice_all(work, told) + unanswered.tell(conn, deps, effects, now)
    if incoming is not None:
        _journal(conn, effects, incoming, ticket, entry, now)
        obeyed.remember(conn, effects, incoming, ticket, decision)
    return Committed(ticket, entry, count)


def _late_bound(conn: Connection, deps: Deps, decision: Decision, now: datetime) -> list[Any]:
    return [
        _assigned(conn, deps, e, now) if isinstance(e, Change) and isinstance(e.value, AssignNext) else e
        for e in decision.effects
    ]


def _numbered(effect: Any, reference: str) -> Any:
    """Put the number a new ticket got into what rules say of it; what people wrote stays as it is."""
    match effect:
        case AddEntry(direction="out" | "none"):
            texts = {name: _filled(getattr(effect, name), reference) for name in ("text", "html", "full_text")}
            return replace(effect, **texts)
        case Tell() if effect.facts:
            return replace(effect, facts=_filled(effect.facts, reference))
        case _:
            return effect


def _filled(value: Any, reference: str) -> Any:
    if isinstance(value, str):
        return value.replace(LATE_REFERENCE, reference)
    if isinstance(value, Mapping):
        return {name: _filled(inner, reference) for name, inner in value.items()}
    return [_filled(inner, reference) for inner in value] if isinstance(value, list | tuple) else value


def _assigned(conn: Connection, deps: Deps, change: Change, now: datetime) -> Change:
    policy, order = deps.terms().policy, change.value
    hold_turns(conn, order.group)
    members, group = policy.members(order.group), policy.groups.get(order.group)
    owner = pick(
        order,
        members,
        tickets.open_per_owner(conn),
        [name for name in members if _is_away(policy.person(name), now)],
        skilled(policy, order.group, order.skill) if order.skill else None,
        last_owner(conn, order.group),
        group.dispatcher if group else None,
    )
    return replace(change, value=owner)


def _new_owner(deps: Deps, decision: Decision, effects: Sequence[Any], told: Sequence[Tell]) -> list[Tell]:
    """Tell whom the ticket was handed to inside this commit, unless a mail of it goes to him already."""
    late = any(isinstance(e, Change) and isinstance(e.value, AssignNext) for e in decision.effects)
    owner = next((e.value for e in reversed(effects) if isinstance(e, Change) and e.field == "owner"), None)
    person = deps.terms().policy.person(owner) if late and isinstance(owner, str) else None
    if person is None or any(tell.person == owner for tell in told):
        return []
    to = Address(person.name, person.addresses[0])
    language = person.language or next(iter(deps.terms().policy.desks.values())).languages[0]
    return [Tell("assigned", "operator", to, owner, language, ("owner",), auto="auto-generated")]


def _is_away(person: Person | None, now: datetime) -> bool:
    away = person.away if person else None
    return away is not None and (away.since is None or away.since <= now.date()) and now.date() <= away.until


def _ticket(conn: Connection, effects: Sequence[Any], decision: Decision, case: Case, now: datetime) -> Ticket | None:
    """Insert the new ticket with all its values at once, or update the old one under its version guard."""
    opening = next((e for e in effects if isinstance(e, OpenTicket)), None)
    if opening is not None:
        ticket = tickets.open_ticket(conn, _folded(opening, effects), now)
        ticket = project(ticket, tuple(e for e in effects if isinstance(e, Join)))
    elif case.ticket is not None:
        ticket = _updated(conn, case.ticket, effects, now)
    else:
        return None
    _write_history(conn, ticket, effects, decision, now)
    return ticket


def _folded(opening: OpenTicket, effects: Sequence[Any]) -> OpenTicket:
    values = dict(opening.values)
    subject = opening.subject
    for effect in effects:
        if isinstance(effect, Change):
            if effect.field == "subject":
                subject = effect.value
            else:
                values[effect.field] = effect.value
        elif isinstance(effect, Link):
            values["links"] = (*values.get("links", ()), f"{effect.kind} {effect.reference}")
    return replace(opening, subject=subject, values=values)


def _updated(conn: Connection, ticket: Ticket, effects: Sequence[Any], now: datetime) -> Ticket:
    after = project(ticket, tuple(effects))
    changed = {e.field: getattr(after, e.field) for e in effects if isinstance(e, Change)}
    if any(isinstance(e, Link) for e in effects):
        changed["links"] = after.links
    if not changed and not any(isinstance(e, AddEntry | Join | Leave) for e in effects):
        return ticket
    version = tickets.update(conn, ticket.id, ticket.version, changed, at=now)
    return replace(after, version=version)


def _write_history(conn: Connection, ticket: Ticket, effects: Sequence[Any], decision: Decision, now: datetime) -> None:
    """One line of history for each cause, all its fields together."""
    changes = [(e.cause or str(decision.actor), e.field, e.value) for e in effects if isinstance(e, Change)]
    changes += [
        (f"rule {e.rule}", "unanswered", "a pattern took too long") for e in effects if isinstance(e, Unanswered)
    ]
    if any(isinstance(e, OpenTicket) for e in effects):
        changes.insert(0, ("registered", "status", ticket.status))
    lines = [
        Line(cause, {field: _plain(value) for _, field, value in group})
        for cause, group in groupby(changes, key=lambda c: c[0])
    ]
    if lines:
        new = any(isinstance(e, OpenTicket) for e in effects)
        history.append_all(conn, ticket.id, now, decision.actor, lines, new=new)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _entry(
    conn: Connection,
    effects: Sequence[Any],
    decision: Decision,
    incoming: Incoming | None,
    ticket: Ticket | None,
    now: datetime,
) -> Entry | None:
    """Write every entry; return the first one: what the message or the answer said, before what rules noted beside it."""
    first: Entry | None = None
    for effect in effects:
        if isinstance(effect, AddEntry):
            assert ticket is not None, "an entry belongs to a ticket"
            source = incoming if first is None else None
            written = entries.add_entry(
                conn,
                ticket.id,
                effect,
                decision.actor,
                source.received_at if source else now,
                journal_id=source.journal_id if source else None,
                proof=str(source.proof.verdict) if source else "none",
                content_key=source.mail.content_key if source else None,
            )
            first = first or written
    return first


def _learn_alias(conn: Connection, incoming: Incoming, ticket: Ticket, entry: Entry) -> None:
    """Keep the id that a message answers where other evidence placed it: a relay gave our mail one of its own.

    Some clients name only what they answer; the next answer of such a one finds the ticket by this.
    """
    found = incoming.found
    here = [m.ticket_id for m in found.messages] + [b.ticket_id for b in found.bearers]
    if ticket.id not in here:
        return
    report = incoming.mail.delivery_report
    named = report.original_message_id if report else next(iter(incoming.mail.in_reply_to), None)
    if named is not None and named not in {m.message_id for m in found.messages}:
        threads.learn(conn, ticket.id, entry.id, named)


def _with_newcomers(effects: Sequence[Any], ticket: Ticket | None, entry: Entry | None, case: Case) -> Ticket | None:
    """Let people who join see from the entry of this commit on, without one nothing from before (A03)."""
    if ticket is None:
        return None
    since = entry.id if entry is not None else max((e.id for e in case.entries), default=0) + 1
    before = case.ticket.addresses() if case.ticket is not None else ()
    new = {e.participant.address for e in effects if isinstance(e, Join) and e.participant.role != "requester"}
    new.difference_update(before)
    return replace(
        ticket,
        participants=tuple(replace(p, since_entry=since) if p.address in new else p for p in ticket.participants),
    )


def _small(conn: Connection, effect: Any, ticket: Ticket | None, now: datetime) -> None:  # noqa: C901  # one row an effect
    match effect:
        case Join(participant=who) if ticket is not None:
            joined = next((p for p in ticket.participants if p.address == who.address), who)
            tickets.join(conn, ticket.id, joined)
        case Leave(address=address) if ticket is not None:
            tickets.leave(conn, ticket.id, address)
        case Arm():
            timers.arm(conn, ticket.id if ticket else None, effect)
        case Disarm(kind=kind) if ticket is not None:
            timers.disarm(conn, ticket.id, kind)
        case Suppress():
            outbox.suppress(conn, ticket.id if ticket else None, effect, now)
        case Revoke(bearer_hash=digest, reason=reason):
            bearers.revoke(conn, digest, reason, now)
        case Mute(address=address, reason=reason):
            contacts.mute(conn, address, reason, now)
        case Unmute(address=address):
            contacts.unmute(conn, address)
        case MarkMail(mail_id=mail, state=state, status=status, text=text):
            delivery.told(conn, mail, state, status, text)
        case Settle():
            journal.settle(conn, effect, now)
        case Remember():
            contacts.remember(conn, effect, now)
        case _:
            pass


def _journal(
    conn: Connection,
    effects: Sequence[Any],
    incoming: Incoming,
    ticket: Ticket | None,
    entry: Entry | None,
    now: datetime,
) -> None:
    """Say what became of the message; exactly one state (I4)."""
    state, reason, about = "done", "", ticket.id if ticket else None
    facts: Mapping[str, Any] = NOTHING
    for effect in effects:
        match effect:
            case Hold():
                state, reason, facts, about = "held", effect.reason, effect.facts, effect.about or about
            case FileMail(reason=reason, state=state):
                pass
            case Discard(because=because):
                state, reason = "discarded", because
            case _:
                pass
    journal.mark(conn, incoming.journal_id, state, reason, about, entry.id if entry else None, facts, at=now)
