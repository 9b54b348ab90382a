"""P9, backlog: mails that were queued while the smarthost was away, against smtplib alone on kept connections."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import corpus, programs
from benchmarks.figure import Figure
from benchmarks.through import cpu
from gateway import clock
from gateway.store import outbox
from gateway.store.engine import Store
from gateway.store.outbox import Outgoing
from reliability import verdict
from tests.support.daemon import Daemon
from tests.support.waiting import eventually

MAILS = 5000
CONNECTIONS = 2  # as the gateway delivers by default: one for each thread of `[run] deliver`
_RUN = {"receive": False, "poll": False, "work": 0, "deliver": CONNECTIONS, "timers": False}


def measure(folder: Path) -> list[Figure]:
    """Let smtplib send the mails, then let a daemon find the same ones in its outbox."""
    mails = corpus.write(MAILS, seed=900)
    with programs.running("drain") as drain:
        bare = MAILS / _by_smtplib(drain.port, mails)
    with programs.running("drain") as drain:
        smarthost = {
            "name": "drain",
            "host": "127.0.0.1",
            "port": drain.port,
            "tls": "none",
            "connections": CONNECTIONS,
        }
        daemon = Daemon(folder / "p9", settings={"smarthost": [smarthost], "run": _RUN, "log": {"level": "warning"}})
        _queue(daemon, mails)
        with daemon:
            began = time.monotonic()
            eventually(lambda: verdict.waiting(daemon.database) == 0, 600, lambda: daemon.log[-2000:])
            seen = drain.ask()
            seconds, took = time.monotonic() - began, cpu(daemon.pid)
    assert seen["taken"] == MAILS
    rate = MAILS / seconds
    return [
        Figure(
            "P9", "5,000 queued mails drained", rate, "mails/s", f"smtplib alone, {CONNECTIONS} kept connections", bare,
            ">= 0.8 x", rate >= 0.8 * bare, f"daemon {took / MAILS * 1000:.1f} ms CPU a mail, start included",
        )
    ]  # fmt: skip


def _queue(daemon: Daemon, mails: Sequence[bytes]) -> None:
    store, now = Store(f"sqlite:///{daemon.database}", daemon.state), clock.now()
    store.upgrade()
    blobs = [outbox.keep_raw(store, raw) for raw in mails]
    with store.write() as conn:
        for number, (raw, blob) in enumerate(zip(mails, blobs, strict=True)):
            sender = "support@acme.example"
            mail = Outgoing(
                None, None, None, "answered", "requester", sender, f"customer{number}@umbrella.example", sender,
                f"<p9.{number}@bench.example>", raw, now,
            )  # fmt: skip
            outbox.add(conn, mail, now, blob)
    store.close()


def _by_smtplib(port: int, mails: Sequence[bytes]) -> float:
    def send(part: Sequence[bytes]) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            for number, mail in enumerate(part):
                client.sendmail("support@acme.example", [f"customer{number}@umbrella.example"], mail)

    threads = [threading.Thread(target=send, args=(mails[n::CONNECTIONS],)) for n in range(CONNECTIONS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began
