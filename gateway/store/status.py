"""How it is going: what waits, since when. For `gateway status`, health and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from gateway.store.claim import in_state
from gateway.store.column_types import UTCDateTime
from gateway.store.outbox import paused
from gateway.store.schema import journal, notices, outbox, tickets, timers
from gateway.store.tickets import UNSETTLED


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows in one state that are not done: how many, the oldest since when."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Everything that waits. Queues are named `journal.held`, `outbox.deferred`; only those with rows are there."""

    queues: dict[str, Queue]
    open_tickets: dict[str, int]  # by desk
    timers_due: int
    pauses: dict[str, str]  # scope -> reason

    def oldest(self, name: str) -> datetime | None:
        """Return since when the oldest row of a queue waits, None when it is empty."""
        queue = self.queues.get(name)
        return queue.oldest if queue else None


_WAITING: tuple[tuple[str, FromClause, str, tuple[str, ...]], ...] = (
    ("journal", journal, "received_at", ("received",)),
    ("journal", journal, "received_at", ("held", "parked")),
    ("notices", notices, "created_at", ("ready",)),
    ("notices", notices, "created_at", ("held",)),
    ("outbox", outbox, "created_at", ("ready", "deferred")),
    ("outbox", outbox, "created_at", ("failed", "held")),
)
"""Each line is one partial index; done rows are never counted."""


def status(conn: Connection, now: datetime) -> StoreStatus:
    """Count what waits; the cost does not grow with what is done."""
    queues: dict[str, Queue] = {}
    for name, table, since, states in _WAITING:
        oldest: ColumnElement[Any] = func.min(table.c[since], type_=UTCDateTime)
        query = select(table.c.state, func.count(), oldest).where(in_state(table, *states)).group_by(table.c.state)
        queues |= {f"{name}.{row[0]}": Queue(row[1], row[2]) for row in conn.execute(query)}
    by_desk = select(tickets.c.desk, func.count()).where(UNSETTLED).group_by(tickets.c.desk).order_by(tickets.c.desk)
    due = select(func.count()).select_from(timers).where(timers.c.at <= now)
    return StoreStatus(
        queues=queues,
        open_tickets={row[0]: row[1] for row in conn.execute(by_desk)},
        timers_due=conn.execute(due).scalar_one(),
        pauses=paused(conn),
    )
