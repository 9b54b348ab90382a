"""A child process of ours and its two pipes: started by exec, asked in frames, ended when it is late or talks nonsense."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
from typing import Final

from gateway import clock
from gateway.mail import frames

START_SECONDS: Final = 30.0  # imports, on a busy machine
_CHUNK: Final = 1 << 18


class LostChildError(Exception):
    """The process died, stalled or talked nonsense."""


class Child:
    """One process running `module`; it says an empty frame when it is ready. `first` is sent before that."""

    def __init__(self, module: str, memory: int, first: bytes = b"") -> None:
        # An environment of its own: no secret of ours is in it. -P and -s keep the work folder and the user's packages out.
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-P", "-s", "-m", module, str(memory)],
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
        os.set_blocking(self._from, False)
        self._first = first
        self._is_ready = False
        self.last_used = clock.monotonic()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit(self) -> int | None:
        """How it ended, None while it runs."""
        return self._process.poll()

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self._process.poll() is None

    def rested(self, seconds: float) -> bool:
        """Say whether nothing was asked of it for so long."""
        return clock.monotonic() - self.last_used >= seconds

    def begin(self) -> None:
        """Wait until it has loaded all it needs; that time is nobody's mail's."""
        if not self._is_ready:
            deadline = clock.monotonic() + START_SECONDS
            self.send(self._first, deadline)
            self._first = b""
            self.frame(deadline)
            self._is_ready = True

    def send(self, payload: bytes, deadline: float) -> None:
        """Write all of it; LostChildError at the deadline, OSError when nobody reads."""
        self.last_used = clock.monotonic()
        view = memoryview(payload)
        while view:
            try:
                view = view[os.write(self._to, view[:_CHUNK]) :]
            except BlockingIOError:
                self._wait(deadline, writing=True)

    def frame(self, deadline: float) -> bytes:
        """Read one frame; EOFError when the process is gone."""
        size = frames.length(self._receive(frames.PREFIX, deadline))
        return self._receive(size, deadline)

    def end(self) -> None:
        """Kill the process and close the pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _receive(self, size: int, deadline: float) -> bytes:
        pieces: list[bytes] = []
        while size:
            try:
                piece = os.read(self._from, min(size, _CHUNK))
            except BlockingIOError:
                self._wait(deadline, writing=False)
                continue
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _wait(self, deadline: float, *, writing: bool) -> None:
        poll = select.poll()  # not select(): a busy daemon has descriptors over 1024
        poll.register(self._to if writing else self._from, select.POLLOUT if writing else select.POLLIN)
        left = deadline - clock.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise LostChildError("it took too long")
