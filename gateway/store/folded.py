"""Mails to operators that were not made as there were too many; their list waits here (mails.md: budgets)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, update

from gateway.store.codec import address_key
from gateway.store.column_types import UTCDateTime
from gateway.store.prepared import Prepared
from gateway.store.schema import folded, notices, outbox

TICKET_WINDOW: Final = timedelta(minutes=10)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Folded:
    """A mail that was not made: what it was about, to whom it goes as a line of a list."""

    event: str
    address: str
    person: str | None
    language: str
    reference: str  # "" where there is no ticket
    who: str
    words: str
    ticket_id: int | None = None
    entry_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Mails to one operator or group: about this ticket in ten minutes, about anything in an hour."""

    ticket: int
    hour: int


_to_him = (
    select(func.count())
    .select_from(notices)
    .where(
        notices.c.audience == literal_column("'operator'"),  # written out: the partial index is used then
        notices.c.address_key == bindparam("who"),
    )
)
_COUNTS = Prepared(
    select(
        _to_him.where(
            notices.c.created_at > bindparam("since_window", type_=UTCDateTime),
            notices.c.ticket_id == bindparam("of_ticket"),
        )
        .scalar_subquery()
        .label("ticket"),
        _to_him.where(notices.c.created_at > bindparam("since_hour", type_=UTCDateTime))
        .scalar_subquery()
        .label("hour"),
    )
)
_SUPPRESS = Prepared(insert(outbox).returning(outbox.c.id))
_ADD = Prepared(insert(folded))


def counts(conn: Connection, address: str, ticket_id: int | None, now: datetime) -> Counts:
    """Return what was made for him so far, in one question."""
    row = _COUNTS.one(
        conn,
        {
            "who": address_key(address),
            "of_ticket": ticket_id,
            "since_window": now - TICKET_WINDOW,
            "since_hour": now - HOUR,
        },
    )
    return Counts(row.ticket, row.hour)


def add(conn: Connection, one: Folded, reason: str, now: datetime) -> None:
    """Write it down as a suppressed mail with its reason, and as a line of the list to come."""
    (mail_id,) = _SUPPRESS.first(
        conn,
        {
            "ticket_id": one.ticket_id, "entry_id": one.entry_id, "state": "suppressed", "reason": reason,
            "event": one.event, "audience": "operator", "rcpt_to": one.address, "rcpt_key": address_key(one.address),
            "created_at": now, "ready_at": now,
        },
    )  # fmt: skip
    _ADD.run(
        conn,
        {
            "mail_id": mail_id, "address_key": address_key(one.address), "at": now, "event": one.event,
            "address": one.address, "person": one.person, "language": one.language, "reference": one.reference,
            "who": one.who, "words": one.words,
        },
    )  # fmt: skip


def due(conn: Connection, before: datetime) -> list[str]:
    """Return for whom a line has waited since `before`: the keys of their addresses."""
    query = select(folded.c.address_key).group_by(folded.c.address_key).having(func.min(folded.c.at) <= before)
    return list(conn.execute(query.order_by(folded.c.address_key)).scalars())


def take(conn: Connection, who: str) -> dict[int, Folded]:
    """Take his lines out, oldest first, by the number of their row in the outbox; whoever asks second gets none."""
    rows = conn.execute(delete(folded).where(folded.c.address_key == who).returning(*folded.c))
    return {row.mail_id: _row(row) for row in sorted(rows, key=lambda row: int(row.mail_id))}


def _row(row: Any) -> Folded:
    return Folded(row.event, row.address, row.person, row.language, row.reference, row.who, row.words, at=row.at)


def told(conn: Connection, mail_ids: list[int], reason: str) -> None:
    """Say with each mail that was not made what became of it."""
    if mail_ids:
        conn.execute(update(outbox).where(outbox.c.id.in_(mail_ids)).values(reason=reason))
