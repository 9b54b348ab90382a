"""Parser processes kept by the daemon: a mail that kills or stalls one costs itself its parse, and no other mail anything."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Final, Protocol

from gateway import clock
from gateway.mail import blank, frames, limits
from gateway.mail.message import Envelope, InboundMail

SECONDS: Final = 5.0  # for any mail
SECONDS_PER_MB: Final = 0.3
START_SECONDS: Final = 30.0  # imports, on a busy machine
LARGE: Final = 5 * 1024 * 1024  # bytes; of such mails one is read at a time
_CHUNK: Final = 1 << 18


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


class _LostWorkerError(Exception):
    """The process died, stalled or talked nonsense."""


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
        self._idle: queue.LifoQueue[_Worker | None] = (
            queue.LifoQueue()
        )  # the warmest first; None: a place without a process
        for _ in range(max(1, size)):
            self._idle.put(None)
        self._size = max(1, size)
        self._large = threading.Lock()

    def parse(self, raw: bytes, envelope: Envelope) -> InboundMail | Unparsable:
        """Read one mail; if its process is lost, once more in a new one: it may have been another's fault."""
        with self._large if len(raw) > LARGE else contextlib.nullcontext():
            reason = ""
            for fresh in (False, True):
                try:
                    return self._attempt(raw, envelope, fresh=fresh)
                except _LostWorkerError as lost:
                    reason = str(lost)
        return Unparsable(reason, self._shell(raw, envelope, reason))

    def _shell(self, raw: bytes, envelope: Envelope, reason: str) -> InboundMail:
        """Have the header section alone read, in a process as well: nothing of such a mail is touched here."""
        defect = f"could not be parsed: {reason}"
        try:
            return self._attempt(raw[: limits.HEADER_SECTION], envelope, only_headers=defect)
        except _LostWorkerError:
            return blank.mail(defect)

    def pids(self) -> tuple[int, ...]:
        """Return the processes that wait for work, for the watchdog and for memory figures."""
        with self._idle.mutex:
            return tuple(worker.pid for worker in self._idle.queue if worker is not None)

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
        alive: _Worker | None = None
        try:
            if worker is None or fresh or not worker.is_alive():
                worker = _restarted(worker, self._memory)
            seconds = self._seconds + self._seconds_per_mb * len(raw) / 1e6
            mail = worker.read(frames.request(raw, envelope, only_headers), seconds)
            alive = worker
            return mail
        finally:
            if alive is None and worker is not None:
                worker.end()
            self._idle.put(alive)


def _restarted(old: _Worker | None, memory: int) -> _Worker:
    if old is not None:
        old.end()
    return _Worker(memory)


class _Worker:
    """One process and its two pipes."""

    def __init__(self, memory: int) -> None:
        # An environment of its own: no secret of ours is in it. -P and -s keep the work folder and the user's packages out.
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-P", "-s", "-m", "gateway.mail.worker", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "LC_ALL": "C.UTF-8",
                "PYTHONHASHSEED": "random",
            },
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to = self._process.stdin.fileno()
        self._from = self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        self._is_ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def read(self, request: bytes, seconds: float) -> InboundMail:
        """Have one mail read, or raise _LostWorkerError at the deadline or when the process is gone."""
        try:
            self._start()
            deadline = clock.monotonic() + seconds
            self._send(request, deadline)
            mail, places = frames.parse_reply(self._frame(deadline))
            contents = [self._frame(deadline) for _ in places]
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise _LostWorkerError(
                f"the parser was lost ({type(error).__name__}, exit {self._process.poll()})"
            ) from error
        return frames.with_contents(mail, places, contents)

    def end(self) -> None:
        """Kill the process and close the pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _start(self) -> None:
        """Wait until the process has loaded all it needs; that time is not the mail's."""
        if not self._is_ready:
            self._frame(clock.monotonic() + START_SECONDS)
            self._is_ready = True

    def _send(self, payload: bytes, deadline: float) -> None:
        view = memoryview(payload)
        while view:
            self._wait(deadline, writing=True)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(self._to, view[:_CHUNK]) :]

    def _frame(self, deadline: float) -> bytes:
        size = frames.length(self._receive(frames.PREFIX, deadline))
        return self._receive(size, deadline)

    def _receive(self, size: int, deadline: float) -> bytes:
        collected = bytearray()
        while len(collected) < size:
            self._wait(deadline, writing=False)
            piece = os.read(self._from, min(size - len(collected), _CHUNK))
            if not piece:
                raise EOFError
            collected += piece
        return bytes(collected)

    def _wait(self, deadline: float, *, writing: bool) -> None:
        poll = select.poll()  # not select(): a busy daemon has descriptors over 1024
        poll.register(self._to if writing else self._from, select.POLLOUT if writing else select.POLLIN)
        left = deadline - clock.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise _LostWorkerError("the parser took too long")
