"""P8, memory: the proportional set size (PSS) of the daemon and its workers."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from benchmarks.figure import Figure
from gateway.daemon.app import IDLE_SECONDS
from reliability import verdict
from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.waiting import eventually


def pss(daemon: Daemon) -> float:
    """Return MB of the process tree; shared pages count once over all that share them."""
    kilobytes = 0
    for pid in (daemon.pid, *daemon.workers):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes * 1024 / 1e6


def measure(folder: Path) -> list[Figure]:
    """Start a daemon as shipped, let both parsers read a mail, and wait until it has let them go."""
    with Daemon(folder / "p8", settings={"run": {"parse": 2}}) as daemon:
        for number in range(20):
            daemon.send(letters.customer(f"Ärende {number}", "Skrivaren är trasig."))
        eventually(lambda: len(daemon.workers) >= 2, 60)
        eventually(lambda: verdict.unread(daemon.database) == 0, 60)
        time.sleep(2)
        warm = pss(daemon)
        eventually(lambda: not daemon.workers, 3 * IDLE_SECONDS)
        time.sleep(2)
        idle = pss(daemon)
    return [
        Figure("P8", "idle, PSS of the process tree", idle, "MB", goal="< 160 MB", met=idle < 160),
        Figure("P8", "2 s after 20 mails, with 2 parsers and the writer", warm, "MB"),
    ]
