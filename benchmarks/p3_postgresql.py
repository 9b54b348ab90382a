"""P3, the same as P2 with PostgreSQL: one daemon, and two that share it."""

from __future__ import annotations

from pathlib import Path

from benchmarks import corpus
from benchmarks.figure import Figure
from benchmarks.through import passage
from tests.support.postgresql import DURABLE, PostgreSQL

MAILS = 1000


def measure(folder: Path) -> list[Figure]:
    """Run SQLite, one daemon and two daemons in turn over mails of the same kind."""
    for part in ("lite", "one", "two"):
        (folder / part).mkdir()
    lite = passage(folder / "lite", corpus.write(MAILS, seed=310, proven=True))
    with PostgreSQL(**DURABLE) as server:
        one = passage(folder / "one", corpus.write(MAILS, seed=311, proven=True), url=server.url(server.database()))
        two = passage(
            folder / "two", corpus.write(MAILS, seed=312, proven=True), url=server.url(server.database()), daemons=2
        )
    return [
        Figure(
            "P3", "end to end, PostgreSQL, one daemon", one.rate, "mails/s", "the same with SQLite", lite.rate,
            ">= 0.8 x", one.rate >= 0.8 * lite.rate, one.note,
        ),
        Figure(
            "P3", "the same, two daemons", two.rate, "mails/s", "one daemon", one.rate,
            ">= 1 x", two.rate >= one.rate, two.note,
        ),
    ]  # fmt: skip
