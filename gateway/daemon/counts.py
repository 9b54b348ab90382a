"""What this process counted since it began."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from gateway.mail.received import Received


class Counts:
    """Messages that are on disk, by source; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: Counter[str] = Counter()

    def received(self, items: Iterable[Received]) -> None:
        """Count messages."""
        with self._lock:
            self._received.update(item.envelope.source for item in items)

    def by_source(self) -> dict[str, int]:
        """Return how many came from where."""
        with self._lock:
            return dict(self._received)
