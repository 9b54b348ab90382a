"""SIGKILL the gateway again and again while clients send, then count: `python -m reliability.kill_campaign --kills 300`.

Four clients retry like an MTA. The gateway is killed at a random moment between 20 and 600 ms after it was
ready, and started on the same state. Afterwards every mail that was answered 250 must be there exactly once,
byte for byte, as one entry; every notice must have left, all its copies with one Message-ID; a mail that ends
the parser must not have stopped the next. Exit status 1 where that does not hold.

`--database postgresql` does it on a PostgreSQL of its own; with `--kill-database` every other time the server is
ended instead, without a checkpoint, as `pg_ctl stop -m immediate` does, and the gateway must outlive it.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reliability import verdict
from reliability.senders import Senders
from reliability.verdict import Verdict
from tests.support.daemon import Daemon
from tests.support.postgresql import DURABLE, PostgreSQL
from tests.support.sink import Sink

_CLIENTS = 4
_SETTINGS: dict[str, Any] = {"log": {"level": "warning"}}


def campaign(
    folder: Path,
    kills: int,
    seed: int,
    *,
    pace: float = 0.02,
    say: bool = False,
    server: PostgreSQL | None = None,
    kill_database: bool = False,
    **daemon_options: Any,
) -> Verdict:
    """Run one campaign in `folder` and return what it found.

    `pace` is a client's mean rest between two mails, in seconds; `say` counts on stderr; `server`: instead of SQLite.
    """
    moments = random.Random(seed)  # noqa: S311  # when to kill, not a secret
    others: list[str] = []
    began = time.monotonic()
    settings = _SETTINGS | ({"database": {"url": server.url(server.database())}} if server else {})
    with Sink() as sink, Daemon(folder, sink=sink, settings=settings, **daemon_options) as daemon:
        database: Path | str = daemon.settings["database"]["url"] if server else daemon.database
        senders = Senders(
            lambda: daemon.address() if daemon.running and daemon.listening else None, _CLIENTS, seed, pace
        )
        senders.start()
        for kill in range(kills):
            time.sleep(moments.uniform(0.02, 0.6))
            if not daemon.running:
                others.append(f"ended by itself before kill {kill + 1}: {daemon.log[-500:]}")
            elif server and kill_database and kill % 2:
                others += _kill_server(server, senders, moments)
                continue
            else:
                daemon.kill()
            daemon.listening = {}
            others += outlived(daemon)
            daemon.start()
            if say:
                sys.stderr.write(f"\r{kill + 1}/{kills} kills, {len(senders.acked)} mails")
        if not senders.finish():
            others.append("a client could not hand over its last mail within 60 s")
        others += drained(database)
        if (code := daemon.stop(signal.SIGTERM, 30)) != 0:
            others.append(f"SIGTERM: exit {code}")
        if (check := daemon.run("db", "check")).returncode != 0:
            others.append(f"gateway db check: {check.stdout[-500:]}{check.stderr[-500:]}")
        facts = {"kills": kills, "seed": seed, "seconds": time.monotonic() - began, "retries": senders.retries}
        delivered = [mail.message_id for mail in sink.mails]
        return verdict.judge(database, senders.acked, senders.refused, delivered, facts, others)


def _kill_server(server: PostgreSQL, senders: Senders, moments: random.Random) -> list[str]:
    """End the database and start it again; a complaint where no mail is taken within a minute afterwards."""
    server.crash()
    time.sleep(moments.uniform(0.02, 0.6))
    server.run()
    before, end = len(senders.acked), time.monotonic() + 60
    while len(senders.acked) == before:
        if time.monotonic() > end:
            return ["no mail was taken for 60 s after the database had come back"]
        time.sleep(0.01)
    return []


def outlived(daemon: Daemon) -> list[str]:
    """Return a complaint where a worker is still there ten seconds after its daemon was killed."""
    end = time.monotonic() + 10
    while left := daemon.outlived:
        if time.monotonic() > end:
            return [f"workers outlived the daemon: {left}"]
        time.sleep(0.02)
    return []


def drained(database: Path | str, patience: float = 60.0) -> list[str]:
    """Wait until nothing waits. Not for so many seconds, but for as long as it gets less: a backlog is no loss."""
    least, since = sys.maxsize, time.monotonic()
    while left := verdict.waiting(database):
        if left < least:
            least, since = left, time.monotonic()
        if time.monotonic() - since > patience:
            return [f"{left} rows still wait, none less for {patience:g} s"]
        time.sleep(0.1)
    return []


def main() -> int:
    """Parse the command line, run one campaign, print table and JSON."""
    parser = argparse.ArgumentParser(description="SIGKILL during intake: nothing lost, nothing double.")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kill-database", action="store_true", help="every other time end PostgreSQL, not the gateway")
    parser.add_argument("--json", type=Path, help="write the verdict here, too")
    parser.add_argument("--keep", type=Path, help="an empty folder for database and logs; default a temporary one")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        on_postgresql = arguments.kill_database or arguments.database == "postgresql"
        server = stack.enter_context(PostgreSQL(**DURABLE)) if on_postgresql else None
        found = campaign(
            folder, arguments.kills, arguments.seed, say=sys.stderr.isatty(), server=server,
            kill_database=arguments.kill_database,
        )  # fmt: skip
    return verdict.tell(found, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
