"""Contents under their SHA-256: files beside SQLite, rows in PostgreSQL. Never changed, so written once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from gateway.errors import TryAgainError
from gateway.mail.message import Attachment
from gateway.store.failures import as_try_again
from gateway.store.schema import blob_chunks, blobs

CHUNK = 1 << 20
"""Bytes of one row in PostgreSQL: small enough to stream, large enough to be few."""

Step = Callable[[str], None]
"""Called with the name of each step that makes something durable; a crash test stops there."""


class BlobStore(Protocol):
    """Where contents lie."""

    def put(self, content: bytes) -> str:
        """Keep `content`, flushed to the disk on return; return its SHA-256 in hex. TryAgainError when it cannot."""

    def get(self, sha256: str) -> bytes:
        """Return the content; KeyError when there is none."""

    def has(self, sha256: str) -> bool:
        """Say whether the content is there."""

    def digests(self) -> Iterator[str]:
        """Yield the hash of everything kept."""


def keep_attachments(store: BlobStore, attachments: Iterable[Attachment]) -> None:
    """Put the attachments that carry their content. Before the transaction which names them."""
    for attachment in attachments:
        if attachment.content is not None:
            store.put(attachment.content)


class FileBlobs:
    """One file each, `ab/cdef…`: temporary name, fsync, rename, fsync of the folder."""

    def __init__(self, folder: Path, step: Step) -> None:
        self._folder = folder
        self._step = step

    def put(self, content: bytes) -> str:
        """Keep `content`; a file that is there already is right, since names are hashes."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        try:
            if not path.exists():
                self._write(path, content)
        except OSError as error:
            raise TryAgainError(f"blob store: {error.strerror or error}") from error
        return sha256

    def _write(self, path: Path, content: bytes) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _flush_folder(self._folder)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                self._step("blob written")
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
        self._step("blob in place")

    def get(self, sha256: str) -> bytes:
        """Return the content."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise KeyError(sha256) from None

    def has(self, sha256: str) -> bool:
        """Say whether the file is there."""
        return self._path(sha256).exists()

    def digests(self) -> Iterator[str]:
        """Yield the hash of every file; half-written ones are none."""
        for path in self._folder.glob("??/*"):
            if not path.name.startswith("."):
                yield path.parent.name + path.name

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not sha256.isalnum():
            raise KeyError(sha256)
        return self._folder / sha256[:2] / sha256[2:]


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_ADD = insert(blobs).on_conflict_do_nothing()
_ADD_CHUNK = insert(blob_chunks).on_conflict_do_nothing()
_SIZE = select(blobs.c.size).where(blobs.c.sha256 == bindparam("wanted"))
_CHUNK = select(blob_chunks.c.content).where(
    blob_chunks.c.sha256 == bindparam("wanted"), blob_chunks.c.position == bindparam("at_position")
)


class RowBlobs:
    """Rows of 1 MB, in a transaction of their own that is committed before `put` returns."""

    def __init__(self, engine: sa.Engine, step: Step) -> None:
        self._engine = engine
        self._step = step

    def put(self, content: bytes) -> str:
        """Keep `content`; two writers of the same content do no harm."""
        sha256 = hashlib.sha256(content).hexdigest()
        with as_try_again(), self._engine.begin() as conn:
            conn.execute(_ADD, {"sha256": sha256, "size": len(content)})
            for position, at in enumerate(range(0, len(content), CHUNK)):  # one at a time: no second copy of all
                chunk = content[at : at + CHUNK]
                conn.execute(_ADD_CHUNK, {"sha256": sha256, "position": position, "content": chunk})
            self._step("blob written")
        self._step("blob in place")
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the content."""
        with as_try_again(), self._engine.connect() as conn:
            if conn.execute(_SIZE, {"wanted": sha256}).scalar() is None:
                raise KeyError(sha256)
            content, position = BytesIO(), 0  # its value is no further copy, and only one chunk is held beside it
            while chunk := conn.execute(_CHUNK, {"wanted": sha256, "at_position": position}).scalar():
                content.write(chunk)
                position += 1
            return content.getvalue()

    def has(self, sha256: str) -> bool:
        """Say whether the row is there."""
        with as_try_again(), self._engine.connect() as conn:
            return conn.execute(_SIZE, {"wanted": sha256}).scalar() is not None

    def digests(self) -> Iterator[str]:
        """Yield the hash of every row."""
        with as_try_again(), self._engine.connect() as conn:
            yield from conn.execute(select(blobs.c.sha256)).scalars()
