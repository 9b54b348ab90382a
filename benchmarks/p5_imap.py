"""P5, IMAP: mails of a real Dovecot fetched, journalled and moved, against imapclient only fetching and moving them."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks import corpus
from benchmarks.figure import Figure
from benchmarks.through import cpu
from reliability import verdict
from tests.support.daemon import Daemon
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.waiting import eventually

MAILS = 5000
AT_ONCE = 50  # mails a FETCH of the reference: what a careful client asks for
_BOX = {"name": "support", "desk": "acme", "host": "127.0.0.1", "tls": "none", "poll": "1s", "since": "2020-01-01"}
_RUN = {"receive": False, "poll": True, "work": 0, "deliver": 0, "timers": False}


def measure(folder: Path) -> list[Figure]:
    """Lay the same mails into two mailboxes; the daemon does nothing but poll, as the reference does."""
    mails = corpus.write(MAILS, seed=500)
    (folder / "dovecot").mkdir()
    dovecot = Dovecot(folder / "dovecot", users=2)
    folder.chmod(0o755)  # an ordinary user's server
    for user in ("u0", "u1"):
        _lay(dovecot, user, mails)
    dovecot.start()
    try:
        bare = MAILS / _fetched_and_moved(dovecot, "u0")
        seconds, took = _polled(folder, dovecot, "u1")
    finally:
        dovecot.stop()
    rate = MAILS / seconds
    return [
        Figure(
            "P5", "IMAP: fetched, journalled, moved", rate, "mails/s", "imapclient, not keeping them", bare,
            ">= 0.5 x", rate >= 0.5 * bare, f"{MAILS} mails; daemon {took / MAILS * 1000:.1f} ms CPU a mail, start included",
        )
    ]  # fmt: skip


def _lay(dovecot: Dovecot, user: str, mails: list[bytes]) -> None:
    """Put the mails where the server finds them, as a delivery agent does."""
    maildir = dovecot.folder / "home" / user / "Maildir"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (maildir / "cur" / f"{1_760_000_000 + number}.M{number}.bench,S={len(mail)}:2,").write_bytes(mail)


def _fetched_and_moved(dovecot: Dovecot, user: str) -> float:
    with dovecot.client(user) as client:
        client.create_folder("Processed")
        client.select_folder("INBOX")
        began = time.monotonic()
        uids = client.search()
        for at in range(0, len(uids), AT_ONCE):
            some = uids[at : at + AT_ONCE]
            found = client.fetch(some, ["BODY.PEEK[]"])
            assert len(found) == len(some)
            client.move(some, "Processed")
        return time.monotonic() - began


def _polled(folder: Path, dovecot: Dovecot, user: str) -> tuple[float, float]:
    box = {**_BOX, "port": dovecot.port, "user": user, "password": {"env": "IMAP_PASSWORD"}}
    settings = {"mailbox": [box], "run": _RUN, "log": {"level": "warning"}}
    with Daemon(folder / "p5", settings=settings, environment={"IMAP_PASSWORD": PASSWORD}) as daemon:
        began = time.monotonic()
        eventually(lambda: verdict.journalled(daemon.database) >= MAILS, 600, lambda: daemon.log[-2000:])
        eventually(lambda: _left(dovecot, user) == 0, 60, lambda: daemon.log[-2000:])
        return time.monotonic() - began, cpu(daemon.pid)


def _left(dovecot: Dovecot, user: str) -> int:
    return len(list((dovecot.folder / "home" / user / "Maildir" / "cur").iterdir()))
