"""`gateway keys …`: the secrets our Message-IDs and loop marks are signed with."""

from __future__ import annotations

from pathlib import Path

from gateway import clock
from gateway.cli.opening import settings_of, store_of


def rotate(config: Path | None) -> int:
    """Sign with a new key from now on; a running daemon takes it within seconds."""
    from gateway.store import keys

    with store_of(settings_of(config)) as store, store.write("keys") as conn:
        known = keys.rotate(conn, clock.now())
    print(f"a new key signs; {len(known.previous)} older ones still prove what was sent with them")
    return 0
