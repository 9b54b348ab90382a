"""P2, end to end: SMTP in, ticket committed, receipt and operator mail rendered and delivered to a local smarthost."""

from __future__ import annotations

from pathlib import Path

from benchmarks import corpus, programs
from benchmarks.figure import Figure
from benchmarks.through import passage

MAILS = 2000


def measure(folder: Path) -> list[Figure]:
    """Send the corpus at once and wait until nothing waits any more."""
    mails = corpus.write(MAILS, seed=300, proven=True)
    with programs.running("stock") as reference:
        bare = programs.send(reference.port, corpus.save(mails, folder / "corpus")).rate
    seen = passage(folder, mails)
    rate, tracker = seen.rate, 2.9
    met = rate >= 150 and rate / bare >= 0.25
    goal = ">= 150/s and 0.25 x"
    return [
        Figure("P2", "end to end, SQLite", rate, "mails/s", "bare aiosmtpd", bare, goal, met, seen.note),
        Figure(
            "P2", "the same against Request Tracker as shipped", rate, "mails/s", "2.9 measured elsewhere", tracker,
            ">= 50 x", rate >= 50 * tracker,
        ),
    ]  # fmt: skip
