"""Threads that do not die silently: each loop is guarded, restarted with backoff, and tells health how it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from gateway.errors import TryAgainError

_log = logging.getLogger(__name__)
_LONGEST_PAUSE = 30.0
_LONGEST_AWAY = 1.0  # while the database is away: work goes on within seconds of its coming back


@dataclass(slots=True)
class Beat:
    """How a thread is: `error` is the last trouble, None while all is well."""

    name: str
    error: str | None = None
    failures: int = 0


class Crew:
    """The daemon's threads. `stop` asks all of them to end; `join` waits."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.beats: list[Beat] = []
        self._threads: list[threading.Thread] = []

    def loop(self, name: str, step: Callable[[], int], wait: Callable[[], None]) -> None:
        """Run `step` again and again; `wait` where it had nothing to do."""

        def turn() -> None:
            if step() == 0 and not self.stopping.is_set():
                wait()

        self.run(name, turn)

    def run(self, name: str, body: Callable[[], None]) -> None:
        """Run `body` again and again in a thread of its own until stopped."""
        beat = Beat(name)
        self.beats.append(beat)
        thread = threading.Thread(target=self._guard, args=(beat, body), name=name)
        self._threads.append(thread)
        thread.start()

    def _guard(self, beat: Beat, body: Callable[[], None]) -> None:
        while not self.stopping.is_set():
            try:
                body()
            except TryAgainError as trouble:
                self._pause(beat, str(trouble), _LONGEST_AWAY)
            except Exception as trouble:  # noqa: BLE001  # a thread that dies silently is a daemon that lies
                _log.exception("step failed", extra={"step": beat.name})
                self._pause(beat, repr(trouble))
            else:
                beat.error, beat.failures = None, 0

    def _pause(self, beat: Beat, why: str, longest: float = _LONGEST_PAUSE) -> None:
        beat.error, beat.failures = why, beat.failures + 1
        if beat.failures == 1:
            _log.warning("trying again", extra={"step": beat.name, "why": why})
        self.stopping.wait(min(0.1 * 2 ** min(beat.failures, 10), longest))

    def stop(self) -> None:
        """Ask all to end after what they are at."""
        self.stopping.set()

    def join(self, seconds: float) -> list[str]:
        """Wait; return the names of those that did not end in time."""
        for thread in self._threads:
            thread.join(seconds)
        return [thread.name for thread in self._threads if thread.is_alive()]
