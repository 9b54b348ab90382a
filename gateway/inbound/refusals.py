"""What clients were put off for: counted, so that an admin hears of it once an hour and not a thousand times (A32)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Cause = Literal["connections", "sender", "recipients"]
_LONGEST_EXAMPLE: Final = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """How often it happened since somebody was told, and who it was last."""

    count: int
    example: str


class Refusals:
    """One tally for all listeners; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, Refused] = {}
        self._counts: dict[str, int] = {}

    def note(self, cause: Cause, who: str) -> None:
        """Count one."""
        with self._lock:
            before = self._found.get(cause)
            self._found[cause] = Refused(before.count + 1 if before else 1, who[:_LONGEST_EXAMPLE])
            self._counts[cause] = self._counts.get(cause, 0) + 1

    def counts(self) -> dict[str, int]:
        """Return how often each happened since the start, told or not."""
        with self._lock:
            return dict(self._counts)

    def untold(self) -> Mapping[str, Refused]:
        """Return what nobody was told of yet."""
        with self._lock:
            return dict(self._found)

    def told(self, cause: str) -> None:
        """Begin anew: somebody was told."""
        with self._lock:
            self._found.pop(cause, None)


class Tally:
    """Counts by name for a while, then all begins anew. Memory is bounded; used by one thread."""

    _MOST: Final = 50_000  # names; who can use up these is not slowed by counting names

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = 0.0
        self._counts: dict[str, int] = {}

    def add(self, name: str, now: float) -> int:
        """Count one more and return how many there are; `now` is monotonic."""
        self._turn(now)
        if len(self._counts) >= self._MOST:
            self._counts.clear()
        self._counts[name] = count = self._counts.get(name, 0) + 1
        return count

    def count(self, name: str, now: float) -> int:
        """Return how many there are."""
        self._turn(now)
        return self._counts.get(name, 0)

    def _turn(self, now: float) -> None:
        if now - self._begun >= self._seconds:
            self._counts.clear()
            self._begun = now
