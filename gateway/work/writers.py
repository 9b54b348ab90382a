"""The writing process kept by the daemon: HTML of others is cleaned and mails are composed there, many at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from gateway import clock
from gateway.mail import limits
from gateway.render.finished import Opening, Order, Outcome, packed, parse_reply
from gateway.render.library import Library
from gateway.work.child import Child, LostChildError

SECONDS: Final = 20.0  # for any batch; a template has 5 (render/environment.py)
SECONDS_PER_MAIL: Final = 1.0
_ZONES: Final = ("Europe/Stockholm", "UTC")


class Writer(Protocol):
    """Makes mails of notices: in a process (`ExecWriter`) or here (`InlineWriter`)."""

    def write(self, orders: Sequence[Order], library: Library) -> list[Outcome]:
        """Write a mail for each order, in order; what fails is a value."""

    def close(self) -> None:
        """Let everything go."""


class InlineWriter:
    """Writes in this process: for tests and for the command line."""

    def write(self, orders: Sequence[Order], library: Library) -> list[Outcome]:
        """Write the mails."""
        from gateway.render import worker

        return worker.written(orders, library)

    def close(self) -> None:
        """Nothing is held."""


class ExecWriter:
    """One process, started with the first order, and anew when the library was reloaded or the process was lost."""

    def __init__(
        self,
        *,
        memory: int = limits.PARSER_MEMORY,
        seconds: float = SECONDS,
        start: Callable[[str, int, bytes], Child] = Child,
    ) -> None:
        self._memory = memory
        self._seconds = seconds
        self._start = start
        self._child: Child | None = None
        self._library: Library | None = None
        self._zones = frozenset(_ZONES)
        self._one_at_a_time = threading.Lock()

    def write(self, orders: Sequence[Order], library: Library) -> list[Outcome]:
        """Write the mails; a batch whose process is lost is asked for again one by one, so that one bears the blame."""
        with self._one_at_a_time:
            try:
                return self._attempt(orders, library)
            except LostChildError:
                return [self._alone(order, library) for order in orders]

    def pids(self) -> tuple[int, ...]:
        """Return the process, for memory figures."""
        return () if self._child is None else (self._child.pid,)

    def rest(self, seconds: float) -> None:
        """End the process where nothing was asked of it for so long; one that is at work is left alone."""
        if self._one_at_a_time.acquire(blocking=False):
            try:
                if self._child is not None and self._child.rested(seconds):
                    self._end()
            finally:
                self._one_at_a_time.release()

    def close(self) -> None:
        """End the process."""
        with self._one_at_a_time:
            self._end()

    def _alone(self, order: Order, library: Library) -> Outcome:
        try:
            return self._attempt([order], library)[0]
        except LostChildError as lost:
            return f"rendering failed: {lost}"

    def _attempt(self, orders: Sequence[Order], library: Library) -> list[Outcome]:
        child = self._ready(library, {str(order.notice.get("timezone") or "UTC") for order in orders})
        done = False
        try:
            child.begin()
            deadline = clock.monotonic() + self._seconds + SECONDS_PER_MAIL * len(orders)
            child.send(packed(list(orders)), deadline)
            outcomes = parse_reply(lambda: child.frame(deadline), len(orders))
            done = True
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise LostChildError(f"the writer was lost ({type(error).__name__}, exit {child.exit})") from error
        finally:
            if not done:
                self._end()
        return outcomes

    def _ready(self, library: Library, zones: set[str]) -> Child:
        """Return a process that has this library and these time zones: it can open no file to read another."""
        fits = self._library is library and zones <= self._zones
        if self._child is None or not fits or not self._child.is_alive():
            self._end()
            self._zones |= zones
            self._library = library
            opening = packed(Opening(library, tuple(sorted(self._zones))))
            self._child = self._start("gateway.render.worker", self._memory, opening)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None
