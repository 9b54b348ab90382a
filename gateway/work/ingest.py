"""One message from the journal to a ticket: parse, sort, thread, decide, commit (design.md: the way of a mail)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.decide import decide_mail, gather, sort
from gateway.decide.terms import Terms
from gateway.errors import TryAgainError, VersionConflictError
from gateway.mail import identity
from gateway.mail.address import key
from gateway.mail.message import Attachment, InboundMail, MailClass
from gateway.store import journal, lookup, orders, tickets
from gateway.store.connection import Connection
from gateway.store.journal import JournalRow
from gateway.tickets.case import Case, Found, Incoming
from gateway.tickets.thread import Placement
from gateway.work import subaddresses
from gateway.work.commit import Committed, apply
from gateway.work.deps import Deps
from gateway.work.parser_pool import Unparsable

LEASE = timedelta(minutes=5)
RETRY_AFTER = timedelta(seconds=5)
PARENT_PATIENCE = timedelta(seconds=60)  # from the first look at the answer: a backlog before it is no waiting
PARENT_LOOK = timedelta(milliseconds=500)  # and after each look as long as it has waited: each costs a parse
PARENT_PAUSE = timedelta(seconds=4)  # at most: an answer to an answer to an answer waits for all of them in turn
TOGETHER = 8  # messages a transaction: a flush costs as much as all else; more would keep the receiver waiting
_log = logging.getLogger(__name__)


class _ParentOnItsWay(Exception):  # noqa: N818  # no error: the answer came before what it answers was worked on
    """The message answers one that may still be in the journal."""


def run_once(deps: Deps, now: datetime, limit: int = 20) -> int:
    """Work through claimed rows; return how many. A row that fails is retried, then parked; the next one goes on.

    On SQLite, which has one writer anyhow, several share a transaction; where one of them fails, each is done alone.
    On PostgreSQL two daemons that each hold several tickets could wait for each other.
    """
    with deps.store.write("claim journal") as conn:
        rows = journal.claim(conn, now, deps.habits.worker, LEASE, limit)
    together = TOGETHER if deps.store.dialect == "sqlite" else 1
    for batch in (rows[at : at + together] for at in range(0, len(rows), together)):
        if len(batch) == 1 or not _all_at_once(deps, batch, now):
            for row in batch:
                _guarded(deps, row, now)
    return len(rows)


def _all_at_once(deps: Deps, rows: Sequence[JournalRow], now: datetime) -> bool:
    """Bring all rows to their end in one transaction; False, with nothing done, where that cannot be."""
    done: list[tuple[JournalRow, Committed]] = []
    try:
        read = [(row, _read(deps, row)) for row in rows]
        with deps.store.write("commit ticket") as conn:
            for row, incoming in read:
                try:
                    done.append((row, _decide_and_apply(conn, deps, incoming, now)))
                except _ParentOnItsWay:  # known before anything of this message is written
                    _let_wait(conn, row, now)
    except TryAgainError:
        raise
    except Exception as error:  # noqa: BLE001  # whichever it was: alone, it fails alone, and is logged there
        _log.info("not together", extra={"journal": [row.id for row in rows], "why": type(error).__name__})
        return False
    deps.wake.ring("notify")
    for row, committed in done:
        _say(row, committed)
    return True


def _guarded(deps: Deps, row: JournalRow, now: datetime) -> None:
    try:
        committed = ingest(deps, row, now)
    except TryAgainError:
        raise  # the database is away: the claim runs out by itself
    except _ParentOnItsWay:
        with deps.store.write("wait for parent") as conn:
            _let_wait(conn, row, now)
    except Exception:  # noqa: BLE001  # the step loop: a bug costs one mail its turn, never the queue
        _log.exception("ingest failed", extra={"journal": row.id})
        _give_up_or_retry(deps, row, now)
    else:
        deps.wake.ring("notify")  # after the commit: what is rung for must be there
        _say(row, committed)


def _let_wait(conn: Connection, row: JournalRow, now: datetime) -> None:
    """Look again after as long as it has waited so far: mails that name each other cost a few parses, not 120."""
    waited = now - (row.waits_since or now)
    journal.wait(conn, row, now, now + max(PARENT_LOOK, min(waited, PARENT_PAUSE, PARENT_PATIENCE - waited)))


def ingest(deps: Deps, row: JournalRow, now: datetime) -> Committed:
    """Bring one row to its end."""
    incoming = _read(deps, row)
    for _ in range(3):
        try:
            return _decide_and_commit(deps, incoming, now)
        except VersionConflictError:
            continue
    raise VersionConflictError


def _read(deps: Deps, row: JournalRow) -> Incoming:
    raw = journal.load_raw(deps.store, row)
    outcome = deps.parser.parse(raw, row.envelope)
    mail, unparsable = (
        (_with_raw(deps, outcome, raw), outcome.reason) if isinstance(outcome, Unparsable) else (outcome, None)
    )
    for attachment in mail.attachments:
        if attachment.content is not None:
            deps.store.blobs.put(attachment.content)
    mail = _without_content(mail)
    own = _is_own(deps, mail)
    return Incoming(
        row.id,
        mail,
        row.envelope,
        row.proof,
        row.received_at,
        Found(),
        row.grant or {},
        unparsable,
        own,
        row.waits_since,
    )


def _with_raw(deps: Deps, lost: Unparsable, raw: bytes) -> InboundMail:
    """Return the shell of a message nobody could read, the whole of it attached: a ticket is opened all the same."""
    whole = Attachment(
        "message.eml", "message/rfc822", len(raw), inline=False, content_id=None, sha256=deps.store.blobs.put(raw)
    )
    said = f"[{lost.reason}]"
    return replace(lost.mail, attachments=(whole,), new_text=said, text=said, new_html=None)


def _without_content(mail: InboundMail) -> InboundMail:
    return replace(mail, attachments=tuple(replace(a, content=None) for a in mail.attachments))


def _is_own(deps: Deps, mail: InboundMail) -> bool:
    """Say whether one of our mails came back: its MAC is ours, never its From alone (A53)."""
    keys, name = deps.keys(), mail.message_id or ""
    mark = mail.header("X-Gateway-Loop")
    if mail.mail_class is MailClass.DELIVERY_REPORT:
        return False
    return identity.own_message_id(keys, name) or (mark is not None and identity.own_loop_mark(keys, mark, name))


def _decide_and_commit(deps: Deps, incoming: Incoming, now: datetime) -> Committed:
    with deps.store.write("commit ticket") as conn:
        return _decide_and_apply(conn, deps, incoming, now)


def _decide_and_apply(conn: Connection, deps: Deps, incoming: Incoming, now: datetime) -> Committed:
    terms = deps.terms()
    if incoming.own:
        subaddresses.came_back(conn, deps, incoming, now)
    sorted_ = sort(incoming, terms, now)
    clues = gather(sorted_.incoming, sorted_.foreign)
    sender = sorted_.incoming.mail.sender_from
    # asked before the ticket is looked for: on PostgreSQL another daemon may commit it between the two questions
    may_come = _parent_may_come(conn, incoming, now)
    found = lookup.find(conn, clues, key(sender.address) if sender else None, now)
    incoming = replace(sorted_.incoming, found=found, replayed=_is_replayed(conn, sorted_.incoming.mail, terms))
    placement = _named_by_a_person(conn, incoming) or sorted_.place(incoming, terms)
    if placement.ticket_id is None and may_come:
        raise _ParentOnItsWay
    case = _case(conn, placement.ticket_id, incoming, terms)
    decision = decide_mail(incoming, sorted_, placement, case, terms, now)
    return apply(conn, deps, decision, incoming, case, now)


def _is_replayed(conn: Connection, mail: InboundMail, terms: Terms) -> bool:
    """Say whether one of ours sent a message of this id before: its signature says nothing of whom it goes to (A08)."""
    ours = terms.sender(mail).person is not None
    return ours and bool(mail.message_id) and orders.came_before(conn, mail.message_id or "")


def _parent_may_come(conn: Connection, incoming: Incoming, now: datetime) -> bool:
    """Say whether an answer that found no ticket should wait: what it answers is still being worked on."""
    mail = incoming.mail
    answers = tuple(dict.fromkeys((*mail.in_reply_to, *mail.references)))
    patient = incoming.waits_since is None or now - incoming.waits_since < PARENT_PATIENCE
    return bool(answers) and patient and journal.on_its_way(conn, answers, incoming.journal_id)


def _named_by_a_person(conn: Connection, incoming: Incoming) -> Placement | None:
    """Return the ticket a person named when he let a held message in."""
    number = incoming.grant.get("ticket")
    ticket = tickets.by_number(conn, number) if number is not None else None
    if ticket is None:
        return None
    return Placement(ticket.id, "accepted", (f"let in on {ticket.reference} by {incoming.grant.get('by')}",))


def _case(conn: Connection, ticket_id: int | None, incoming: Incoming, terms: Terms) -> Case:
    """Return the ticket; the contact is the sender where he is outside, else the requester."""
    sender = incoming.mail.sender_from
    who = key(sender.address) if sender else None
    if ticket_id is None:
        return Case(contact=incoming.found.contact, other_open=tickets.other_open(conn, who) if who else ())
    case = tickets.load_case(conn, ticket_id)
    if terms.sender(incoming.mail).person is None:
        case = replace(case, contact=incoming.found.contact)
    answered = next((b.mail_id for b in incoming.found.bearers if b.mail_id and b.ticket_id == ticket_id), None)
    if answered is None:
        return case
    return replace(case, answered_mail=tickets.answered_mail(conn, answered))


def _give_up_or_retry(deps: Deps, row: JournalRow, now: datetime) -> None:
    with deps.store.write("retry journal") as conn:
        if row.tries + 1 >= deps.habits.tries:
            journal.park(conn, row.id, "three attempts failed; see the log")
        else:
            journal.retry_later(conn, row.id, row.tries + 1, now + RETRY_AFTER * (row.tries + 1), "failed; see the log")


def _say(row: JournalRow, committed: Committed) -> None:
    reference = committed.ticket.reference if committed.ticket else None
    _log.info("ingested", extra={"journal": row.id, "ticket": reference, "notices": committed.notices})
