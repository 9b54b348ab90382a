"""How fast a smarthost may be fed: so many in such a time."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

_RATE: Final = re.compile(r"\s*(\d{1,6})\s*/\s*(s|sec|min|m|h|hour|d|day)\s*", re.ASCII)
_SECONDS: Final = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in any `seconds`."""

    most: int
    seconds: float


def read_rate(text: str) -> Rate:
    """Read "25/min", "1000/h", "10000/day"; ValueError where it is none."""
    match = _RATE.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"not a rate: {text!r} (write 25/min)")
    return Rate(int(match[1]), _SECONDS[match[2]])


class Pace:
    """A sliding window, safe for threads. It tells how long to wait; the waiting is the caller's."""

    def __init__(self, rate: Rate | None) -> None:
        self._rate = rate
        self._taken: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self, now: float) -> float:
        """Reserve the next slot; return the seconds until it (0 for at once)."""
        if self._rate is None:
            return 0.0
        with self._lock:
            while self._taken and self._taken[0] <= now - self._rate.seconds:
                self._taken.popleft()
            slot = now
            if len(self._taken) >= self._rate.most:
                slot = max(now, self._taken[-self._rate.most] + self._rate.seconds)
            self._taken.append(slot)
            return slot - now
