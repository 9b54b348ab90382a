"""The inner side of a worker process: frames over its two pipes, and giving up all it does not need (A83)."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
from typing import Final

from gateway.mail import frames

_STDIN: Final = 0
_STDOUT: Final = 1
_NOBODY: Final = 65534
_GARBAGE: Final = 20_000  # objects made before the collector looks: a mail makes thousands and leaves none behind


def confine(memory: int) -> None:
    """Give up opening files and sockets, forking, writing files and growing over `memory` bytes.

    Limits cannot be raised again by an ordinary user. What was loaded before is never looked at by the collector.
    """
    if os.geteuid() == 0:  # root may fork whatever the limit says
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, 10, 10)


def read_frame() -> bytes | None:
    """Return the next frame of the parent, None when it has closed the pipe."""
    prefix = read(frames.PREFIX)
    return None if prefix is None else read(frames.length(prefix))


def read(size: int) -> bytes | None:
    """Read exactly so many bytes, None at the end of the stream."""
    collected = bytearray()
    while len(collected) < size:
        piece = os.read(_STDIN, min(size - len(collected), 1 << 20))
        if not piece:
            return None
        collected += piece
    return bytes(collected)


def write(payload: bytes) -> None:
    """Write all of it to the parent."""
    view = memoryview(payload)
    while view:
        view = view[os.write(_STDOUT, view) :]
