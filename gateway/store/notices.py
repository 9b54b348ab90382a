"""Notices: the intent to tell somebody of something, written with the change itself; made into a mail afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from gateway.errors import VersionConflictError
from gateway.store.claim import NOW, Claim, claim_statement, in_state, take
from gateway.store.codec import address_key
from gateway.store.prepared import Prepared
from gateway.store.schema import message_ids, notices
from gateway.tickets.effects import Tell


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice: what happened, to whom it is told, the plain facts a mail is made of."""

    id: int
    state: str  # ready | done | held
    ticket_id: int | None
    entry_id: int | None
    event: str
    audience: str
    address: str
    person: str | None
    message_id: str
    created_at: datetime
    tries: int
    error: str
    budgeted: bool
    facts: Mapping[str, Any]
    tell: Mapping[str, Any]  # the Tell it came from, plain


def _row(row: Any) -> NoticeRow:
    return NoticeRow(
        id=row.id,
        state=row.state,
        ticket_id=row.ticket_id,
        entry_id=row.entry_id,
        event=row.event,
        audience=row.audience,
        address=row.address,
        person=row.person,
        message_id=row.message_id,
        created_at=row.created_at,
        tries=row.tries,
        error=row.error,
        budgeted=row.budgeted,
        facts=row.facts or {},
        tell=row.tell or {},
    )


_ADD = Prepared(insert(notices).returning(notices.c.id))
_ADD_ID = Prepared(insert(message_ids))
_CLAIM = claim_statement(
    notices,
    and_(in_state(notices, "ready"), notices.c.next_try_at <= NOW),
    [notices.c.next_try_at, notices.c.id],
    list(notices.c),
)
_DONE = Prepared(
    update(notices)
    .where(notices.c.id == bindparam("row_id"), in_state(notices, "ready"))
    .values(state="done", claimed_by=None, claimed_until=None, error="")
)


def add(
    conn: Connection,
    ticket_id: int | None,
    entry_id: int | None,
    tell: Tell,
    message_id: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> int:
    """Write a notice and make its Message-ID known; return its id.

    `facts` is the whole mapping render is given: what a mail says is fixed here.
    """
    notice_id: int = _ADD.first(
        conn,
        {
            "ticket_id": ticket_id,
            "entry_id": entry_id,
            "state": "ready",
            "event": tell.event,
            "audience": tell.audience,
            "address": tell.to.address,
            "address_key": address_key(tell.to.address),
            "person": tell.person,
            "message_id": message_id,
            "budgeted": tell.budgeted,
            "stranger": tell.neutral,
            "created_at": now,
            "next_try_at": now,
            "tell": _plain(tell),
            "facts": facts,
        },
    )[0]
    if ticket_id is not None:
        _ADD_ID.run(
            conn,
            {
                "message_id": message_id, "ticket_id": ticket_id, "entry_id": entry_id,
                "notice_id": notice_id, "sent_to": tell.to.address,
            },
        )  # fmt: skip
    return notice_id


def _plain(tell: Tell) -> dict[str, Any]:
    """Return what of a Tell is asked for again when the mail is made and sent; the facts stand beside it."""
    return {
        "reasons": tell.reasons,
        "language": tell.language,
        "name": tell.to.name,
        "auto": tell.auto,
        "null_sender": tell.null_sender,
        "neutral": tell.neutral,
        "group_bearer": tell.group_bearer,
        "other_events": tell.other_events,
    }


def claim(conn: Connection, now: datetime, worker: str, lease: timedelta, limit: int) -> list[NoticeRow]:
    """Take up to `limit` notices that are due, for `lease`."""
    return [_row(row) for row in take(conn, _CLAIM, Claim(now, worker, lease, limit))]


def done(conn: Connection, notice_id: int) -> None:
    """Say that its mail is in the outbox (same transaction) or suppressed. VersionConflictError when it was done."""
    if _DONE.count(conn, {"row_id": notice_id}) != 1:
        raise VersionConflictError(f"notice {notice_id} is done already")


def retry_later(conn: Connection, notice_id: int, tries: int, at: datetime, error: str) -> None:
    """Let it be tried again at `at`."""
    _set(conn, notice_id, tries=tries, next_try_at=at, error=error)


def held(conn: Connection, notice_id: int, error: str) -> None:
    """Put it aside until an admin has mended the template; the ticket goes on."""
    _set(conn, notice_id, state="held", error=error)


def release(conn: Connection, now: datetime) -> int:
    """Let every held notice be tried again, after templates were reloaded; return how many."""
    changed = update(notices).where(in_state(notices, "held")).values(state="ready", next_try_at=now, tries=0)
    return conn.execute(changed).rowcount


def troubles(conn: Connection, limit: int = 10) -> list[str]:
    """Return why notices are held, each reason once: a template's file and line."""
    query = select(notices.c.error).where(in_state(notices, "held")).distinct().order_by(notices.c.error).limit(limit)
    return [error for error in conn.execute(query).scalars() if error]


def _set(conn: Connection, notice_id: int, **values: Any) -> None:
    conn.execute(
        update(notices)
        .where(notices.c.id == notice_id, in_state(notices, "ready"))
        .values(claimed_by=None, claimed_until=None, **values)
    )


def get(conn: Connection, notice_id: int) -> NoticeRow | None:
    """Return the notice, or None."""
    row = conn.execute(select(notices).where(notices.c.id == notice_id)).first()
    return None if row is None else _row(row)


def seen_ids(conn: Connection, ticket_id: int, address: str) -> tuple[str, ...]:
    """Return the Message-IDs of our mails to this reader about this ticket, oldest first, for References."""
    query = (
        select(notices.c.message_id)
        .where(notices.c.ticket_id == ticket_id, notices.c.address_key == address_key(address))
        .order_by(notices.c.id)
    )
    return tuple(conn.execute(query).scalars())
