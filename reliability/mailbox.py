"""Trouble in a mailbox of a real Dovecot while mail comes in: `python -m reliability.mailbox --mails 5000`.

Sessions are ended with BYE, UIDs forgotten (a new UIDVALIDITY), flags wiped, the folder renamed and back, while a
poller reads into a real journal. Passed: every mail is there exactly once, byte for byte, and no body was fetched more
than once in one epoch of UIDVALIDITY. Exit status 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from imapclient import SEEN
from imapclient.exceptions import IMAPClientError

from gateway.daemon.mailboxes import StoredBook
from gateway.inbound.imap import MailboxPoller
from gateway.inbound.mailbox_options import MailboxOptions
from gateway.mail.received import Accepted, Received
from gateway.store import journal
from gateway.store.engine import Store
from tests.support.dovecot import PASSWORD, Dovecot

_PATIENCE = 120.0  # seconds without progress before mail counts as lost
_SINCE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Trouble:
    """What was done and found; `faults` must be empty."""

    mails: int = 0
    done: Counter[str] = field(default_factory=Counter)
    epochs: int = 0
    downloads: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the report for people."""
        done = ", ".join(f"{count} x {name}" for name, count in sorted(self.done.items()))
        head = (
            f"{self.mails} mails in {self.seconds:.0f} s; {done}; {self.epochs} UIDVALIDITY, {self.downloads} bodies: "
        )
        return head + ("ok\n" if not self.faults else "FAULTS\n") + "".join(f"    {each}\n" for each in self.faults)


def campaign(folder: Path, mails: int, troubles: int, seed: int) -> Trouble:
    """Bring `mails` mails through `troubles` troubles, evenly spread, in a kind of order that `seed` says."""
    chance = random.Random(seed)  # noqa: S311  # what goes wrong when, not a secret
    found, began = Trouble(mails), time.monotonic()
    server = Dovecot(folder / "dovecot").start()
    store = Store(f"sqlite:///{folder}/gateway.db", folder / "state")
    store.upgrade()
    fetched: Counter[tuple[int | None, int | None]] = Counter()

    def accept(received: Received) -> Accepted:
        fetched[received.envelope.uidvalidity, received.envelope.uid] += 1
        return journal.write_received(store, [received])[0]

    stop = threading.Event()
    options = MailboxOptions(
        "support", "127.0.0.1", server.port, "none", "u0", PASSWORD, folders=("Desk",), since=_SINCE, poll=1.0
    )
    poller = MailboxPoller(options, accept, StoredBook(store), stop=stop, chance=lambda: 0.0)
    thread = threading.Thread(target=poller.run)
    try:
        with server.client("u0") as client:
            client.create_folder("Desk")
        thread.start()
        _go_through(server, mails, troubles, chance, found)
        _wait_for(store, mails)
    finally:
        stop.set()
        thread.join(30)
        server.stop()
    _judge(store, mails, fetched, found)
    store.close()
    found.seconds = time.monotonic() - began
    return found


def mail(number: int) -> bytes:
    """Return the mail of this number; every hundredth is large."""
    body = b"x" * 70 + b"\r\n"
    return b"From: karin@kund.example\r\nSubject: nr %d\r\n\r\nhej\r\n" % number + body * (
        5000 if number % 100 == 7 else 1
    )


def _go_through(server: Dovecot, mails: int, troubles: int, chance: random.Random, found: Trouble) -> None:
    moments = {round(mails * (n + 1) / (troubles + 1)) for n in range(troubles)}
    client = server.client("u0")
    for number in range(mails):
        if number in moments:
            with suppress(OSError, IMAPClientError):
                client.logout()
            kind = chance.choice(("bye", "uids forgotten", "flags wiped", "folder renamed"))
            found.done[kind] += 1
            _make(server, kind)
            client = server.client("u0")
        client.append("Desk", mail(number))
    client.logout()


def _make(server: Dovecot, kind: str) -> None:
    match kind:
        case "bye":
            server.kick("u0")
        case "uids forgotten":
            time.sleep(1.1)  # UIDVALIDITY has whole seconds
            server.kick("u0")
            server.forget_uids("u0")
        case "flags wiped":
            with server.client("u0") as client:
                client.select_folder("Desk")
                if there := client.search():
                    client.remove_flags(there, [SEEN], silent=True)
        case _:
            with server.client("u0") as client:
                client.rename_folder("Desk", "Elsewhere")
                time.sleep(0.3)
                client.rename_folder("Elsewhere", "Desk")


def _count(store: Store) -> int:
    with store.read() as conn:
        return int(conn.execute(sa.text("SELECT count(*) FROM journal")).scalar() or 0)


def _wait_for(store: Store, mails: int) -> None:
    most, since = 0, time.monotonic()
    while (there := _count(store)) < mails and time.monotonic() - since < _PATIENCE:
        if there > most:
            most, since = there, time.monotonic()
        time.sleep(0.1)


def _judge(store: Store, mails: int, fetched: Counter[tuple[int | None, int | None]], found: Trouble) -> None:
    with store.read() as conn:
        there = Counter(conn.execute(sa.text("SELECT sha256 FROM journal")).scalars())
    wanted = Counter(hashlib.sha256(mail(number)).hexdigest() for number in range(mails))
    found.downloads, found.epochs = fetched.total(), len({epoch for epoch, _ in fetched})
    found.faults += [f"{(wanted - there).total()} mails lost"] if wanted - there else []
    found.faults += [f"{(there - wanted).total()} mails too many"] if there - wanted else []
    again = {key: count for key, count in fetched.items() if count > 1}
    found.faults += [f"{len(again)} bodies fetched again in one epoch"] if again else []


def main() -> int:
    """Parse the command line, run one campaign, print."""
    parser = argparse.ArgumentParser(description="Trouble in a mailbox: nothing lost, nothing double.")
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--troubles", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    logging.disable()
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)  # started by root, Dovecot runs as nobody
        found = campaign(Path(temporary), arguments.mails, arguments.troubles, arguments.seed)
    sys.stdout.write(found.text())
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
