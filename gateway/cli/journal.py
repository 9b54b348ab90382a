"""`gateway journal …`: every message received, and what a person decides about it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of

STATES = ("received", "done", "parked", "held", "discarded", "duplicate")


def list_(config: Path | None, state: str | None, as_json: bool, limit: int) -> int:
    """List messages, newest first."""
    from gateway.store.journal import list_rows
    from gateway.store.show import journal_json

    if state is not None and state not in STATES:
        print(f"no state {state!r}; there are: {', '.join(STATES)}", file=sys.stderr)
        return 2
    with store_of(settings_of(config)) as store, store.read() as conn:
        rows = [journal_json(row) for row in list_rows(conn, state, limit)]
    if as_json:
        printing.lines(rows)
    else:
        columns = ("id", "received", "state", "from", "reason")
        shown = (
            (r["id"], printing.short_time(r["received_at"]), r["state"], r["mail_from"], r["reason"]) for r in rows
        )
        printing.table(columns, shown, "no messages")
    return 0


def show(config: Path | None, number: int, raw: bool, as_json: bool) -> int:
    """Show one message, or the exact bytes received."""
    from gateway.store.journal import get, load_raw
    from gateway.store.show import journal_json

    with store_of(settings_of(config)) as store:
        with store.read() as conn:
            row = get(conn, number)
        if row is None:
            print(f"no message {number} (`gateway journal list`)", file=sys.stderr)
            return 1
        if raw:
            sys.stdout.buffer.write(load_raw(store, row))
            return 0
        facts = journal_json(row)
    if as_json:
        printing.lines([facts])
    else:
        printing.card(facts)
    return 0


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
