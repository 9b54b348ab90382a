"""Mails through whole gateways: in by SMTP, tickets committed, receipts and notices at a local smarthost. P2 and P3."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import corpus, programs
from gateway import clock
from gateway.store import leases
from gateway.store.engine import Store
from reliability import verdict
from tests.support.daemon import Daemon

PATIENCE = 120.0  # seconds without any progress
GROUPS = 30
_HEAD = """\
desks:
  acme: {addresses: [support@acme.example], prefix: ACME, group: g0, operator_reply: "support+{token}@acme.example"}
"""


def rules(count: int = GROUPS) -> str:
    """Return the rules of a house with so many groups of one, each told of some of the senders.

    An operator is told of 200 things in an hour one by one, the rest comes as a list: with one operator alone most of the
    mails out would not be made, and the rate would look better than it is.
    """
    names = range(count)
    people = "".join(f"  o{n}: {{name: Operator {n}, addresses: [o{n}@acme.example]}}\n" for n in names)
    groups = "".join(f"  g{n}: {{members: [o{n}]}}\n" for n in names)
    said = "".join(
        f"  - {{name: to g{n}, when: {{from: {{ends: [{_tails(n, count)}]}}}}, then: {{group: g{n}}}}}\n" for n in names
    )
    return f"{_HEAD}operators:\n{people}groups:\n{groups}rules:\n{said}"


def _tails(group: int, count: int) -> str:
    """Return how the senders of a group end: those whose two last digits leave its number over."""
    return ", ".join(f"{n:02}@umbrella.example" for n in range(group, 100, count))


@dataclass(frozen=True)
class Passage:
    """What came of it. CPU in milliseconds a mail, the start of daemons left out and that of their workers not."""

    mails: int
    seconds: float
    taken: int  # by the smarthost
    daemon_cpu: float
    workers_cpu: float
    load: programs.Load
    smarthost_cpu: float

    @property
    def rate(self) -> float:
        return self.mails / self.seconds

    @property
    def note(self) -> str:
        return (
            f"CPU for each mail: daemon {self.daemon_cpu:.1f} ms after its start, its workers {self.workers_cpu:.1f} ms;"
            f" {self.mails} mails in, {self.taken} out (budgets hold the rest back); taken in at {self.load.rate:.0f}/s;"
            f" {self.load.client}, the smarthost {self.smarthost_cpu:.0%}"
        )


def passage(folder: Path, mails: Sequence[bytes], *, url: str | None = None, daemons: int = 1) -> Passage:
    """Send the mails at once, in equal parts to each daemon, and wait until nothing waits any more."""
    url = url or f"sqlite:///{folder / 'gateway.db'}"
    without_breaker(url, folder)
    where = url if url.startswith("postgresql") else folder / "gateway.db"
    with ExitStack() as stack:
        drain = stack.enter_context(programs.running("drain"))
        running = [stack.enter_context(_daemon(folder / f"d{n}", url, drain.port)) for n in range(daemons)]
        parts = [corpus.save(list(mails[n::daemons]), folder / f"corpus{n}") for n in range(daemons)]
        started, began = sum(cpu(one.pid) for one in running), time.monotonic()
        loads = _send(running, parts)
        _finish(where, running, len(mails))
        seen = drain.ask()
        seconds = max(seen["last"], time.monotonic() - 0.1) - began
        daemon_cpu = sum(cpu(one.pid) for one in running) - started
        workers_cpu = sum(cpu(pid) for one in running for pid in one.workers)
    count = len(mails)
    return Passage(
        count, seconds, int(seen["taken"]), daemon_cpu / count * 1000, workers_cpu / count * 1000,
        loads[0], seen["cpu"] / seconds,
    )  # fmt: skip


def without_breaker(url: str, state: Path) -> None:
    """Make the database, and say that somebody has looked at the flood to come: the breaker would stop all receipts."""
    store = Store(url, state)
    store.upgrade()
    with store.write() as conn:
        leases.acquire(conn, "breaker", "benchmark", clock.now(), timedelta(days=1))
    store.close()


def cpu(pid: int) -> float:
    """Return the CPU seconds a process took so far, start included: what a busy machine does not change."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _daemon(folder: Path, url: str, port: int) -> Daemon:
    smarthost = {"name": "drain", "host": "127.0.0.1", "port": port, "tls": "none"}
    settings = {"smarthost": [smarthost], "log": {"level": "warning"}, "database": {"url": url}}
    return Daemon(folder, rules=rules(), settings=settings)


def _send(running: Sequence[Daemon], parts: Sequence[Path]) -> list[programs.Load]:
    loads: list[programs.Load] = []
    threads = [
        threading.Thread(target=lambda d=daemon, p=part: loads.append(programs.send(d.address()[1], p)))  # type: ignore[misc]
        for daemon, part in zip(running, parts, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(loads) != len(parts):
        raise RuntimeError("a load client failed; its message stands above")
    return loads


def _finish(database: Path | str, running: Sequence[Daemon], count: int) -> None:
    least, since = count * 10, time.monotonic()
    while left := verdict.waiting(database):
        if left < least:
            least, since = left, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise RuntimeError(f"{left} rows still wait\n{running[0].log[-2000:]}")
        time.sleep(0.05)
