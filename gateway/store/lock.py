"""One daemon per SQLite file: an advisory lock beside it, released by the kernel whatever happens."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import GatewayError


class AlreadyRunningError(GatewayError):
    """Another daemon works on this SQLite file; several daemons need PostgreSQL."""


@contextmanager
def sole_daemon(database: Path) -> Iterator[None]:
    """Hold `<database>.lock` for the time of the block, or raise `AlreadyRunningError`."""
    path = database.with_name(database.name + ".lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise AlreadyRunningError(
                f"{database} is in use by another daemon (process {holder}); stop it, or use PostgreSQL for several"
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
