"""A mailbox of the real Dovecot, its poller, and a journal in memory that knows what it had."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from imapclient import IMAPClient

from gateway.errors import TryAgainError
from gateway.inbound.imap import MailboxPoller
from gateway.inbound.mailbox_options import MailboxOptions, Phase
from gateway.mail.received import Accepted, Received
from tests.support.dovecot import PASSWORD, Dovecot

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Page:
    uidvalidity: int | None
    last_uid: int
    first_connect: datetime
    scanning: int | None = None
    scanning_to: int | None = None


class Book:
    def __init__(self, rows: list[Received]) -> None:
        self.pages: dict[tuple[str, str], Page] = {}
        self.rows = rows

    def get(self, mailbox: str, folder: str) -> Page | None:
        return self.pages.get((mailbox, folder))

    def put(
        self, mailbox: str, folder: str, uidvalidity: int, last_uid: int, now: datetime, scanning_to: int | None = None
    ) -> None:
        known = self.pages.get((mailbox, folder))
        first = known.first_connect if known else now
        whole = scanning_to is None
        self.pages[mailbox, folder] = Page(
            uidvalidity if whole else None, last_uid, first, None if whole else uidvalidity, scanning_to
        )

    def journalled(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
        there = (row.envelope for row in self.rows)
        return {e.uid for e in there if (e.mailbox, e.folder, e.uidvalidity) == (mailbox, folder, uidvalidity)} & set(
            uids
        )


class Box:
    """A mailbox with a journal that knows what it had."""

    def __init__(self, server: Dovecot, user: str, client: IMAPClient) -> None:
        self.server = server
        self.user = user
        self.client = client
        self.rows: list[Received] = []
        self.book = Book(self.rows)
        self.downloads = 0
        self.fail_at: Callable[[Received], bool] = lambda _: False
        self.options = MailboxOptions(
            name="support",
            host="127.0.0.1",
            port=server.port,
            tls="none",
            user=user,
            password=PASSWORD,
            since=LONG_AGO,
        )

    def accept(self, received: Received) -> Accepted:
        self.downloads += 1
        if self.fail_at(received):
            raise TryAgainError("the database is away")
        if any(row.raw == received.raw for row in self.rows):
            return Accepted(0, duplicate=True)
        self.rows.append(received)
        return Accepted(len(self.rows))

    def poller(self, stop: threading.Event | None = None, **changes) -> MailboxPoller:
        return MailboxPoller(replace(self.options, **changes), self.accept, self.book, stop=stop, chance=lambda: 0.0)

    def put(self, *subjects: str, folder: str = "INBOX", at: datetime | None = None, size: int = 0) -> None:
        for subject in subjects:
            self.client.append(folder, mail(subject, size), msg_time=at)

    def subjects(self, folder: str = "INBOX") -> list[str]:
        self.client.select_folder(folder)
        found = self.client.fetch(self.client.search(), ["ENVELOPE"])
        return [found[uid][b"ENVELOPE"].subject.decode() for uid in sorted(found)]

    def left(self) -> int:
        """How many mails lie in the folder that is read, as a client of its own sees them."""
        with self.server.client(self.user) as client:
            return client.select_folder("INBOX", readonly=True)[b"EXISTS"]

    def journal(self) -> list[str]:
        return [row.raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for row in self.rows]


def mail(subject: str, size: int = 0) -> bytes:
    body = b"x" * 70 + b"\r\n"
    return b"From: karin@kund.example\r\nSubject: %s\r\n\r\nhej\r\n" % subject.encode() + body * (size // 72)


@contextmanager
def running(box: Box, **changes):
    stop = threading.Event()
    poller = box.poller(stop, **changes)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        yield poller
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        assert poller.state().phase is Phase.STOPPED
