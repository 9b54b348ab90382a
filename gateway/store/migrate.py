"""Bringing a database to the newest schema. The only module that loads Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import text

if TYPE_CHECKING:
    from gateway.store.engine import Store

_SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 7_240_311  # any number, the same for all daemons on one PostgreSQL


def configuration() -> Config:
    """Return Alembic's configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(store: Store) -> None:
    """Run what is missing in one transaction: all of it or nothing. Several daemons that start at once take turns."""
    config = configuration()
    with store.write("schema commit") as conn:
        if store.dialect == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
