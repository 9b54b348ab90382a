"""`gateway receive < mail.eml`: for pipes of an MTA; exit 0 only when the message is on disk."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway import clock
from gateway.cli.opening import settings_of, store_of


def receive(config: Path | None, sender: str, to: tuple[str, ...]) -> int:
    """Journal one message; a daemon on the same database works on it."""
    from gateway.inbound.pipe import read
    from gateway.store.journal import write_received

    settings = settings_of(config)
    received = read(sys.stdin.buffer, sender, to, clock.now())
    with store_of(settings) as store:
        accepted = write_received(store, [received])[0]
    print(f"journal {accepted.journal_id}{' (came before)' if accepted.duplicate else ''}")
    return 0
