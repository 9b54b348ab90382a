"""Timers that ran out enter at decide; exact after a restart, once among several daemons, because they are rows."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from gateway.decide import decide_timer
from gateway.errors import TryAgainError, VersionConflictError
from gateway.store import tickets, timers
from gateway.store.timers import TimerRow
from gateway.work.commit import apply
from gateway.work.deps import Deps

LEASE = timedelta(minutes=5)
RETRY_AFTER = timedelta(hours=1)
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime, limit: int = 50) -> int:
    """Fire what is due; return how many."""
    with deps.store.read() as conn:
        next_at = timers.next_at(conn)
    if next_at is None or next_at > now:
        return 0
    with deps.store.write("claim timers") as conn:
        rows = timers.claim_due(conn, now, deps.habits.worker, LEASE, limit)
    for row in rows:
        _guarded(deps, row, now)
    return len(rows)


def _guarded(deps: Deps, row: TimerRow, now: datetime) -> None:
    try:
        _fire(deps, row, now)
    except TryAgainError:
        raise  # the database is away: the claim runs out by itself
    except Exception:  # noqa: BLE001  # the step loop: a bug costs one timer its turn, never those behind it
        _log.exception("timer failed", extra={"step": row.kind, "ticket_id": row.ticket_id})
        with deps.store.write("retry timer") as conn:
            timers.later(conn, row.id, now + RETRY_AFTER)


def _fire(deps: Deps, row: TimerRow, now: datetime) -> None:
    for _ in range(3):
        try:
            with deps.store.write("fire timer") as conn:
                if timers.done(conn, row.id) and row.ticket_id is not None:
                    case = tickets.load_case(conn, row.ticket_id)
                    apply(conn, deps, decide_timer(case, row.kind, deps.terms(), now), None, case, now)
        except VersionConflictError:
            continue
        deps.wake.ring("notify")
        _log.info("timer fired", extra={"step": row.kind, "ticket_id": row.ticket_id})
        return
