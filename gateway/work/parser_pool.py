"""Parser processes kept by the daemon: a mail that kills or stalls one costs itself its parse, and no other mail anything."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass
from typing import Final, Protocol

from gateway import clock
from gateway.mail import blank, frames, limits
from gateway.mail.message import Envelope, InboundMail
from gateway.work.child import Child, LostChildError

SECONDS: Final = 5.0  # for any mail
SECONDS_PER_MB: Final = 0.3
LARGE: Final = 5 * 1024 * 1024  # bytes; of such mails one is read at a time


@dataclass(frozen=True, slots=True)
class Unparsable:
    """A mail that no parser process survived: why, and what its header section says, for a ticket with the raw mail attached."""

    reason: str
    mail: InboundMail


class Parser(Protocol):
    """Reads mails: in processes (`ParserPool`) or here (`InlineParser`)."""

    def parse(self, raw: bytes, envelope: Envelope) -> InboundMail | Unparsable:
        """Read one mail; safe to call from several threads."""

    def close(self) -> None:
        """Let everything go."""


class InlineParser:
    """Reads in this process: for tests and for the command line."""

    def parse(self, raw: bytes, envelope: Envelope) -> InboundMail | Unparsable:
        """Read one mail."""
        from gateway.mail import reading

        try:
            return reading.understand(raw, envelope)
        except Exception as error:  # noqa: BLE001  # the guard around mail-parser and all that reads a mail
            reason = f"{type(error).__name__}"
            return Unparsable(reason, reading.shell(raw, f"could not be parsed: {reason}", envelope))

    def close(self) -> None:
        """Nothing is held."""


class ParserPool:
    """`size` processes; each is started when first needed, and anew after it was lost."""

    def __init__(
        self,
        size: int,
        *,
        memory: int = limits.PARSER_MEMORY,
        seconds: float = SECONDS,
        seconds_per_mb: float = SECONDS_PER_MB,
    ) -> None:
        self._memory = memory
        self._seconds = seconds
        self._seconds_per_mb = seconds_per_mb
        self._idle: queue.LifoQueue[Child | None] = (
            queue.LifoQueue()
        )  # the warmest first; None: a place without a process
        for _ in range(max(1, size)):
            self._idle.put(None)
        self._size = max(1, size)
        self._large = threading.Lock()
        self.lost = 0  # processes that died at a mail or were given up, for metrics

    def parse(self, raw: bytes, envelope: Envelope) -> InboundMail | Unparsable:
        """Read one mail; if its process is lost, once more in a new one: it may have been another's fault."""
        with self._large if len(raw) > LARGE else contextlib.nullcontext():
            reason = ""
            for fresh in (False, True):
                try:
                    return self._attempt(raw, envelope, fresh=fresh)
                except LostChildError as lost:
                    self.lost += 1
                    reason = str(lost)
        return Unparsable(reason, self._shell(raw, envelope, reason))

    def _shell(self, raw: bytes, envelope: Envelope, reason: str) -> InboundMail:
        """Have the header section alone read, in a process as well: nothing of such a mail is touched here."""
        defect = f"could not be parsed: {reason}"
        try:
            return self._attempt(raw[: limits.HEADER_SECTION], envelope, only_headers=defect)
        except LostChildError:
            return blank.mail(defect)

    def pids(self) -> tuple[int, ...]:
        """Return the processes that wait for work, for the watchdog and for memory figures."""
        with self._idle.mutex:
            return tuple(worker.pid for worker in self._idle.queue if worker is not None)

    def rest(self, seconds: float) -> None:
        """End processes of which nothing was asked for so long: their memory is worth more than the next start."""
        taken: list[Child | None] = []
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._idle.get_nowait())
        for worker in reversed(taken):  # the warmest is the last one again
            over = worker is not None and worker.rested(seconds)
            if worker is not None and over:
                worker.end()
            self._idle.put(None if over else worker)

    def close(self) -> None:
        """End every process; those at work are waited for."""
        for _ in range(self._size):
            worker = self._idle.get()
            if worker is not None:
                worker.end()
        for _ in range(self._size):
            self._idle.put(None)

    def _attempt(
        self, raw: bytes, envelope: Envelope, only_headers: str | None = None, *, fresh: bool = False
    ) -> InboundMail:
        worker = self._idle.get()
        alive: Child | None = None
        try:
            if worker is None or fresh or not worker.is_alive():
                worker = _restarted(worker, self._memory)
            seconds = self._seconds + self._seconds_per_mb * len(raw) / 1e6
            mail = _read(worker, frames.request(raw, envelope, only_headers), seconds)
            alive = worker
            return mail
        finally:
            if alive is None and worker is not None:
                worker.end()
            self._idle.put(alive)


def _restarted(old: Child | None, memory: int) -> Child:
    if old is not None:
        old.end()
    return Child("gateway.mail.worker", memory)


def _read(worker: Child, request: bytes, seconds: float) -> InboundMail:
    """Have one mail read, or raise LostChildError at the deadline or when the process is gone."""
    try:
        worker.begin()
        deadline = clock.monotonic() + seconds
        worker.send(request, deadline)
        mail, places = frames.parse_reply(worker.frame(deadline))
        contents = [worker.frame(deadline) for _ in places]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise LostChildError(f"the parser was lost ({type(error).__name__}, exit {worker.exit})") from error
    return frames.with_contents(mail, places, contents)
