"""P8, memory: the proportional set size (PSS) of the daemon and its workers."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from benchmarks.figure import Figure
from tests.support.daemon import Daemon


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
    """Start a daemon as shipped and let it come to rest."""
    with Daemon(folder / "p8", settings={"run": {"parse": 2}}) as daemon:
        time.sleep(3)
        idle = pss(daemon)
    return [Figure("P8", "idle, 2 parsers, PSS of the tree", idle, "MB", goal="< 160 MB", met=idle < 160)]
