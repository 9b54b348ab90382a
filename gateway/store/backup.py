"""Backup, restore and check. Online for SQLite; with PostgreSQL its own tools do it and know more."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import select

from gateway.errors import GatewayError
from gateway.store import history
from gateway.store.engine import Store
from gateway.store.schema import attachments, journal, metadata, outbox
from gateway.store.schema import history as history_table

DATABASE = "gateway.db"
BLOBS = "blobs"
"""What a backup folder holds."""

_PAGES = 1_000  # copied between two breaths of the writers


class BackupError(GatewayError):
    """A backup or restore that cannot be made; the text says what to do."""


def backup(store: Store, target: Path) -> None:
    """Copy database and blobs to the new folder `target` while the daemon works.

    The database is copied first: it may lack the last minutes, the blobs it names are never missing.
    """
    if store.file is None:
        raise BackupError(
            "PostgreSQL is backed up by its own tools: pg_dump --format=custom, or a base backup with WAL"
        )
    if target.exists():
        raise BackupError(f"{target} exists already")
    unfinished = target.with_name(target.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    _copy_database(store.file, unfinished / DATABASE)
    for sha256 in store.blobs.digests():
        _write(unfinished / BLOBS / sha256[:2] / sha256[2:], store.blobs.get(sha256))
    unfinished.rename(target)


def _copy_database(source: Path, target: Path) -> None:
    with _sqlite(source) as origin, _sqlite(target) as copy:
        origin.backup(copy, pages=_PAGES)
        copy.execute("PRAGMA journal_mode=DELETE").close()  # one file, no WAL beside it
    _flush(target)


@contextlib.contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as conn:
        yield conn


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    _flush(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def restore(source: Path, database: Path, state: Path) -> None:
    """Put a backup in the place of a database that is not there (moved away by ops: we never overwrite one).

    What was ready to leave at the time of the backup may have left since: mails not sent yet are held, so that
    nothing is told twice; `gateway outbox retry` lets them go.
    """
    if not (source / DATABASE).is_file():
        raise BackupError(f"{source} is no backup: it has no {DATABASE}")
    if database.exists():
        raise BackupError(f"{database} exists already; stop the daemon and move it away first")
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (source / BLOBS).is_dir():
        shutil.copytree(source / BLOBS, state / BLOBS, dirs_exist_ok=True)
    unfinished = database.with_name(database.name + ".part")
    shutil.copy(source / DATABASE, unfinished)
    _hold_unsent(unfinished)
    _flush(unfinished)
    unfinished.rename(database)


def _hold_unsent(database: Path) -> None:
    with _sqlite(database) as conn:
        conn.execute(
            "UPDATE outbox SET state = 'held', reason = 'restored', claimed_by = NULL, claimed_until = NULL"
            " WHERE state IN ('ready', 'deferred')"
        )


def check(store: Store) -> list[str]:
    """Return everything that is wrong with the database, in words: pages, keys, history chains, missing blobs."""
    return [*_engine_problems(store), *_chain_problems(store), *_missing_blobs(store)]


def _engine_problems(store: Store) -> Iterator[str]:
    with store.read() as conn:
        if store.dialect != "sqlite":
            present = set(sa.inspect(conn).get_table_names())
            yield from (f"table {name} is missing" for name in sorted(metadata.tables.keys() - present))
            return
        for row in conn.exec_driver_sql("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield str(row[0])
        for row in conn.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"{row[0]}, row {row[1]}: names a row of {row[2]} that is not there"


def _chain_problems(store: Store) -> Iterator[str]:
    with store.read() as conn:
        for ticket_id in conn.execute(select(history_table.c.ticket_id).distinct()).scalars().all():
            yield from history.verify(conn, ticket_id)


def _missing_blobs(store: Store) -> Iterator[str]:
    named = (
        ("journal", select(journal.c.sha256).where(journal.c.in_blobs)),
        ("attachment", select(attachments.c.sha256).distinct()),
        ("outbox", select(outbox.c.blob).where(outbox.c.blob.is_not(None))),
    )
    kept = set(store.blobs.digests())
    with store.read() as conn:
        for kind, query in named:
            for sha256 in conn.execute(query).scalars():
                if sha256 not in kept:
                    yield f"{kind}: content {sha256} is missing"
