"""APScheduler as a ticker, nothing more: what is due stands in our own tables, so a missed beat loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler


class Ticker:
    """Calls plain functions now and then, in UTC; a slow call is not called twice at once."""

    def __init__(self) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)

    def every(self, seconds: float, call: Callable[[], object], name: str) -> None:
        """Call each `seconds`."""
        self._scheduler.add_job(call, "interval", seconds=seconds, id=name)

    def daily(self, hour: int, minute: int, call: Callable[[], object], name: str) -> None:
        """Call once a day, UTC."""
        self._scheduler.add_job(call, "cron", hour=hour, minute=minute, id=name)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wait for what is being called, then end."""
        self._scheduler.shutdown(wait=True)
