"""The database and its blob store: opened once, handed to everybody; a Connection in a `with` is the unit of work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import Connection, event

from gateway.errors import ConfigurationError, GatewayError, Problem, TryAgainError
from gateway.store.blobs import BlobStore, FileBlobs, RowBlobs
from gateway.store.failures import as_try_again
from gateway.store.lock import sole_daemon
from gateway.store.signals import Signals

if TYPE_CHECKING:
    from gateway.settings.schema import Blobs

HEAD = "0002"
"""The newest migration; compared with the scripts by a test, so that Alembic is loaded only when there is work."""

_BUSY_MS = 10_000
_PRAGMAS = (
    f"busy_timeout={_BUSY_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",  # a 250 is said on commit: NORMAL may lose it when the power goes
    "foreign_keys=ON",
    "cache_size=-16000",
    "temp_store=MEMORY",
)
_CONNECTIONS = 20
_CONNECT = {
    "connect_timeout": 10,
    "target_session_attrs": "read-write",  # after a failover: never the standby that was left behind
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,  # a host that is gone says nothing
    "tcp_user_timeout": 15_000,
    "options": " ".join((
        "-c timezone=utc",
        "-c synchronous_commit=on",
        f"-c lock_timeout={_BUSY_MS}",
        "-c idle_in_transaction_session_timeout=60000",  # a daemon that was stopped in the middle holds nobody up
    )),
}  # fmt: skip


class NewerSchemaError(GatewayError):
    """The database was upgraded by a newer release; there is no way back but a backup."""


class Store:
    """Opens SQLite or PostgreSQL by URL; `state` is the folder for blobs, unless `blobs` names a store elsewhere.

    `fail` is called with the name of each step that makes something durable, before it is done:
    a test raises there, or ends the process.
    """

    def __init__(
        self, url: str, state: Path, fail: Callable[[str], None] | None = None, blobs: Blobs | None = None
    ) -> None:
        self._url = sa.make_url(url)
        self._fail = fail
        self._writer: Any = threading.Lock() if self.dialect == "sqlite" else nullcontext()
        self.engine = _open_sqlite(self._url) if self.dialect == "sqlite" else _open_postgresql(self._url)
        self.blobs = self._blobs(state, blobs)

    def _blobs(self, state: Path, elsewhere: Blobs | None) -> BlobStore:
        if elsewhere is not None:
            from gateway.store.s3 import S3Blobs  # an extra

            return S3Blobs(elsewhere, self._step)
        if self.dialect == "sqlite":
            return FileBlobs(_folder(state / "blobs"), self._step)
        return RowBlobs(self.engine, self._step)

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self._url.get_backend_name()

    @property
    def file(self) -> Path | None:
        """Return the SQLite file, None with PostgreSQL."""
        return Path(self._url.database or "") if self.dialect == "sqlite" else None

    @contextmanager
    def write(self, step: str = "commit") -> Iterator[Connection]:
        """Open one transaction that writes; committed and flushed when the block ends, undone when it raises.

        SQLite has one writer: threads queue here instead of polling its lock. Do not nest.
        """
        if not self._enter():
            raise TryAgainError("database: another thread is writing for too long")
        try:
            with as_try_again(), self.engine.begin() as conn:
                yield conn
                self._step(step)
        finally:
            self._leave()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one transaction that only reads: on SQLite it waits for nobody and sees one moment."""
        with as_try_again(), self.engine.connect() as conn:
            yield conn.execution_options(reads_only=True)

    def daemon_lock(self) -> Any:
        """Return a context manager that makes this the only daemon on a SQLite file; nothing with PostgreSQL."""
        return nullcontext() if self.file is None else sole_daemon(self.file)

    def upgrade(self) -> bool:
        """Bring the schema to `HEAD`, all of it or nothing; say whether there was anything to do.

        NewerSchemaError where a newer release was here: its columns would be written without its sense.
        """
        before = self.version()
        if before == HEAD:
            return False
        if before is not None and before > HEAD:
            raise NewerSchemaError(
                f"the database has schema {before}, made by a newer release; this one knows {HEAD}:"
                " run the newer release, or restore the backup from before its upgrade"
            )
        from gateway.store.migrate import upgrade  # Alembic is heavy and seldom needed

        with self.write("schema commit") as conn:
            upgrade(conn)
        return True

    def version(self) -> str | None:
        """Return the migration the database is at, None when it is empty."""
        with self.read() as conn:
            if not sa.inspect(conn).has_table("alembic_version"):
                return None
            return conn.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()

    def signals(self, words: tuple[str, ...], heard: Callable[[str], None]) -> Signals | None:
        """Return how daemons on one PostgreSQL wake each other; None with SQLite, where there is only one."""
        if self.dialect == "sqlite":
            return None
        arguments, options = self.engine.dialect.create_connect_args(self._url)
        return Signals(partial(self.engine.dialect.connect, *arguments, **{**options, **_CONNECT}), words, heard)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _step(self, name: str) -> None:
        if self._fail is not None:
            self._fail(name)

    def _enter(self) -> bool:
        return self.dialect != "sqlite" or self._writer.acquire(timeout=_BUSY_MS / 1000)

    def _leave(self) -> None:
        if self.dialect == "sqlite":
            self._writer.release()


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _new_file(path: Path) -> None:
    """Make the database file before SQLite does, so that nobody else may read mail in it or in its WAL."""
    try:
        _folder(path.parent)
        path.touch(mode=0o600)
    except OSError as error:
        raise ConfigurationError(
            [Problem("gateway.toml", 0, 0, f"[database] url: {path}: {error.strerror}")]
        ) from error


def _open_sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigurationError([Problem("gateway.toml", 0, 0, "[database] url: SQLite needs a file")])
    _new_file(Path(url.database))
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # they hold mail, and errors are logged
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,  # the connection used last has the warm page cache; the others stay small
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        # a transaction that reads first and writes later would fail with "database is locked"
        how = "BEGIN" if conn.get_execution_options().get("reads_only") else "BEGIN IMMEDIATE"
        driver: Any = conn.connection.driver_connection
        driver.execute(how).close()

    return engine


def _open_postgresql(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url,
        hide_parameters=True,  # they hold mail, and errors are logged
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,  # what a burst opened is not kept warm for ever
        connect_args=_CONNECT,
    )
