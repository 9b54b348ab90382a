"""Being one of several daemons on one PostgreSQL: said every few seconds, and what a dead one held is taken over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from gateway import clock
from gateway.errors import TryAgainError
from gateway.store import leases
from gateway.store.claim import release_claims
from gateway.store.engine import Store
from gateway.store.signals import announce

TIMERS: Final = "timers"
"""The lease of the one daemon that fires timers and keeps house."""

LASTING: Final = 20.0  # seconds without a word after which a daemon counts as dead
EVERY: Final = 4.0  # seconds between two words
_MOMENT: Final = 1.0  # seconds between two looks at a lease
_ALIVE: Final = "daemon "
_log = logging.getLogger(__name__)


class Presence(Protocol):
    """Says what this daemon may do that only one of all may do."""

    def holds(self, name: str) -> bool:
        """Say whether the lease of that name is ours, now and for the next moments."""


class Alone:
    """The only daemon on a SQLite file: everything is its own."""

    def holds(self, name: str) -> bool:
        """Say yes."""
        del name
        return True


class Among:
    """One of several. `beat` is called every `EVERY` seconds by a thread of its own, and once before there are others.

    Compared is the database's time, so clocks that differ let nobody look dead. Whoever looked dead and was not (a
    machine that stood still) lost its claims, too: what it then commits meets the guards of each row.
    """

    def __init__(self, store: Store, worker: str, wanted: Sequence[str], lasting: float = LASTING) -> None:
        self._store = store
        self._worker = worker
        self._wanted = tuple(wanted)
        self._lasting = lasting
        self._until: dict[str, float] = {}  # name -> until when it is ours, by the monotonic clock

    def holds(self, name: str) -> bool:
        """Say whether the lease is ours; no longer when the database was not reached for too long."""
        return clock.monotonic() < self._until.get(name, 0.0)

    def beat(self) -> None:
        """Say that we live, take what is free of what we want, and let go what the dead had claimed."""
        until = clock.monotonic() + self._lasting
        with self._store.write("presence") as conn:
            now, lasting = leases.its_time(conn, clock.now()), timedelta(seconds=self._lasting)
            leases.acquire(conn, _ALIVE + self._worker, self._worker, now, lasting)
            ours = [name for name in self._wanted if leases.acquire(conn, name, self._worker, now, lasting)]
            dead = leases.forget_run_out(conn, _ALIVE, now)
            for worker in dead:
                release_claims(conn, worker)
        for name in set(ours) - set(self._until):
            _log.info("lease taken", extra={"step": name})
        self._until = dict.fromkeys(ours, until)
        for worker in dead:
            _log.warning("a daemon has gone, its work is taken over", extra={"why": worker})

    def leave(self) -> None:
        """Give everything back at a clean stop, so that nobody waits for it to run out."""
        self._until = {}
        try:
            with self._store.write("leave") as conn:
                leases.release_all(conn, self._worker)
                release_claims(conn, self._worker)
                announce(conn, "presence")
        except TryAgainError as error:
            _log.warning("could not say goodbye", extra={"why": str(error)})


class UntilLost(threading.Event):
    """Set when the daemon stops, and for as long as the lease `name` is not ours: the stop of what needs it."""

    def __init__(self, presence: Presence, name: str, stopping: threading.Event) -> None:
        super().__init__()
        self._presence = presence
        self._name = name
        self._stopping = stopping

    def while_clear(self, body: Callable[[], None]) -> None:
        """Run `body` if the lease is ours, else wait a moment for it to become free."""
        if self.is_set():
            self._stopping.wait(_MOMENT)
        else:
            body()

    def is_set(self) -> bool:
        """Say whether to stop."""
        return self._stopping.is_set() or not self._presence.holds(self._name)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most `timeout` seconds."""
        end = None if timeout is None else clock.monotonic() + timeout
        while not self.is_set() and (left := _MOMENT if end is None else end - clock.monotonic()) > 0:
            self._stopping.wait(min(left, _MOMENT))
        return self.is_set()
