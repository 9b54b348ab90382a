"""Which smarthosts can be reached at all: one that is away is asked by one mail now and then, not by all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_SECONDS: Final = (5, 15, 30, 60)


@dataclass(slots=True)
class _Away:
    since: datetime
    failures: int
    ask_at: datetime


class Reach:
    """Remembers who is away; safe for threads. Time is an argument.

    A smarthost is away from the first mail that got no session until the first that did. In between one mail asks
    after 5, 15, 30 and then every 60 seconds; the others wait unspent: thousands that queue for a day cost one
    connection a minute, and leave as soon as it is back.
    """

    def __init__(self) -> None:
        self._away: dict[str, _Away] = {}
        self._lock = threading.Lock()

    def away_since(self, name: str) -> datetime | None:
        """Return since when this smarthost is away, None where it is not."""
        with self._lock:
            away = self._away.get(name)
            return away.since if away else None

    def ask_at(self, names: Iterable[str], now: datetime) -> datetime:
        """Return when the first of these may be asked again; `now` where one may be asked at once."""
        with self._lock:
            times = [self._away[name].ask_at if name in self._away else now for name in names]
        return max(min(times, default=now), now)

    def may_ask(self, name: str, now: datetime) -> bool:
        """Say whether a mail may try this smarthost; where it is away, yes means that this mail is the one that asks."""
        with self._lock:
            away = self._away.get(name)
            if away is None:
                return True
            if now < away.ask_at:
                return False
            away.ask_at = now + _wait(away.failures)
            return True

    def missed(self, name: str, now: datetime) -> bool:
        """Remember that no session came about; True where it was not away before."""
        with self._lock:
            away = self._away.get(name)
            if away is None:
                self._away[name] = _Away(now, 1, now + _wait(1))
                return True
            away.failures += 1
            away.ask_at = now + _wait(away.failures)
            return False

    def met(self, name: str) -> bool:
        """Remember that it answered; True where it had been away."""
        with self._lock:
            return self._away.pop(name, None) is not None


def _wait(failures: int) -> timedelta:
    return timedelta(seconds=_SECONDS[min(failures, len(_SECONDS)) - 1])
