"""`gateway db …`: settings in, the store's own functions out."""

from __future__ import annotations

from pathlib import Path

from gateway.cli import db
from gateway.cli.opening import settings_of
from gateway.settings import Settings
from gateway.store.engine import Store
from gateway.store.opening import open_store


def upgrade(config: Path | None) -> int:
    """Bring the schema up to date."""
    return db.upgrade(_store(settings_of(config)))


def backup(config: Path | None, to: Path) -> int:
    """Copy database and blobs while the daemon works."""
    return db.backup(_store(settings_of(config)), to)


def restore(config: Path | None, source: Path) -> int:
    """Put a backup in the place of a database that is not there."""
    settings = settings_of(config)
    file = _store(settings).file
    if file is None:
        print("with PostgreSQL, restore with pg_restore")
        return db.NO
    return db.restore(source, file, settings.paths.state)


def check(config: Path | None) -> int:
    """Prove the database whole."""
    return db.check(_store(settings_of(config)))


def _store(settings: Settings) -> Store:
    return open_store(settings)
