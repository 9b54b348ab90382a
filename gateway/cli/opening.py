"""What most commands begin with: the settings, and the store they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.settings import Settings, load

if TYPE_CHECKING:
    from gateway.store.engine import Store


def settings_of(config: Path | None) -> Settings:
    """Read gateway.toml; ConfigurationError carries every mistake."""
    return load(config, os.environ)  # noqa: TID251  # the command line is where the environment comes in


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """Open the database the settings name, brought up to date."""
    from gateway.store.opening import open_store

    store = open_store(settings)
    try:
        store.upgrade()
        yield store
    finally:
        store.close()
