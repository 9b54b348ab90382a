"""Timers: at that time an event enters at decide. A row that is done is deleted; history tells what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from gateway.store.claim import NOW, Claim, claim_statement, take
from gateway.store.prepared import Prepared
from gateway.store.schema import timers
from gateway.tickets.effects import Arm


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A timer: what happens when, to which ticket (none: to the whole gateway)."""

    id: int
    ticket_id: int | None
    kind: str
    at: datetime
    facts: Mapping[str, Any]


def _row(row: Any) -> TimerRow:
    return TimerRow(row.id, row.ticket_id, row.kind, row.at, row.facts or {})


_ARM = Prepared(insert(timers))
_CLAIM = claim_statement(timers, timers.c.at <= NOW, [timers.c.at, timers.c.id], list(timers.c))


def arm(conn: Connection, ticket_id: int | None, effect: Arm) -> None:
    """Write a timer."""
    _ARM.run(conn, {"ticket_id": ticket_id, "kind": effect.kind, "at": effect.at, "facts": dict(effect.facts) or None})


def disarm(conn: Connection, ticket_id: int | None, kind: str) -> None:
    """Take away the timers of that kind."""
    conn.execute(delete(timers).where(timers.c.ticket_id == ticket_id, timers.c.kind == kind))


def claim_due(conn: Connection, now: datetime, worker: str, lease: timedelta, limit: int) -> list[TimerRow]:
    """Take up to `limit` timers that are due, for `lease`."""
    return [_row(row) for row in take(conn, _CLAIM, Claim(now, worker, lease, limit))]


def done(conn: Connection, timer_id: int) -> bool:
    """Delete a timer in the commit of what it caused; False when it was disarmed meanwhile: then cause nothing."""
    return conn.execute(delete(timers).where(timers.c.id == timer_id)).rowcount == 1


def later(conn: Connection, timer_id: int, at: datetime) -> None:
    """Let it be due at another time."""
    conn.execute(update(timers).where(timers.c.id == timer_id).values(at=at, claimed_by=None, claimed_until=None))


def of_ticket(conn: Connection, ticket_id: int) -> list[TimerRow]:
    """Return the timers of a ticket, next first."""
    query = select(timers).where(timers.c.ticket_id == ticket_id).order_by(timers.c.at, timers.c.id)
    return [_row(row) for row in conn.execute(query)]


def next_at(conn: Connection) -> datetime | None:
    """Return when the next timer is due, None without any."""
    return conn.execute(select(timers.c.at).order_by(timers.c.at).limit(1)).scalar()
