"""Which trouble of a database time may mend. Everything else is a bug and stays what it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from gateway.errors import TryAgainError

_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip
_PASSING_STATES = {"25006", "25P03"}


def passing(error: Exception) -> bool:
    """Say whether `error` is a lock, a full disk or a lost connection, not a mistake in a statement."""
    match error:
        case sa.exc.TimeoutError():
            return True
        case sa.exc.DBAPIError(connection_invalidated=True) | sa.exc.InterfaceError():
            return True
        case sqlite3.Error():
            # the low byte is the primary code; an extended one adds detail (SQLITE_IOERR_FSYNC)
            return getattr(error, "sqlite_errorcode", 0) & 0xFF in _PASSING
        case sa.exc.OperationalError(orig=sqlite3.Error() as cause):
            return passing(cause)
        case sa.exc.OperationalError():  # psycopg: connection, disk full, deadlock, serialisation, shutdown
            return True
        case sa.exc.InternalError():  # psycopg: idle for too long in a transaction, or a standby that cannot write
            return getattr(error.orig, "sqlstate", "") in _PASSING_STATES
        case _:
            return False


@contextmanager
def as_try_again() -> Iterator[None]:
    """Turn passing trouble into `TryAgainError`: 4xx in SMTP, a later try everywhere else."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, sqlite3.OperationalError) as error:
        if passing(error):
            raise TryAgainError(f"database: {first_line(error)}") from error
        raise


def first_line(error: Exception) -> str:
    """Return the driver's own words, without the statement and its parameters (they hold mail)."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return (str(cause).splitlines() or [type(cause).__name__])[0]
