"""Inside the commit: every notice gets its Message-ID, its bearer and its frozen facts; budgets are asked here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.decide.terms import Terms
from gateway.mail import identity
from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.mail.references import base_subject
from gateway.policy.schema_desk import Desk
from gateway.store import bearers, budgets, contacts, notices, outbox, probes, threads
from gateway.store.bearers import Bearer
from gateway.store.connection import Connection
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import Suppress, Tell
from gateway.tickets.model import Entry, Status, Ticket
from gateway.tickets.notice_facts import Moment
from gateway.tickets.snapshot import Thread, diverted, notice
from gateway.work import folding
from gateway.work.deps import Deps

BEARER_LIFE = timedelta(days=30)
PER_TICKET_DAY, PER_ADDRESS_DAY, STRANGERS_HOUR = 3, 20, 60


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit knows while it makes its notices."""

    conn: Connection
    deps: Deps
    ticket: Ticket | None
    entry: Entry | None
    case: Case
    incoming: Incoming | None
    now: datetime


def notice_all(work: Commit, told: Sequence[Tell]) -> int:
    """Store a notice for each Tell that no muted address and no budget forbids; return how many.

    What is too much for one operator is no notice either: it becomes a line of his next list.
    """
    muted = contacts.muted(work.conn, [tell.to.address for tell in told])
    count = 0
    for tell in told:
        bounced = muted.get(key(tell.to.address))
        why = f"muted: {bounced}" if bounced else _over_budget(work, tell) if tell.budgeted else None
        if why is None and (too_many := folding.reason(work.conn, tell, work.ticket, work.now)):
            folding.keep(work.conn, tell, work.ticket, work.entry, work.incoming, too_many, work.now)
            continue
        if why:
            suppressed = Suppress(tell.event, tell.audience, tell.to, why)
            outbox.suppress(work.conn, work.ticket.id if work.ticket else None, suppressed, work.now)
        instead = tell if why is None else _undelivered(work, tell, bounced)
        if instead is not None:
            _store(work, instead)
            count += 1
    return count


def _undelivered(work: Commit, tell: Tell, bounced: str | None) -> Tell | None:
    """Tell an operator that his own words went nowhere, because the address bounced before; None for other mails."""
    sender = work.incoming.mail.sender_from if work.incoming else None
    if bounced is None or tell.auto is not None or sender is None:
        return None
    people = work.deps.terms().policy.operators.items()
    name, person = next(((n, p) for n, p in people if key(sender.address) in map(key, p.addresses)), (None, None))
    if person is None or name is None:
        return None
    facts = {"bounce": {"recipient": tell.to.address, "status": bounced.removeprefix("bounced").strip()}}
    to, language = Address(person.name, sender.address), person.language or tell.language
    return Tell("bounced", "operator", to, name, language, ("writer",), auto="auto-generated", facts=facts)


def _over_budget(work: Commit, tell: Tell) -> str | None:
    ticket_id = work.ticket.id if work.ticket else None
    counts = budgets.counts(work.conn, key(tell.to.address), ticket_id, work.now)
    if counts.ticket_day >= PER_TICKET_DAY:
        return f"budget: {PER_TICKET_DAY} automatic mails a day to one address in one ticket"
    if counts.address_day >= PER_ADDRESS_DAY:
        return f"budget: {PER_ADDRESS_DAY} automatic mails a day to one address"
    if tell.neutral and counts.strangers_hour >= STRANGERS_HOUR:
        return f"budget: {STRANGERS_HOUR} automatic mails an hour to strangers"
    return None


