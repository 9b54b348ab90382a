"""Tables for people, JSON Lines for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from textwrap import fill
from typing import Any

_SHORT = 16  # as wide as a time
_GAP = 3  # between two columns


def lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print each row as one line of JSON."""
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "nothing", *, fold: bool = False
) -> None:
    """Print a table that fits the terminal: long columns are cut, or folded with `fold`; ids and states never are."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    all_rows = [[Text("" if value is None else str(value)) for value in row] for row in rows]
    if not all_rows:
        print(empty)
        return
    console = Console(highlight=False, soft_wrap=False)
    columns = zip(heads, *all_rows, strict=True)
    natural = [max(len(head), *(cell.cell_len for cell in cells)) for head, *cells in columns]
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head, width in zip(heads, widths(natural, console.width), strict=True):
        shown.add_column(head, overflow="fold" if fold else "ellipsis", no_wrap=not fold, width=width)
    for row in all_rows:
        shown.add_row(*row)
    console.print(shown)


def widths(natural: Sequence[int], terminal: int) -> list[int]:
    """Return how wide each column is shown: the longest give way first, short words only where all are short."""
    found = list(natural)
    for least in (_SHORT, 1):
        while sum(found) + _GAP * (len(found) - 1) > terminal and max(found) > least:
            found[found.index(max(found))] -= 1
    return found


def card(facts: Mapping[str, Any]) -> None:
    """Print one row of the database as `name: value` lines; what is empty is left out."""
    for name, value in facts.items():
        if not value and value != 0:
            continue
        if isinstance(value, Mapping):
            shown = ", ".join(f"{key} {inner}" for key, inner in value.items() if inner)
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        prose(f"{name.replace('_', ' ') + ':':19}{shown}", 19)


def prose(text: str, hanging: int = 4) -> None:
    """Print a line, folded at 80 columns; ids and digests are never cut."""
    print(fill(text, 80, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False))


def who(person: Mapping[str, Any] | str) -> str:
    """Return a person of JSON as `Name <address>`, as far as both are known."""
    if isinstance(person, str):
        return person
    name, address = person.get("name") or "", person.get("address") or ""
    return f"{name} <{address}>" if name and address and name != address else name or address


def short_time(moment: str | datetime | None) -> str:
    """Return a time as a table shows it: `2026-11-21 22:30`, UTC."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
