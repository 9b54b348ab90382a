"""The store as the settings name it."""

from __future__ import annotations

from gateway.settings import Settings
from gateway.store.engine import Store


def open_store(settings: Settings) -> Store:
    """Open the database and the place for large contents; nothing is upgraded yet."""
    return Store(settings.database.url, settings.paths.state, blobs=settings.blobs)
