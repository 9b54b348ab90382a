"""What `journal` and `outbox` have in common: a list by state, one row, its exact bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one kind: their states, and how the store reads them and a table shows them."""

    one: str  # "message"
    command: str  # "journal"
    states: Sequence[str]
    newest: Callable[[Any, str | None, int], Sequence[Any]]
    get: Callable[[Any, int], Any]
    load_raw: Callable[[Any, Any], bytes]
    facts: Callable[[Any, Any], Facts]  # connection, row
    columns: Sequence[str]
    cells: Callable[[Facts], Sequence[object]]


def list_(kind: Kind, config: Path | None, state: str | None, as_json: bool, limit: int) -> int:
    """List rows, newest first."""
    if state is not None and state not in kind.states:
        print(f"no state {state!r}; there are: {', '.join(kind.states)}", file=sys.stderr)
        return 2
    with store_of(settings_of(config)) as store, store.read() as conn:
        rows = [kind.facts(conn, row) for row in kind.newest(conn, state, limit)]
    if as_json:
        printing.lines(rows)
    else:
        printing.table(kind.columns, [kind.cells(row) for row in rows], f"no {kind.one}s")
    return 0


def show(kind: Kind, config: Path | None, number: int, raw: bool, as_json: bool) -> int:
    """Show one row, or its exact bytes."""
    with store_of(settings_of(config)) as store:
        with store.read() as conn:
            row = kind.get(conn, number)
            if row is None:
                print(f"no {kind.one} {number} (`gateway {kind.command} list`)", file=sys.stderr)
                return 1
            facts = kind.facts(conn, row)
        if raw:
            sys.stdout.buffer.write(kind.load_raw(store, row))
            return 0
    if as_json:
        printing.lines([facts])
    else:
        printing.card(facts)
    return 0
