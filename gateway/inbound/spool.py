"""A message on its way in: in memory while small, in an unnamed file once it is large."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO


class Spool:
    """Collects content. `write` and `read` may block once `spilled`; call them off the event loop then."""

    def __init__(self, keep: int, folder: Path | None = None) -> None:
        self._keep = keep
        self._folder = folder
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size = 0

    @property
    def spilled(self) -> bool:
        """Say whether it lies in a file."""
        return self._file is not None

    def would_spill(self, part: bytes) -> bool:
        """Say whether writing this part touches the disk."""
        return self.spilled or self.size + len(part) > self._keep

    def write(self, part: bytes) -> None:
        """Append; OSError where the disk is full."""
        if not self.would_spill(part):
            self._parts.append(part)
        else:
            if self._file is None:
                # No name in the folder: nothing is left behind whatever happens to us.
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # close() is ours
                _write_all(self._file, b"".join(self._parts))
                self._parts.clear()
            _write_all(self._file, part)
        self.size += len(part)

    def read(self) -> bytes:
        """Return the whole."""
        if self._file is None:
            return b"".join(self._parts)
        self._file.seek(0)
        return self._file.read()

    def drop(self) -> None:
        """Forget the content; the object may be written to again."""
        self._parts.clear()
        self.size = 0
        if self._file is not None:
            self._file.close()
            self._file = None


def _write_all(file: IO[bytes], content: bytes) -> None:
    """Write all of it: an unbuffered file may take less than it was given."""
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
