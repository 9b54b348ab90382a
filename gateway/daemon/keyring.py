"""The MAC keys in force: read at the start, and again now and then, as `gateway keys rotate` is another process."""

from __future__ import annotations

from contextlib import suppress

from gateway.errors import TryAgainError
from gateway.mail.identity import Keys
from gateway.store import keys
from gateway.store.engine import Store


class Keyring:
    """Holds the keys; every step asks it anew."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys = self._read()

    def now(self) -> Keys:
        """Return the keys."""
        return self._keys

    def refresh(self) -> None:
        """Take what was rotated meanwhile; where the database is away, at the next look."""
        with suppress(TryAgainError):
            self._keys = self._read()

    def _read(self) -> Keys:
        with self._store.read() as conn:
            return keys.load_keys(conn)
