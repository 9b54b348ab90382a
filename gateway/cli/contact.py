"""`gateway contact …`: people outside, and whether mail to them is pointless."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of


def list_(config: Path | None, muted: bool, as_json: bool, limit: int) -> int:
    """List contacts, who wrote last first; with `muted` only those nothing is sent to."""
    from gateway.store.contacts import list_rows

    with store_of(settings_of(config)) as store, store.read() as conn:
        rows = list_rows(conn, limit, muted=muted)
    if as_json:
        printing.lines(rows)
    else:
        shown = [
            (r["address"], r["name"], r["language"], printing.short_time(r["last_seen"]), r["muted"]) for r in rows
        ]
        printing.table(("address", "name", "language", "last wrote", "muted"), shown, "no contacts")
    return 0


def show(config: Path | None, address: str, as_json: bool) -> int:
    """Show one contact; exit 1 where nobody of that address is known."""
    from gateway.store.contacts import row_of

    with store_of(settings_of(config)) as store, store.read() as conn:
        row = row_of(conn, address)
    return _shown(row, address, as_json)


def set_(
    config: Path | None, address: str, name: str | None, language: str | None, mute: str | None, unmute: bool
) -> int:
    """Set what is known of somebody: his name, his language, whether anything is sent to him."""
    from gateway.store import contacts
    from gateway.tickets.effects import Remember

    if mute is not None and unmute:
        print("either --mute or --unmute", file=sys.stderr)
        return 2
    with store_of(settings_of(config)) as store, store.write("contact set") as conn:
        if name is not None or language is not None:
            contacts.remember(conn, Remember(address, name or "", language, known=False), clock.now())
        if mute is not None:
            contacts.mute(conn, address, mute, clock.now())
        if unmute:
            contacts.unmute(conn, address)
        row = contacts.row_of(conn, address)
    return _shown(row, address, as_json=False)


def _shown(row: dict[str, Any] | None, address: str, as_json: bool) -> int:
    if row is None:
        print(f"no contact {address} (`gateway contact list`)", file=sys.stderr)
        return 1
    if as_json:
        printing.lines([row])
    else:
        printing.card(row)
    return 0
