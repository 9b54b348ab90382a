"""`gateway journal …`: every message received, and what a person decides about it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway import clock
from gateway.cli import printing, rows
from gateway.cli.opening import settings_of, store_of

STATES = ("received", "done", "parked", "held", "discarded", "duplicate")


def list_(config: Path | None, state: str | None, as_json: bool, limit: int) -> int:
    """List messages, newest first."""
    return rows.list_(_kind(), config, state, as_json, limit)


def show(config: Path | None, number: int, raw: bool, as_json: bool) -> int:
    """Show one message, or the exact bytes received."""
    return rows.show(_kind(), config, number, raw, as_json)


def _kind() -> rows.Kind:
    from gateway.store import journal
    from gateway.store.show import journal_json, ticket_reference

    return rows.Kind(
        "message",
        "journal",
        STATES,
        journal.list_rows,
        journal.get,
        journal.load_raw,
        lambda conn, row: journal_json(row) | {"ticket": ticket_reference(conn, row.ticket_id)},
        ("id", "received (UTC)", "state", "ticket", "from", "reason"),
        lambda r: (
            r["id"],
            printing.short_time(r["received_at"]),
            r["state"],
            r["ticket"],
            r["mail_from"],
            r["reason"],
        ),
    )


def accept(config: Path | None, number: int, on: str | None, as_: str) -> int:
    """Let a held message in, on a ticket where one is named."""
    grant: dict[str, Any] = {"as": "note" if as_ == "note" else "accept", "by": "command-line"}
    if on:
        grant["ticket"] = int(on.rpartition("-")[2])
    return _decide(config, number, "received", "accepted", grant)


def discard(config: Path | None, number: int) -> int:
    """Put a message aside for good; the journal keeps it."""
    return _decide(config, number, "discarded", "discarded on the command line", {})


def replay(config: Path | None, number: int) -> int:
    """Work on a message again from the start."""
    from gateway.store.journal import replay as again

    return _change(config, number, lambda conn: again(conn, number, clock.now()), "will be worked on again")


def _decide(config: Path | None, number: int, state: str, reason: str, grant: dict[str, Any]) -> int:
    from gateway.store.journal import settle
    from gateway.tickets.effects import Settle

    decision = Settle(number, state, reason, grant)
    return _change(config, number, lambda conn: settle(conn, decision, clock.now()), reason)


def _change(config: Path | None, number: int, change: Callable[[Any], bool], said: str) -> int:
    with store_of(settings_of(config)) as store, store.write() as conn:
        if not change(conn):
            return _none(number)
    print(f"journal {number}: {said}")
    return 0


def _none(number: int) -> int:
    print(f"message {number} does not exist, or waits for no decision (`gateway journal list`)", file=sys.stderr)
    return 1
