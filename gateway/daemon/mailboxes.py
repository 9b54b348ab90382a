"""Mailboxes: settings to options, the book in the database, one supervised thread each."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from gateway import clock
from gateway.daemon import wiring
from gateway.daemon.tokens import StoredVault, Tokens
from gateway.errors import TryAgainError
from gateway.inbound.imap import MailboxPoller
from gateway.inbound.mailbox_options import MailboxOptions, MailboxState, Move
from gateway.inbound.trace_fields import answers_one_of_ours
from gateway.mail.identity import Keys
from gateway.mail.received import Accepted, Received
from gateway.oauth.source import TokenSource
from gateway.settings.schema import Mailbox, Settings
from gateway.store import book, keys, mailbox_states
from gateway.store.engine import Store
from gateway.store.mailbox_states import Doing

COMMIT_SECONDS = 60.0
SAID_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class StoredBook:
    """How far each folder was read, kept in the database."""

    store: Store

    def get(self, mailbox: str, folder: str) -> book.Page | None:
        """Return the folder's page, None where it was never read."""
        with self.store.read() as conn:
            return book.get(conn, mailbox, folder)

    def put(
        self, mailbox: str, folder: str, uidvalidity: int, last_uid: int, now: datetime, scanning_to: int | None = None
    ) -> None:
        """Write it down, committed."""
        with self.store.write("mailbox book") as conn:
            book.put(conn, mailbox, folder, uidvalidity, last_uid, now, scanning_to)

    def journalled(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
        """Return which of these UIDs the journal has already."""
        with self.store.read() as conn:
            return book.journalled(conn, mailbox, folder, uidvalidity, uids)


class Teller:
    """Writes down how a mailbox is doing: what changed at once, that all is well once a minute."""

    def __init__(self, store: Store, mailbox: str) -> None:
        self._store, self._mailbox = store, mailbox
        self._said: tuple[object, ...] = ()
        self._at = 0.0

    def __call__(self, state: MailboxState) -> None:
        """Hear of a state that lasts; trouble with the database is not the mailbox's."""
        news, at = (state.phase, state.error, bool(state.failures)), clock.monotonic()
        if news == self._said and at < self._at + SAID_SECONDS:
            return
        doing = Doing(self._mailbox, state.phase, state.error, state.failures, state.last_success, clock.now())
        with contextlib.suppress(TryAgainError):
            with self._store.write("mailbox state") as conn:
                mailbox_states.put(conn, doing)
            self._said, self._at = news, at


def lease(name: str) -> str:
    """Return the name of the lease under which one of several daemons reads a mailbox."""
    return f"mailbox {name}"


def options(box: Mailbox, settings: Settings, source: TokenSource | None = None) -> MailboxOptions:
    """Return what the poller of a mailbox is told; `source` gives tokens instead of the password."""
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
        source,
        source.refuse if source else None,
        box.folders,
        box.junk,
        box.sent,
        after="seen" if after == "move" else after,
        since=since,
        poll=box.poll.total_seconds(),
        max_size=largest,
        trust=wiring.trust(box.trust),
        allow_plain=box.allow_plain,
    )


def _answers_of_ours(received: Received, known: Keys) -> Received:
    """Let what answers a mail of ours out of the junk folder be read as spam: a participant's reply is never held (IN11)."""
    if received.held != "junk" or not answers_one_of_ours(received.raw, known):
        return received
    return replace(received, held=None, proof=replace(received.proof, spam="yes"))


def poller(
    box: Mailbox,
    settings: Settings,
    store: Store,
    submit: Callable[[Received], Future[Accepted]],
    stop: threading.Event,
    tokens: Tokens | None = None,
) -> MailboxPoller:
    """Return a mailbox's poller; a message is acknowledged only when the journal has it on disk."""
    with store.read() as conn:
        known = keys.load_keys(conn)

    def accept(received: Received) -> Accepted:
        return submit(_answers_of_ours(received, known)).result(COMMIT_SECONDS)

    source = (tokens or Tokens(settings, StoredVault(store))).of(box)
    return MailboxPoller(
        options(box, settings, source), accept, StoredBook(store), stop=stop, told=Teller(store, box.name)
    )
