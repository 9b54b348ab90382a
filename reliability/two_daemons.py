"""Two daemons on one PostgreSQL, one of them killed again and again: `python -m reliability.two_daemons --mails 10000 --kills 10`.

Half of the mails come by SMTP, to either daemon, from clients that retry like an MTA; the other half lie in a
mailbox of a real Dovecot, which one daemon at a time reads. Spread over the run one daemon, chosen by chance, is
ended with SIGKILL and started again after a while; what it had claimed the other must take over. Afterwards every mail must be there
exactly once as one entry, and every notice must have left, all its copies with one Message-ID. With
`--kill-database` the server is ended as well, without a checkpoint. Exit status 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import through
from reliability import verdict
from reliability.kill_campaign import drained, outlived
from reliability.maildrop import Maildrop
from reliability.senders import Senders
from reliability.verdict import Verdict
from tests.support.daemon import Daemon
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.postgresql import DURABLE, PostgreSQL
from tests.support.sink import Sink

_CLIENTS = 4
_OPERATORS = 100
_USER = "u0"
_PATIENCE = 600.0
_START = 120.0  # seconds: it starts beside a working daemon and its database


def campaign(
    folder: Path,
    mails: int,
    kills: int,
    seed: int,
    *,
    pace: float = 0.02,
    kill_database: bool = False,
    say: bool = False,
) -> Verdict:
    """Run one campaign in `folder` and return what it found.

    `pace` is the mean rest between two mails, in seconds, of each client and of the mailbox.
    """
    chance = random.Random(seed)  # noqa: S311  # whom to kill and when, not a secret
    others: list[str] = []
    began = time.monotonic()
    with ExitStack() as stack:
        server = stack.enter_context(PostgreSQL(**DURABLE))
        url = server.url(server.database())
        through.without_breaker(url, folder)
        dovecot = _dovecot(folder / "dovecot", stack)
        sink = stack.enter_context(Sink())
        daemons = [stack.enter_context(_daemon(folder / name, url, sink, dovecot)) for name in ("north", "south")]
        senders = Senders(_targets(daemons, seed), _CLIENTS, seed, pace, mails - mails // 2)
        maildir = dovecot.folder / "home" / _USER / "Maildir"
        drop = Maildrop(maildir, (dovecot.owner.pw_uid, dovecot.owner.pw_gid), mails // 2, seed, pace / _CLIENTS)
        senders.start()
        drop.start()

        def reached() -> int:
            return len(senders.acked) + len(drop.dropped)

        for kill in range(kills):
            _until(lambda: reached() >= (kill + 1) * mails // (kills + 1), senders, kill)  # noqa: B023  # called at once
            others += _kill(chance.choice(daemons), chance)
            if kill_database and kill % 2:
                server.crash()
                time.sleep(chance.uniform(0.1, 2))
                server.run()
            if say:
                sys.stderr.write(f"\r{kill + 1}/{kills} kills, {reached()} mails")
        if not drop.finish() or not senders.all_sent(_PATIENCE):
            others.append(f"not all mails could be handed over within {_PATIENCE:g} s")
        senders.finish()
        promised = {**senders.acked, **drop.dropped}
        others += _read(url, len(promised))
        others += drained(url)
        taken = time.monotonic() - began
        others += [f"SIGTERM: exit {code}" for daemon in daemons if (code := daemon.stop(15, 30)) != 0]
        if (check := daemons[0].run("db", "check")).returncode != 0:
            others.append(f"gateway db check: {check.stdout[-500:]}{check.stderr[-500:]}")
        facts = {"kills": kills, "seed": seed, "seconds": taken, "retries": senders.retries}
        delivered = [mail.message_id for mail in sink.mails]
        return verdict.judge(url, promised, senders.refused, delivered, facts, others)


def _dovecot(folder: Path, stack: ExitStack) -> Dovecot:
    folder.mkdir(parents=True)
    for parent in (folder, *folder.parents):
        if parent.owner() == "root" and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)  # Dovecot runs as nobody and must get there
    server = Dovecot(folder).start()
    stack.callback(server.stop)
    return server


def _daemon(folder: Path, url: str, sink: Sink, dovecot: Dovecot) -> Daemon:
    folder.mkdir()
    mailbox = {
        "name": "support", "desk": "acme", "host": "127.0.0.1", "port": dovecot.port, "tls": "none", "user": _USER,
        "password": {"env": "MAILBOX_PASSWORD"}, "since": "2000-01-01", "poll": "1s", "after": "move:Processed",
    }  # fmt: skip
    settings: dict[str, Any] = {"database": {"url": url}, "log": {"level": "warning"}, "mailbox": [mailbox]}
    # Many operators and no breaker: so that there is a mail out for each mail in, none folded and none held back.
    environment = {"MAILBOX_PASSWORD": PASSWORD}
    return Daemon(folder, sink=sink, settings=settings, rules=through.rules(_OPERATORS), environment=environment)


def _targets(daemons: list[Daemon], seed: int) -> Callable[[], tuple[str, int] | None]:
    """Return what a client asks for a daemon to talk to: any that listens."""
    chance = random.Random(f"{seed}/targets")  # noqa: S311  # load, not secrets

    def target() -> tuple[str, int] | None:
        there = [daemon for daemon in daemons if daemon.running and daemon.listening]
        return chance.choice(there).address() if there else None

    return target


def _until(enough: Callable[[], bool], senders: Senders, kill: int, patience: float = 600.0) -> None:
    end = time.monotonic() + patience
    while not enough():
        if time.monotonic() > end:
            raise TimeoutError(f"only {len(senders.acked)} mails before kill {kill + 1}")
        time.sleep(0.02)


def _kill(victim: Daemon, chance: random.Random) -> list[str]:
    """End one daemon, leave it dead for a while, start it again; return complaints."""
    complaints = []
    if victim.running:
        victim.kill()
    else:
        complaints.append(f"ended by itself: {victim.log[-500:]}")
    victim.listening = {}
    complaints += outlived(victim)
    time.sleep(chance.uniform(0, 3))
    victim.start(_START)
    return complaints


def _read(url: str, promised: int, patience: float = 120.0) -> list[str]:
    """Wait until the mailbox is empty: every promised mail has come into the journal."""
    most, since = -1, time.monotonic()
    while (count := verdict.journalled(url)) < promised:
        if count > most:
            most, since = count, time.monotonic()
        if time.monotonic() - since > patience:
            return [f"{promised - count} mails did not come into the journal, none more for {patience:g} s"]
        time.sleep(0.2)
    return []


def main() -> int:
    """Parse the command line, run one campaign, print table and JSON."""
    parser = argparse.ArgumentParser(description="Two daemons, one database, SIGKILL: nothing lost, nothing double.")
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=0.05, help="mean seconds of rest of a client between two mails")
    parser.add_argument("--kill-database", action="store_true", help="end the server, too, with every second kill")
    parser.add_argument("--json", type=Path, help="write the verdict here, too")
    parser.add_argument("--keep", type=Path, help="an empty folder for logs; default a temporary one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = campaign(
            arguments.keep or Path(temporary), arguments.mails, arguments.kills, arguments.seed,
            pace=arguments.pace, kill_database=arguments.kill_database, say=sys.stderr.isatty(),
        )  # fmt: skip
    return verdict.tell(found, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