def _store(work: Commit, tell: Tell) -> None:
    terms, habits = work.deps.terms(), work.deps.habits
    ticket = work.ticket or _nameless(work, terms)
    keys, entry_id = work.deps.keys(), work.entry.id if work.entry else 0
    message_id = identity.message_id(keys, ticket.number, entry_id, work.deps.token(), habits.hostname)
    token = work.deps.token() if tell.audience != "requester" else None
    thread = Thread(
        message_id,
        identity.anchor(keys, ticket.number, habits.hostname),
        threads.seen_by(work.conn, ticket.id, key(tell.to.address)) if work.ticket else (),
        identity.loop_mark(keys, message_id),
        token,
    )
    moment = _moment(work, ticket, terms)
    entries = (*work.case.entries, *([work.entry] if work.entry else []))
    facts = notice(
        tell, ticket, work.entry if tell.entry else None, entries, terms.policy, thread, moment,
        habits.attach_up_to, habits.hostname,
    )  # fmt: skip
    if habits.divert_to:
        facts |= diverted(facts, habits.divert_to)
    if facts["reply_to"] and probes.arrive(work.conn, terms.desk(ticket).addresses[0], work.now) is False:
        facts["reply_to"] = None  # the provider loses subaddresses; the key line is in the text
    if work.ticket is None:
        facts |= {"reference": None, "references": [], "subject": tell.facts.get("subject", ticket.subject)}
    if tell.audience in {"operator", "admin"}:  # what else the requester has asked is nobody's business outside
        facts["facts"]["ticket"]["other_tickets"] = [
            {"reference": r, "subject": s, "status": st} for r, s, st in work.case.other_open
        ]
    notice_id = notices.add(
        work.conn, work.ticket.id if work.ticket else None, entry_id or None, tell, message_id, facts, work.now
    )
    if token is not None:
        _bearers(work, tell, notice_id, token, message_id, entry_id)


def _bearers(work: Commit, tell: Tell, notice_id: int, token: str, message_id: str, entry_id: int) -> None:
    """Make the mail a bearer three ways: its reply address, its key line, its Message-ID if it goes to one person."""
    purpose = {"held": "held", "confirmation": "confirm"}.get(tell.event, "ticket")
    journal_id = tell.facts.get("journal_id")
    if journal_id is None and purpose != "ticket" and work.incoming is not None:
        journal_id = work.incoming.journal_id
    seen = max(entry_id, work.case.entries[-1].id if work.case.entries else 0)
    carriers = [(token, "key-line")]
    if not tell.group_bearer:
        carriers.append((message_id, "message-id"))
    made = [
        Bearer(
            identity.bearer_hash(secret), purpose, carrier, tell.to.address, work.now + BEARER_LIFE,
            ticket_id=work.ticket.id if work.ticket else None, person=tell.person, group=tell.group_bearer,
            audience=tell.audience, journal_id=journal_id, notice_id=notice_id, seen_entry=seen,
        )
        for secret, carrier in carriers
    ]  # fmt: skip
    bearers.add(work.conn, made, work.now)


def _nameless(work: Commit, terms: Terms) -> Ticket:
    """Stand in for a ticket where a mail is about a held message that belongs to none."""
    desk_name = next(iter(terms.policy.desks))
    sender, subject = Address("", ""), ""
    if work.incoming is not None:
        sender = work.incoming.mail.sender_from or sender
        subject = base_subject(work.incoming.mail.subject)
    prefix = terms.policy.desks[desk_name].prefix
    return Ticket(0, 0, prefix, desk_name, subject, Status.NEW, sender, work.now)


def _timezone(desk: Desk, terms: Terms) -> str:
    """Return the zone times are told in: the desk's calendar, else the first one there is."""
    calendars = terms.policy.calendars
    calendar = calendars.get(desk.calendar or "") or next(iter(calendars.values()), None)
    return calendar.timezone if calendar is not None else "Europe/Stockholm"


def _moment(work: Commit, ticket: Ticket, terms: Terms) -> Moment:
    desk = terms.desk(ticket)
    calendar = terms.calendar(desk)
    is_open = calendar.is_open(work.now)
    until = None
    if ticket.resolved_at is not None:
        until = terms.after(ticket.resolved_at, desk.reopen_within, desk)
    return Moment(
        work.now, _timezone(desk, terms), not is_open, None if is_open else calendar.opens_at(work.now), until
    )
