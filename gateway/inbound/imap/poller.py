"""Reading mailboxes: one connection and one thread each."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from gateway import clock as wall
from gateway.errors import GatewayError
from gateway.inbound.imap.commands import above, begin_idle, connect, groups, highest_uid, log_in, put_away, since
from gateway.inbound.mailbox_options import Book, MailboxOptions, MailboxState, Phase, pause
from gateway.inbound.proof import judge
from gateway.inbound.trace_fields import return_path
from gateway.mail.message import Envelope
from gateway.mail.received import Accepted, Received

_log = logging.getLogger(__name__)

_BATCH: Final = 50  # mails in one FETCH, and in one MOVE
_SLICE: Final = 1.0  # seconds between two looks at `stop` while idling


class MailboxPoller:
    """Reads new mail of one mailbox, hands each to `accept`, and only then moves, deletes or marks it.

    `accept` returns when the mail is committed, and knows a mail it had before; what it raises leaves the mail
    in its folder, to be tried again. `run` is the body of a thread, `poll_once` reads all folders once.
    """

    def __init__(
        self,
        options: MailboxOptions,
        accept: Callable[[Received], Accepted],
        book: Book,
        clock: Callable[[], datetime] = wall.now,
        stop: threading.Event | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._options = options
        self._accept = accept
        self._book = book
        self._now = clock
        self._stop = stop or threading.Event()
        self._chance = chance
        self._state = MailboxState()
        self._leftover: dict[str, list[int]] = {}  # committed, but not yet moved, deleted or marked

    def state(self) -> MailboxState:
        """Return how it is doing; safe from any thread."""
        return self._state

    def run(self) -> None:
        """Read, wait, read again until `stop` is set; reconnect after trouble with growing pauses."""
        while not self._stop.is_set():
            try:
                self._stay()
            except LoginError as error:
                self._pause(error, refused=True)
            except (OSError, IMAPClientError, GatewayError) as error:
                self._pause(error)
            except Exception as error:  # noqa: BLE001
                # The thread guard: a mailbox must not stay unread because of one surprise.
                _log.exception("mailbox %s: unexpected", self._options.name)
                self._pause(error)
        self._state = replace(self._state, phase=Phase.STOPPED)

    def poll_once(self) -> int:
        """Connect, read all folders, leave; return how many mails were committed. Trouble is raised."""
        with self._connected() as client:
            return self._round(client)

    def _stay(self) -> None:
        with self._connected() as client:
            while not self._stop.is_set():
                self._round(client)
                self._wait(client)

    def _pause(self, error: Exception, *, refused: bool = False) -> None:
        failures = self._state.failures + 1
        text = str(error)[:300] or type(error).__name__
        self._state = replace(self._state, phase=Phase.PAUSING, error=text, failures=failures)
        _log.warning("mailbox %s: %s", self._options.name, text)
        self._stop.wait(pause(failures, self._chance(), refused=refused))

    # Connection.

    @contextlib.contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        self._state = replace(self._state, phase=Phase.CONNECTING)
        client = connect(self._options)
        try:
            log_in(client, self._options)
            yield client
            with contextlib.suppress(OSError, IMAPClientError):
                client.logout()
        finally:
            # After a timeout the connection cannot even log out: it is dropped.
            with contextlib.suppress(OSError, IMAPClientError):
                client.shutdown()

    def _wait(self, client: IMAPClient) -> None:
        """Wait for new mail in the first folder, by IDLE where the server can; every `poll` all are looked at."""
        self._state = replace(self._state, phase=Phase.WAITING)
        options = self._options
        if not client.has_capability("IDLE"):
            self._stop.wait(options.poll)
            return
        client.select_folder(options.folders[0])
        page = self._book.get(options.name, options.folders[0])
        if page is not None and above(client, page.last_uid):
            return  # it came while the others were read; IDLE tells only of what comes after this SELECT
        told = begin_idle(client)
        # Never longer than `poll`: the other folders wait for it.
        until = wall.monotonic() + min(options.idle, options.poll)
        while not told and not self._stop.is_set() and (left := until - wall.monotonic()) > 0:
            asked = wall.monotonic()
            answers = client.idle_check(timeout=min(_SLICE, left))
            if any(answer[0] == b"BYE" for answer in answers):
                raise ConnectionError("the server said goodbye")
            # Nothing, and sooner than asked for: idle_check hides the end of a connection. idle_done shows it.
            if answers or wall.monotonic() - asked < min(_SLICE, left) / 2:
                break
        client.idle_done()

    # Reading.

    def _round(self, client: IMAPClient) -> int:
        self._state = replace(self._state, phase=Phase.READING)
        count = sum(self._read(client, folder) for folder in self._options.reads())
        if not any(self._leftover.values()):
            self._state = replace(self._state, error=None, failures=0)
        self._state = replace(self._state, last_success=self._now())
        return count

    def _read(self, client: IMAPClient, folder: str) -> int:
        """Read what is new in one folder."""
        selected = client.select_folder(folder)
        uidvalidity = int(selected[b"UIDVALIDITY"])
        page = self._book.get(self._options.name, folder)
        if page is not None and page.uidvalidity == uidvalidity:
            self._finish(client, folder, [])
            return self._take(client, folder, uidvalidity, above(client, page.last_uid), step=True)
        self._leftover.pop(folder, None)  # UIDs of another time
        top = highest_uid(client, selected)
        count = 0
        # At the first connect what lies there already is not ours to answer, unless `since` says so.
        start = self._options.since or (None if page is None else page.first_connect)
        if start is not None:
            uids = since(client, start)
            count = self._take(client, folder, uidvalidity, uids, step=False)
            top = max([top, *uids])
        if not self._stop.is_set():
            self._book.put(self._options.name, folder, uidvalidity, top, self._now())
        return count

    def _take(self, client: IMAPClient, folder: str, uidvalidity: int, uids: Sequence[int], *, step: bool) -> int:
        """Commit these mails in order, a batch at a time.

        With `step` the book follows each batch. A scan from the beginning must not: old mails that `since` leaves
        out may have higher UIDs, and would look new after an interruption.
        """
        count = 0
        for start in range(0, len(uids), _BATCH):
            if self._stop.is_set():
                return count
            batch = list(uids[start : start + _BATCH])
            known = client.fetch(batch, ["RFC822.SIZE", "INTERNALDATE"])
            done: list[int] = []
            for uid, received in self._fetch(client, folder, uidvalidity, known):
                self._accept(received)
                count += 1
                if received.held != "oversize":
                    done.append(uid)
            self._finish(client, folder, done)
            if step:
                self._book.put(self._options.name, folder, uidvalidity, max(batch), self._now())
        return count

    def _fetch(
        self, client: IMAPClient, folder: str, uidvalidity: int, known: dict[int, dict[bytes, Any]]
    ) -> Iterator[tuple[int, Received]]:
        """Yield the mails in order of UID, several bodies a FETCH; of one too large only the header section."""
        for wanted in groups(known, self._options.max_size):
            oversize = known[wanted[0]][b"RFC822.SIZE"] > self._options.max_size
            part = b"BODY[HEADER]" if oversize else b"BODY[]"
            bodies = client.fetch(wanted, [part.replace(b"BODY", b"BODY.PEEK")])
            for uid in wanted:
                raw = bodies.get(uid, {}).get(part)
                if raw is not None:  # else it was expunged meanwhile
                    arrived = known[uid].get(b"INTERNALDATE")
                    yield uid, self._received(folder, uidvalidity, uid, raw, arrived, oversize=oversize)

    def _received(
        self, folder: str, uidvalidity: int, uid: int, raw: bytes, arrived: datetime | None, *, oversize: bool
    ) -> Received:
        options = self._options
        envelope = Envelope(
            mail_from=return_path(raw),
            rcpt_to=(),
            source="imap",
            mailbox=options.name,
            uidvalidity=uidvalidity,
            uid=uid,
            folder=folder,
        )
        held = "oversize" if oversize else "junk" if folder == options.junk else None
        return Received(envelope, raw, self._arrival(arrived), judge(raw, options.trust, None), held)

    def _arrival(self, arrived: datetime | None) -> datetime:
        """Return when it came into the mailbox; the server's word counts unless it lies in the future."""
        now = self._now()
        return now if arrived is None else min(arrived.astimezone(UTC), now)

    def _finish(self, client: IMAPClient, folder: str, uids: list[int]) -> None:
        """Move, delete or mark what was committed. Where the server refuses, it is tried again at the next look."""
        if folder not in self._options.folders:
            return
        todo = self._leftover.pop(folder, []) + uids
        if not todo:
            return
        try:
            put_away(client, todo, self._options.after)
        except IMAPClientError as error:
            if isinstance(error, IMAPClient.AbortError):
                raise
            self._leftover[folder] = todo
            text = f"cannot put mail away: {error}"[:300]
            if text != self._state.error:
                _log.warning("mailbox %s: %s", self._options.name, text)
            self._state = replace(self._state, error=text)
