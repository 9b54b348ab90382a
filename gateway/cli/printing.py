"""Tables for people, JSON Lines for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any


def lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print each row as one line of JSON."""
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "nothing") -> None:
    """Print a table that fits the terminal; the last column takes what is left."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    all_rows = [[Text("" if value is None else str(value)) for value in row] for row in rows]
    if not all_rows:
        print(empty)
        return
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        shown.add_column(head, overflow="ellipsis", no_wrap=True)
    for row in all_rows:
        shown.add_row(*row)
    Console(highlight=False, soft_wrap=False).print(shown)


def short_time(moment: str | datetime | None) -> str:
    """Return a time as a table shows it: `2026-11-21 22:30`, UTC."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
