"""The other processes of a benchmark: the load client, the stock listener, the smarthost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Load:
    """What the load client saw; times in seconds. `cpu` is its own share of the machine."""

    mails: int
    seconds: float
    cpu: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.mails / self.seconds

    @property
    def client(self) -> str:
        return f"the load client took {self.cpu / self.seconds:.0%} of one core"


def send(port: int, corpus: Path, *, connections: int = 10, rate: float = 0.0) -> Load:
    """Send a corpus to a listener and wait for the end; RuntimeError where a mail was refused."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.load",
        str(port),
        str(corpus),
        "--connections",
        str(connections),
        "--rate",
        str(rate),
    ]
    seen = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=600).stdout)
    if seen.pop("refused"):
        raise RuntimeError(f"refused: {seen}")
    return Load(**seen)


class Program:
    """A benchmark process that prints its port and answers lines."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())

    def ask(self) -> dict[str, float]:
        """Return the state of the drain."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        state: dict[str, float] = json.loads(self._process.stdout.readline())
        return state

    def close(self) -> None:
        self._process.communicate(timeout=20)


@contextmanager
def running(module: str) -> Iterator[Program]:
    """Run `stock` or `drain` for the length of a block."""
    program = Program(module)
    try:
        yield program
    finally:
        program.close()
