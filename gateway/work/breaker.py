"""The breaker: far more automatic mail to the outside than ever is a loop or a flood, and stops (mails.md: budgets)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from gateway.store import budgets, leases, outbox
from gateway.store.connection import Connection

FLOOR: Final = 300  # automatic mails to the outside in an hour that are never too many
TIMES: Final = 10
SCOPE: Final = "receipts"
_LOOK_EVERY: Final = timedelta(minutes=1)  # the count of two weeks is read at most so often
_QUIET: Final = timedelta(hours=1)  # so long it does not trip again: whoever lifted the pause has looked


def trip(conn: Connection, now: datetime) -> bool:
    """Pause automatic mail to the outside where this hour has ten times the busiest of two weeks; say whether it did.

    Nothing is lost: what was stopped waits in the outbox until `gateway outbox resume`.
    """
    in_hour = budgets.in_hour(conn, now)
    if in_hour < FLOOR or leases.is_held(conn, "breaker", now):
        return False
    if not leases.acquire(conn, "breaker looks", now.isoformat(), now, _LOOK_EVERY):
        return False
    usual = budgets.busiest_hour(conn, now)
    if in_hour < max(FLOOR, TIMES * usual):
        return False
    leases.acquire(conn, "breaker", "tripped", now, _QUIET)
    said = f"{in_hour} automatic mails to customers in an hour; the busiest hour of two weeks had {usual}"
    outbox.pause(conn, now, said, SCOPE)
    return True
