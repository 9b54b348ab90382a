"""When a deferred mail is tried again: a pure decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_MINUTES: Final = (1, 5, 15, 30, 60)


def next_attempt(attempts: int, first_at: datetime, now: datetime, retry_for: timedelta) -> datetime | None:
    """Return when to try again after `attempts` failures, or None to give up.

    1, 5, 15, 30, 60 minutes, then hourly until `retry_for` after the first attempt. The last attempt lies at
    that very end, so that a short `retry_for` still gets one.
    """
    end = first_at + retry_for
    if now >= end:
        return None
    wait = timedelta(minutes=_MINUTES[min(max(attempts, 1), len(_MINUTES)) - 1])
    return min(now + wait, end)
