"""The load: SMTP over plain sockets, one thread, a process of its own. `python -m benchmarks.load PORT CORPUS ...`

It waits on all connections at once and parses nothing but the reply code, so that it takes as little of the
machine as Python can; what it takes is in the report. No pipelining: each side sees what ordinary peers do.
"""

from __future__ import annotations

import argparse
import heapq
import json
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_RCPT = b"RCPT TO:<support@acme.example>\r\n"


@dataclass
class Run:
    """What is left to send and what was seen."""

    mails: deque[tuple[bytes, bytes]]
    rate: float  # mails per second; 0: as fast as it goes
    began: float = 0.0
    started: int = 0
    done: int = 0
    refused: list[str] = field(default_factory=list)
    latencies: list[float] = field(
        default_factory=list
    )  # seconds from the last byte handed to the kernel to the answer

    def due(self) -> float:
        """Return when the next mail may start; with a rate each has its own moment, however slow the one before."""
        return self.began + self.started / self.rate if self.rate else 0.0


class Session:
    """One connection, driven by what arrives."""

    def __init__(self, port: int, run: Run, selector: selectors.BaseSelector) -> None:
        self.run = run
        self.selector = selector
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.unsent = memoryview(b"")
        self.sent_at = 0.0
        self.idle = False
        self.steps: Iterator[None] = self._talk()
        self.code = ""
        self.socket.setblocking(False)
        selector.register(self.socket, selectors.EVENT_READ, self)

    def readable(self) -> None:
        """Take what arrived; go on where a whole reply is there."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionResetError
        self.received += chunk
        if not self.received.endswith(b"\r\n"):
            return
        last = self.received.rsplit(b"\r\n", 2)[-2]
        if last[3:4] == b"-":
            return
        self.code, self.received = last.decode("ascii", "replace"), b""
        next(self.steps, None)

    def writable(self) -> None:
        """Hand over what the kernel takes."""
        self.unsent = self.unsent[self.socket.send(self.unsent) :]
        if not self.unsent:
            self.sent_at = time.perf_counter()
            self.selector.modify(self.socket, selectors.EVENT_READ, self)

    def say(self, content: bytes) -> None:
        """Send; what does not fit now goes when the socket is writable."""
        sent = self.socket.send(content)
        self.sent_at = time.perf_counter()
        if sent < len(content):
            self.unsent = memoryview(content)[sent:]
            self.selector.modify(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def _talk(self) -> Iterator[None]:
        """Each `next` is one reply that has come; the first is the greeting."""
        self.say(b"EHLO bench.example\r\n")
        yield
        while True:
            self.idle = True
            yield  # resumed by wake(), not by a reply
            sender, wire = self.run.mails.popleft()
            self.idle = False
            self.run.started += 1
            for line, wanted in ((b"MAIL FROM:<" + sender + b">\r\n", "250"), (_RCPT, "250"), (b"DATA\r\n", "354")):
                self.say(line)
                yield
                if not self.code.startswith(wanted):
                    self.run.refused.append(self.code)
                    break
            else:
                self.say(wire)
                yield
                self._answered()
            self.run.done += 1

    def _answered(self) -> None:
        if self.code.startswith("250"):
            self.run.latencies.append(time.perf_counter() - self.sent_at)
        else:
            self.run.refused.append(self.code)

    def wake(self) -> None:
        """Start the next mail."""
        next(self.steps, None)


def send(port: int, mails: deque[tuple[bytes, bytes]], connections: int, rate: float) -> dict[str, object]:
    """Send all mails and return what was seen; times in seconds."""
    run = Run(mails, rate)
    total = len(mails)
    with selectors.DefaultSelector() as selector:
        sessions = [Session(port, run, selector) for _ in range(connections)]
        while not all(session.idle for session in sessions):
            _turn(selector, 1.0)
        cpu, run.began = time.process_time(), time.perf_counter()
        while run.done < total:
            wait = 1.0
            for session in sessions:
                while session.idle and run.mails:
                    wait = run.due() - time.perf_counter()
                    if wait > 0:
                        break
                    wait = 1.0
                    session.wake()
            _turn(selector, max(0.0, min(wait, 1.0)))
        seconds = time.perf_counter() - run.began
        cpu = time.process_time() - cpu
        for session in sessions:
            session.socket.close()
    slowest = heapq.nlargest(max(1, len(run.latencies) // 100), run.latencies)
    return {
        "mails": len(run.latencies),
        "refused": run.refused[:5],
        "seconds": seconds,
        "cpu": cpu,
        "p50": sorted(run.latencies)[len(run.latencies) // 2] if run.latencies else None,
        "p99": slowest[-1] if slowest else None,
    }


def _turn(selector: selectors.BaseSelector, wait: float) -> None:
    for key, mask in selector.select(wait):
        session: Session = key.data
        if mask & selectors.EVENT_WRITE:
            session.writable()
        if mask & selectors.EVENT_READ:
            session.readable()


def read(corpus: Path) -> deque[tuple[bytes, bytes]]:
    """Return (envelope sender, bytes after DATA) of each mail in a file of corpus.save()."""
    mails: deque[tuple[bytes, bytes]] = deque()
    with corpus.open("rb") as file:
        while line := file.readline():
            size, sender = line.split()
            mails.append((sender, file.read(int(size))))
    return mails


def main() -> None:
    """Send one corpus and print what was seen as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--rate", type=float, default=0.0)
    arguments = parser.parse_args()
    print(json.dumps(send(arguments.port, read(arguments.corpus), arguments.connections, arguments.rate)))


if __name__ == "__main__":
    main()
