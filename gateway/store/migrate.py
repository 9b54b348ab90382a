"""Bringing a database to the newest schema. The only module that loads Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

_SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 7_240_311  # any number, the same for all daemons on one PostgreSQL


def configuration() -> Config:
    """Return Alembic's configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(conn: Connection, to: str = "head") -> None:
    """Run what is missing in the transaction of `conn`. Several daemons that start at once take turns."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL lock_timeout = 0"))  # another daemon's upgrade may take its time
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        # whoever asks for a table after us waits behind us: rather give up and be called again
        conn.execute(text("SET LOCAL lock_timeout = 3000"))
    config = configuration()
    config.attributes["connection"] = conn
    command.upgrade(config, to)
