"""P10, start: `gateway --help`, and `gateway run` until it is ready."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from tests.support.daemon import Daemon

ROUNDS = 7


def measure(folder: Path) -> list[Figure]:
    """Medians of several starts with warm caches; the reference is an interpreter that does nothing.

    Modules are compiled as they are in an installation, whatever the environment says about writing bytecode.
    """
    environment = _as_installed(folder)
    bare = _median(lambda: _timed([sys.executable, "-c", "pass"], environment))
    _timed([sys.executable, "-m", "gateway.cli", "--help"], environment)  # compiles
    began = _children_cpu()
    help_ = _median(lambda: _timed([sys.executable, "-m", "gateway.cli", "--help"], environment))
    cpu = (_children_cpu() - began) / ROUNDS
    daemon = Daemon(folder / "p10")
    daemon.environment = environment | {"PYTHONPATH": daemon.environment["PYTHONPATH"]}
    first = _ready(daemon)
    ready = _median(lambda: _ready(daemon))
    return [
        Figure(
            "P10",
            "gateway --help",
            help_,
            "s",
            "python -c pass",
            bare,
            "< 0.3 s",
            help_ < 0.3,
            f"of it CPU: {cpu:.2f} s",
        ),
        Figure(
            "P10",
            "gateway run to ready",
            ready,
            "s",
            "python -c pass",
            bare,
            "< 1.5 s",
            ready < 1.5,
            f"first start, with a new database and nothing compiled: {first:.2f} s",
        ),
    ]


def _as_installed(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _median(once: Callable[[], float]) -> float:
    return median([once() for _ in range(ROUNDS)])


def _timed(command: Sequence[str], environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - began


def _ready(daemon: Daemon) -> float:
    began = time.perf_counter()
    daemon.start()
    seconds = time.perf_counter() - began
    daemon.terminate()
    return seconds
