"""Mails of the outbox on their way: claimed, tried, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, insert, not_, or_, update

from gateway.store.claim import NOW, Claim, claim_statement, in_state, take
from gateway.store.column_types import CleanText, UTCDateTime
from gateway.store.outbox import Attempt, OutboxRow, alias, row_of
from gateway.store.prepared import Prepared
from gateway.store.schema import attempts, outbox, pauses

_older = outbox.alias("older")
_BLOCKED = exists().where(
    _older.c.ticket_id == outbox.c.ticket_id,
    _older.c.rcpt_key == outbox.c.rcpt_key,
    _older.c.id < outbox.c.id,
    in_state(_older, "ready", "deferred"),
)
_ALARM = and_(outbox.c.event == "alarm", outbox.c.audience == "admin")  # a pause that nobody hears of is forgotten
_OUTSIDE = not_(or_(outbox.c.audience == "operator", outbox.c.audience == "admin"))
_PAUSED = and_(
    not_(_ALARM),
    or_(
        exists().where(pauses.c.scope == "all"),
        exists().where(pauses.c.scope == sa.literal("from:") + func.lower(outbox.c.from_address)),
        and_(outbox.c.automatic, exists().where(pauses.c.scope == "automatic")),
        and_(outbox.c.automatic, _OUTSIDE, exists().where(pauses.c.scope == "receipts")),
    ),
)
_DUE = and_(outbox.c.ready_at <= NOW, not_(_PAUSED))
_CLAIM = claim_statement(
    outbox,
    and_(in_state(outbox, "ready", "deferred"), _DUE, not_(_BLOCKED)),
    [outbox.c.ready_at, outbox.c.id],
    list(outbox.c),
)
_CLAIM_EXPIRED = claim_statement(
    outbox,
    and_(
        in_state(outbox, "ready", "deferred"), _DUE,
        outbox.c.first_attempt_at <= bindparam("tried_since", type_=UTCDateTime),
    ),
    [outbox.c.ready_at, outbox.c.id],
    list(outbox.c),
)  # fmt: skip
_NOT_REACHED = "not reached: "
_UNSENT = in_state(outbox, "ready", "deferred")
_TRY = Prepared(insert(attempts))
_TRIED = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), or_(bindparam("was_sent", type_=sa.Boolean), _UNSENT))
    .values(
        state=bindparam("to_state"),
        attempts=outbox.c.attempts + 1,
        first_attempt_at=bindparam("first_at", type_=UTCDateTime),
        ready_at=bindparam("due_at", type_=UTCDateTime),
        sent_at=bindparam("left_at", type_=UTCDateTime),
        status=bindparam("code", type_=CleanText),
        error=bindparam("words", type_=CleanText),
        remote_id=bindparam("id_there", type_=CleanText),
        claimed_by=None,
        claimed_until=None,
    )
)


def claim(conn: Connection, now: datetime, worker: str, lease: timedelta, limit: int) -> list[OutboxRow]:
    """Take up to `limit` mails that are due; of those to one recipient about one ticket only the oldest unsent."""
    return [row_of(row) for row in take(conn, _CLAIM, Claim(now, worker, lease, limit))]


def claim_expired(
    conn: Connection, now: datetime, worker: str, lease: timedelta, limit: int, retry_for: timedelta
) -> list[OutboxRow]:
    """Take mails whose time is over, to give them up: while no smarthost can be reached nothing else is tried."""
    claimed = _CLAIM_EXPIRED.all(
        conn, {**Claim(now, worker, lease, limit).parameters(), "tried_since": now - retry_for}
    )
    return [row_of(row) for row in sorted(claimed, key=lambda row: int(row.id))]


def all_wait(conn: Connection, now: datetime, why: str) -> int:
    """Say of every mail that is due and not tried yet that no smarthost could be reached; its time runs from here."""
    due = and_(in_state(outbox, "ready"), _DUE, outbox.c.claimed_by.is_(None))
    waiting = {"state": "deferred", "error": f"{_NOT_REACHED}{why}", "first_attempt_at": _first_at(now)}
    return conn.execute(update(outbox).where(due).values(waiting), {"at_now": now}).rowcount


def wait(conn: Connection, mails: Sequence[OutboxRow], until: datetime, now: datetime) -> None:
    """Let go of claimed mails none of whose smarthosts can be tried before `until`."""
    waiting = {"state": "deferred", "ready_at": until, "first_attempt_at": _first_at(now)}
    claimed = and_(outbox.c.id.in_([mail.id for mail in mails]), _UNSENT)
    conn.execute(update(outbox).where(claimed).values(**waiting, claimed_by=None, claimed_until=None))


def reached(conn: Connection, now: datetime) -> int:
    """Let what waited for a smarthost that is back leave at once; return how many."""
    waiting = and_(in_state(outbox, "deferred"), outbox.c.ready_at > now, outbox.c.error.startswith(_NOT_REACHED))
    return conn.execute(update(outbox).where(waiting).values(ready_at=now)).rowcount


def _first_at(now: datetime) -> ColumnElement[datetime]:
    return func.coalesce(outbox.c.first_attempt_at, sa.literal(now, UTCDateTime), type_=UTCDateTime)


def not_reached(conn: Connection, mail: OutboxRow, at: datetime, next_at: datetime, text: str) -> None:
    """Say that no smarthost took or refused it, because none let us in; `reached` makes it due before `next_at`."""
    _attempt(conn, mail, Attempt(at, "deferred", None, f"{_NOT_REACHED}{text}"), next_at)


def sent(conn: Connection, mail: OutboxRow, at: datetime, status: str, text: str, remote_id: str | None = None) -> None:
    """Say that the smarthost has taken it; an id of the smarthost's own becomes an alias.

    A mail cancelled meanwhile but taken by the smarthost was sent all the same.
    """
    _attempt(conn, mail, Attempt(at, "sent", status, text), mail.ready_at, remote_id)
    if remote_id and remote_id.startswith("<") and remote_id != mail.message_id:
        alias(conn, mail.id, remote_id)


def deferred(conn: Connection, mail: OutboxRow, at: datetime, next_at: datetime, status: str | None, text: str) -> None:
    """Say that it could not be sent now; it is due again at `next_at`."""
    _attempt(conn, mail, Attempt(at, "deferred", status, text), next_at)


def failed(conn: Connection, mail: OutboxRow, at: datetime, status: str | None, text: str) -> None:
    """Say that it will not be sent."""
    _attempt(conn, mail, Attempt(at, "failed", status, text), mail.ready_at)


def _attempt(
    conn: Connection, mail: OutboxRow, attempt: Attempt, due_at: datetime, remote_id: str | None = None
) -> None:
    """Write an attempt and what it leads to."""
    was_sent = attempt.outcome == "sent"
    _TRIED.count(
        conn,
        {
            "row_id": mail.id, "was_sent": was_sent, "to_state": attempt.outcome, "due_at": due_at,
            "first_at": mail.first_attempt_at or attempt.at, "left_at": attempt.at if was_sent else None,
            "code": attempt.status, "words": "" if was_sent else attempt.text, "id_there": remote_id,
        },
    )  # fmt: skip
    _TRY.run(
        conn,
        {
            "mail_id": mail.id, "at": attempt.at, "outcome": attempt.outcome, "status": attempt.status,
            "text": attempt.text,
        },
    )  # fmt: skip


def told(conn: Connection, mail_id: int, state: str, status: str | None, text: str) -> None:
    """Set what a delivery report told of a mail that had left: `failed`, `deferred` (still trying) or `sent`.

    A delay reported by somebody else's server changes no state of ours: it is not our mail to try again.
    """
    values = {"status": status, "error": text} | ({} if state == "deferred" else {"state": state})
    conn.execute(update(outbox).where(outbox.c.id == mail_id, in_state(outbox, "sent", "failed")).values(values))
