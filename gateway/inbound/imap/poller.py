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
from gateway.inbound.mailbox_options import Book, MailboxOptions, MailboxState, Page, Phase, pause
from gateway.inbound.proof import judge
from gateway.inbound.trace_fields import return_path
from gateway.mail.message import Envelope
from gateway.mail.received import Accepted, Received

_log = logging.getLogger(__name__)

_BATCH: Final = 50  # mails in one FETCH, and in one MOVE
_SLICE: Final = 1.0  # seconds between two looks at `stop` while idling
_MOST_CARE: Final = 12  # one mail at a time
_TOKEN_RAN_OUT: Final = "AccessTokenExpired"  # noqa: S105  # how Exchange Online says goodbye then


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
        told: Callable[[MailboxState], None] = lambda _: None,
    ) -> None:
        self._options = options
        self._accept = accept
        self._book = book
        self._now = clock
        self._stop = stop or threading.Event()
        self._chance = chance
        self._told = told
        self._state = MailboxState()
        self._token: str | None = None  # what this session logged in with
        self._came_on = False  # whether this session brought mail
        self._care = 0  # how small the groups are that are fetched; see `groups`
        self._leftover: dict[str, list[int]] = {}  # committed, but not yet moved, deleted or marked
        # Committed, but the book does not say so yet, and the journal knows the mail by its UID of another time.
        self._had: dict[tuple[str, int], set[int]] = {}

    def state(self) -> MailboxState:
        """Return how it is doing; safe from any thread."""
        return self._state

    def run(self) -> None:
        """Read, wait, read again until `stop` is set; reconnect after trouble with growing pauses.

        `told` hears of each state that lasts: waiting, pausing, stopped.
        """
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
        self._say(Phase.STOPPED)

    def poll_once(self) -> int:
        """Connect, read all folders, leave; return how many mails were committed.

        Trouble is raised; a folder that cannot be read alone is told by the state.
        """
        with self._connected() as client:
            return self._round(client)

    def _say(self, phase: Phase, **changes: Any) -> None:
        self._state = replace(self._state, phase=phase, **changes)
        if phase in {Phase.WAITING, Phase.PAUSING, Phase.STOPPED}:
            self._told(self._state)

    def _stay(self) -> None:
        try:
            with self._connected() as client:
                while not self._stop.is_set():
                    self._round(client)
                    self._wait(client)
        except (OSError, IMAPClientError) as error:
            if _TOKEN_RAN_OUT in str(error):
                self._refuse_token()
            if self._state.phase is Phase.READING:
                self._care = min(self._care + 1, _MOST_CARE)
            raise

    def _pause(self, error: Exception, *, refused: bool = False) -> None:
        # A line that always breaks after a while still brings mail, and is worth trying again soon.
        failures = 1 if self._came_on else self._state.failures + 1
        text = str(error)[:300] or type(error).__name__
        self._say(Phase.PAUSING, error=text, failures=failures)
        _log.warning("mailbox %s: %s", self._options.name, text)
        self._stop.wait(pause(failures, self._chance(), refused=refused))

    # Connection.

    @contextlib.contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        self._say(Phase.CONNECTING)
        self._came_on = False
        client = self._logged_in()
        try:
            yield client
            with contextlib.suppress(OSError, IMAPClientError):
                client.logout()
        finally:
            _drop(client)

    def _logged_in(self) -> IMAPClient:
        """Connect and log in; where a token is refused that was good a moment ago, once more with a new one."""
        try:
            return self._log_in()
        except LoginError:
            if self._options.token is None or self._options.refused is None:
                raise
            self._refuse_token()
            return self._log_in()

    def _log_in(self) -> IMAPClient:
        # The token first: a provider that is slow to give one would find the connection timed out.
        self._token = self._options.token() if self._options.token is not None else None
        client = connect(self._options)
        try:
            log_in(client, self._options, self._token)
        except BaseException:
            _drop(client)
            raise
        return client

    def _refuse_token(self) -> None:
        if self._token is not None and self._options.refused is not None:
            self._options.refused(self._token)

    def _wait(self, client: IMAPClient) -> None:
        """Wait for new mail in the first folder, by IDLE where the server can; every `poll` all are looked at."""
        self._say(Phase.WAITING)
        options = self._options
        if not client.has_capability("IDLE") or not _selected(client, options.folders[0]):
            self._stop.wait(options.poll)
            return
        page = self._book.get(options.name, options.folders[0])
        if page is not None and above(client, page.last_uid):
            return  # it came while the others were read; IDLE tells only of what comes after this SELECT
        told = begin_idle(client)
        # Never longer than `poll`: the other folders wait for it.
        until = wall.monotonic() + min(options.idle, options.poll)
        while not told and not self._stop.is_set() and (left := until - wall.monotonic()) > 0:
            asked = wall.monotonic()
            answers = client.idle_check(timeout=min(_SLICE, left))
            if goodbye := next((answer for answer in answers if answer[0] == b"BYE"), None):
                why = b" ".join(part for part in goodbye[1:] if isinstance(part, bytes)).decode("utf-8", "replace")
                raise ConnectionError(f"the server said goodbye: {why}")
            # Nothing, and sooner than asked for: idle_check hides the end of a connection. idle_done shows it.
            if answers or wall.monotonic() - asked < min(_SLICE, left) / 2:
                break
        client.idle_done()

    # Reading.

    def _round(self, client: IMAPClient) -> int:
        """Read every folder; one that is gone or refused does not keep the others unread."""
        self._say(Phase.READING)
        count, troubles = 0, []
        for folder in self._options.reads():
            try:
                count += self._read(client, folder)
            except IMAPClientError as error:
                if isinstance(error, IMAPClient.AbortError):
                    raise
                troubles.append(f"folder {folder}: {error}"[:300])
        self._care = 0
        if troubles:
            self._tell_of("; ".join(troubles)[:300])
            return count
        if not any(self._leftover.values()):
            self._state = replace(self._state, error=None, failures=0)
        self._state = replace(self._state, last_success=self._now())
        return count

    def _tell_of(self, trouble: str) -> None:
        if trouble != self._state.error:
            _log.warning("mailbox %s: %s", self._options.name, trouble)
        self._state = replace(self._state, error=trouble)

    def _read(self, client: IMAPClient, folder: str) -> int:
        """Read what is new in one folder."""
        selected = client.select_folder(folder)
        uidvalidity = int(selected[b"UIDVALIDITY"])
        page = self._book.get(self._options.name, folder)
        if page is not None and page.uidvalidity == uidvalidity:
            self._finish(client, folder, [])
            return self._take(client, folder, uidvalidity, above(client, page.last_uid))
        return self._scan(client, folder, uidvalidity, page, highest_uid(client, selected))

    def _scan(self, client: IMAPClient, folder: str, uidvalidity: int, page: Page | None, top: int) -> int:
        """Read a folder from its beginning: at the first connect, and when all its UIDs are others than they were.

        What was interrupted goes on where it was. At the first connect what lies there already is not ours to
        answer, unless `since` says so.
        """
        begun = page is not None and page.scanning == uidvalidity
        if not begun:
            self._leftover.pop(folder, None)  # UIDs of another time
            self._had = {key: uids for key, uids in self._had.items() if key[0] != folder}
        start = self._options.since or (None if page is None else page.first_connect)
        count = 0
        if start is not None:
            done = page.last_uid if page is not None and begun else 0
            top = page.scanning_to or top if page is not None and begun else top
            if not begun:
                self._book.put(self._options.name, folder, uidvalidity, 0, self._now(), top)
            uids = [uid for uid in since(client, start) if done < uid <= top]
            count = self._take(client, folder, uidvalidity, uids, scanning_to=top)
        if not self._stop.is_set():
            self._book.put(self._options.name, folder, uidvalidity, top, self._now())
        return count

    def _take(
        self,
        client: IMAPClient,
        folder: str,
        uidvalidity: int,
        uids: Sequence[int],
        *,
        scanning_to: int | None = None,
    ) -> int:
        """Commit these mails in order, a batch at a time; the book follows each batch.

        A scan is written down as one: mails that `since` leaves out may have higher UIDs, and would look new after
        an interruption. What the journal has is not fetched again, but put away.
        """
        count = 0
        name = self._options.name
        for start in range(0, len(uids), _BATCH):
            if self._stop.is_set():
                return count
            batch = list(uids[start : start + _BATCH])
            known = client.fetch(batch, ["RFC822.SIZE", "INTERNALDATE"])
            had = self._had.setdefault((folder, uidvalidity), set())
            done = (self._book.journalled(name, folder, uidvalidity, batch) | had) & known.keys()
            for uid, received in self._fetch(
                client, folder, uidvalidity, {uid: each for uid, each in known.items() if uid not in done}
            ):
                self._accept(received)
                self._came_on = True
                count += 1
                had.add(uid)
                done.add(uid)
            small = [uid for uid in sorted(done) if known[uid][b"RFC822.SIZE"] <= self._options.max_size]
            self._finish(client, folder, small)
            self._book.put(name, folder, uidvalidity, max(batch), self._now(), scanning_to)
            del self._had[folder, uidvalidity]
        return count

    def _fetch(
        self, client: IMAPClient, folder: str, uidvalidity: int, known: dict[int, dict[bytes, Any]]
    ) -> Iterator[tuple[int, Received]]:
        """Yield the mails in order of UID, several bodies a FETCH; of one too large only the header section."""
        for wanted in groups(known, self._options.max_size, self._care):
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
            self._tell_of(f"cannot put mail away: {error}"[:300])


def _selected(client: IMAPClient, folder: str) -> bool:
    """Select the folder; False where it is not there."""
    try:
        client.select_folder(folder)
    except IMAPClientError as error:
        if isinstance(error, IMAPClient.AbortError):
            raise
        return False
    return True


def _drop(client: IMAPClient) -> None:
    """Close without a word: after a timeout a connection cannot even log out."""
    with contextlib.suppress(OSError, IMAPClientError):
        client.shutdown()
