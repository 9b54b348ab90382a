"""LISTEN and NOTIFY: daemons on one PostgreSQL tell each other that a stage has work, so that nobody waits for the poll."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from gateway.errors import TryAgainError
from gateway.store.failures import first_line

_CHANNEL = "gateway"
_REST = 0.05  # seconds between two rounds of telling: a flood of mail must not become a flood of signals
_LOOK = 1.0  # seconds between two looks at `stopping`


def announce(conn: Connection, word: str) -> None:
    """Let the other daemons hear `word` when this transaction commits; nothing with SQLite."""
    if conn.dialect.name == "postgresql":
        conn.execute(select(func.pg_notify(_CHANNEL, word)))


class Signals:
    """One connection of its own that listens and tells. What is lost costs a second: every stage also polls.

    `heard` is called with each word another daemon told, and with every one of `words` after a connection was made:
    what was told meanwhile is not known.
    """

    def __init__(self, connect: Callable[[], Any], words: tuple[str, ...], heard: Callable[[str], None]) -> None:
        self._connect = connect  # gives a connection of psycopg: SQLAlchemy knows no notifications
        self._words = words
        self._heard = heard
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._near, self._far = socket.socketpair()  # wakes the thread, which waits for the database
        self._near.setblocking(False)
        self._far.setblocking(False)

    def tell(self, word: str) -> None:
        """Let the other daemons hear `word` soon. Never blocks, from any thread."""
        with self._lock:
            first = not self._waiting
            self._waiting.add(word)
        if first:
            with contextlib.suppress(OSError):  # full: it is awake anyhow; closed: nobody is there
                self._far.send(b".")

    def run(self, stopping: threading.Event) -> None:
        """Listen and tell until `stopping`, the body of a thread. TryAgainError when the database is away."""
        try:
            with contextlib.closing(self._connect()) as conn:
                conn.autocommit = True
                conn.execute(f"LISTEN {_CHANNEL}")
                for word in self._words:
                    self._heard(word)
                while not stopping.is_set():
                    self._turn(conn, stopping)
        except Exception as error:
            if _lost(error):
                raise TryAgainError(f"database: {first_line(error)}") from error
            raise

    def close(self) -> None:
        """Give back the sockets, after the thread has ended."""
        self._near.close()
        self._far.close()

    def _turn(self, conn: Any, stopping: threading.Event) -> None:
        ready = self._ready(conn)
        for word in self._taken() if ready else ():
            conn.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, word))
        own = conn.info.backend_pid
        for notification in conn.notifies(timeout=0):
            if notification.pid != own:
                self._heard(notification.payload)
        if ready:
            stopping.wait(_REST)

    def _ready(self, conn: Any) -> bool:
        """Wait for a word from there or from here; say whether one came from here."""
        with selectors.DefaultSelector() as selector:
            selector.register(conn, selectors.EVENT_READ)
            selector.register(self._near, selectors.EVENT_READ)
            return any(key.fileobj is self._near for key, _ in selector.select(_LOOK))

    def _taken(self) -> Iterator[str]:
        with contextlib.suppress(BlockingIOError):
            while self._near.recv(64):
                pass
        with self._lock:
            words, self._waiting = self._waiting, set()
        yield from sorted(words)


def _lost(error: Exception) -> bool:
    """Say whether it is the driver's word: nothing but the connection can go wrong here."""
    return any(kind.__module__.partition(".")[0] == "psycopg" for kind in type(error).__mro__)
