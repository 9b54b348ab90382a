"""P2, end to end: SMTP in, ticket committed, receipt and operator mail rendered and delivered to a local smarthost."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks import corpus, programs
from benchmarks.figure import Figure
from reliability import verdict
from tests.support.daemon import Daemon

MAILS = 2000
PATIENCE = 60.0  # seconds without any progress
RULES = """\
desks:
  acme: {addresses: [support@acme.example], prefix: ACME, operator_reply: "support+{token}@acme.example"}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example]}
groups:
  first-line: {members: [anna]}
"""


def measure(folder: Path) -> list[Figure]:
    """Send the corpus at once and wait until nothing waits any more."""
    mails = corpus.save(corpus.write(MAILS, seed=300, proven=True), folder / "corpus")
    with programs.running("stock") as reference:
        bare = programs.send(reference.port, mails).rate
    with programs.running("drain") as drain:
        smarthost = {"name": "drain", "host": "127.0.0.1", "port": drain.port, "tls": "none"}
        settings = {"smarthost": [smarthost], "log": {"level": "warning"}}
        with Daemon(folder / "p2", rules=RULES, settings=settings) as daemon:
            started = cpu(daemon.pid)
            began = time.monotonic()
            load = programs.send(daemon.address()[1], mails)
            _finish(daemon)
            seen = drain.ask()
            daemon_cpu, parser_cpu = cpu(daemon.pid) - started, sum(map(cpu, daemon.workers))
            seconds = max(seen["last"], time.monotonic() - 0.1) - began
    rate = MAILS / seconds
    return [
        Figure(
            "P2",
            "end to end, SQLite",
            rate,
            "mails/s",
            "bare aiosmtpd",
            bare,
            ">= 150/s and 0.25 x",
            rate >= 150 and rate / bare >= 0.25,
            f"CPU for each mail: daemon {daemon_cpu / MAILS * 1000:.1f} ms after its start, parsers {parser_cpu / MAILS * 1000:.1f} ms;"
            f" {MAILS} mails in, {seen['taken']:.0f} out (budgets hold the rest back); taken in at {load.rate:.0f}/s;"
            f" {load.client}, the smarthost {seen['cpu'] / seconds:.0%}",
        ),
        Figure(
            "P2",
            "the same against Request Tracker as shipped",
            rate,
            "mails/s",
            "2.9 measured elsewhere",
            2.9,
            ">= 50 x",
            rate >= 145,
        ),
    ]


def cpu(pid: int) -> float:
    """Return the CPU seconds a process took so far, start included: what a busy machine does not change."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _finish(daemon: Daemon) -> None:
    least, since = MAILS * 10, time.monotonic()
    while left := verdict.waiting(daemon.database):
        if left < least:
            least, since = left, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise RuntimeError(f"{left} rows still wait\n{daemon.log[-2000:]}")
        time.sleep(0.05)
