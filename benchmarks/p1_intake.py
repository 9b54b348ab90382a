"""P1, durable intake: each mail committed and flushed before its 250, against stock aiosmtpd that throws it away."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks import corpus, programs
from benchmarks.figure import Figure
from tests.support.daemon import Daemon

MAILS = 2000
ROUNDS = 3
# Only the receiver: the other steps would share its two cores, and P2 measures all together.
RECEIVER = {
    "run": {"receive": True, "poll": False, "work": 0, "deliver": 0, "timers": False},
    "log": {"level": "warning"},
}


def measure(folder: Path) -> list[Figure]:
    """Run both in turn, so that a slow minute of the machine meets both; the medians are compared."""
    ours, stock, loads = [], [], []
    with Daemon(folder / "p1", settings=RECEIVER) as daemon, programs.running("stock") as reference:
        port = daemon.address()[1]
        for round_ in range(ROUNDS):
            mails = corpus.save(corpus.write(MAILS, seed=100 + round_), folder / "corpus")
            stock.append(programs.send(reference.port, mails).rate)
            loads.append(programs.send(port, mails))
            ours.append(loads[-1].rate)
        half = corpus.save(corpus.write(MAILS // 2, seed=200), folder / "corpus")
        calm = programs.send(port, half, rate=median(ours) / 2)
    ratio = median(ours) / median(stock)
    return [
        Figure(
            "P1",
            "durable intake, 10 connections",
            median(ours),
            "mails/s",
            "stock aiosmtpd, discarding",
            median(stock),
            ">= 1.0 x",
            ratio >= 1.0,
            f"medians of {ROUNDS} x {MAILS} mails; {loads[-1].client}",
        ),
        Figure("P1", "DATA to 250, p99 at half load", calm.p99 * 1000, "ms", goal="< 50 ms", met=calm.p99 < 0.05),
    ]
