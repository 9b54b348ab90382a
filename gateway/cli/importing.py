"""`gateway import`: mail of the time before, as history."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of

_SHOWN = 20


def bring_in(
    config: Path | None, path: Path, desk: str, open_since: datetime | None, dry_run: bool, as_json: bool
) -> int:
    """Import an mbox, a Maildir or .eml files; exit 1 where something could not be taken."""
    from gateway.daemon.importing import Order
    from gateway.daemon.importing import bring_in as go

    settings = settings_of(config)
    since = open_since.replace(tzinfo=UTC) if open_since else None
    with store_of(settings) as store, _progress() as progress:
        tally, contents = go(settings, store, Order(path, desk, since, dry_run), clock.now(), progress)
    counts = {name: tally.counts[name] for name in ("imported", "tickets", "known", "filed", "failed")}
    counts["left_out"] = len(contents.left_out)
    if as_json:
        printing.lines([{"mails": len(contents.mails), "dry_run": dry_run, **counts}])
    else:
        _say(counts, dry_run)
    for line in contents.left_out[:_SHOWN]:
        print(f"left out: {line}", file=sys.stderr)
    if len(contents.left_out) > _SHOWN:
        print(f"left out: {len(contents.left_out) - _SHOWN} more", file=sys.stderr)
    return 1 if counts["failed"] else 0


def _say(counts: dict[str, int], dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    print(f"{counts['imported']} mails {would}imported, {counts['tickets']} tickets {would}opened")
    if counts["known"]:
        print(f"{counts['known']} were here before")
    if counts["filed"]:
        print(f"{counts['filed']} filed without a ticket: automatic mail of no conversation, copies, mails of ours")
    if counts["failed"]:
        print(f"{counts['failed']} could not be imported; the log above says why", file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give a bar on a terminal, a line each thousand elsewhere."""
    if not sys.stderr.isatty():
        yield _each_thousand
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("import", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _each_thousand(done: int, total: int) -> None:
    if done == total or done % 1000 == 0:
        print(f"{done} of {total}", file=sys.stderr)
