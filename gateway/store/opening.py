"""The store as the settings name it."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import ConfigurationError, Problem
from gateway.settings import Settings
from gateway.store.engine import Store


def open_store(settings: Settings) -> Store:
    """Open the database and the place for large contents; nothing is upgraded yet."""
    return Store(settings.database.url, make_state(settings), blobs=settings.blobs)


def make_state(settings: Settings) -> Path:
    """Make the state folder where it is missing; ConfigurationError where this user may not."""
    state = settings.paths.state
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        said = f"[paths] state: {state}: {error.strerror}; name a folder this user may write to"
        raise ConfigurationError([Problem("gateway.toml", 0, 0, said)]) from error
    return state
