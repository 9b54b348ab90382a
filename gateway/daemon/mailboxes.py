"""Mailboxes: settings to options, the book in the database, one supervised thread each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, time

from gateway.daemon import wiring
from gateway.inbound.imap import MailboxPoller
from gateway.inbound.mailbox_options import MailboxOptions, Move
from gateway.mail.received import Accepted, Received
from gateway.settings.schema import Mailbox, Settings
from gateway.store import book
from gateway.store.engine import Store

COMMIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class StoredBook:
    """How far each folder was read, kept in the database."""

    store: Store

    def get(self, mailbox: str, folder: str) -> book.Page | None:
        """Return the folder's page, None where it was never read."""
        with self.store.read() as conn:
            return book.get(conn, mailbox, folder)

    def put(self, mailbox: str, folder: str, uidvalidity: int, last_uid: int, now: datetime) -> None:
        """Write it down, committed."""
        with self.store.write("mailbox book") as conn:
            book.put(conn, mailbox, folder, uidvalidity, last_uid, now)


def lease(name: str) -> str:
    """Return the name of the lease under which one of several daemons reads a mailbox."""
    return f"mailbox {name}"


def options(box: Mailbox, settings: Settings) -> MailboxOptions:
    """Return what the poller of a mailbox is told."""
    after = Move(box.after.folder) if box.after.action == "move" and box.after.folder else box.after.action
    since = datetime.combine(box.since, time(), UTC) if box.since else None
    largest = settings.listen.smtp.max_size if settings.listen.smtp else 35_000_000
    return MailboxOptions(
        box.name,
        box.host,
        box.port,
        box.tls,
        box.user,
        box.password.reveal() if box.password else None,
        folders=box.folders,
        junk=box.junk,
        after="seen" if after == "move" else after,
        since=since,
        poll=box.poll.total_seconds(),
        max_size=largest,
        trust=wiring.trust(box.trust),
        allow_plain=box.allow_plain,
    )


def poller(
    box: Mailbox,
    settings: Settings,
    store: Store,
    submit: Callable[[Received], Future[Accepted]],
    stop: threading.Event,
) -> MailboxPoller:
    """Return a mailbox's poller; a message is acknowledged only when the journal has it on disk."""

    def accept(received: Received) -> Accepted:
        return submit(received).result(COMMIT_SECONDS)

    return MailboxPoller(options(box, settings), accept, StoredBook(store), stop=stop)
