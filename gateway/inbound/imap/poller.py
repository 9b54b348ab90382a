"""Reading mailboxes: one connection and one thread each."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from gateway import clock as wall
from gateway.errors import GatewayError
from gateway.inbound.imap.commands import above, begin_idle, connect, log_in
from gateway.inbound.imap.folder import FolderReader
from gateway.inbound.mailbox_options import Book, MailboxOptions, MailboxState, Phase, pause
from gateway.mail.received import Accepted, Received

_log = logging.getLogger(__name__)

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
        self._book = book
        self._now = clock
        self._stop = stop or threading.Event()
        self._chance = chance
        self._told = told
        self._state = MailboxState()
        self._token: str | None = None  # what this session logged in with
        self._reader = FolderReader(options, accept, book, self._now, self._stop, self._tell_of)

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
                self._reader.care = min(self._reader.care + 1, _MOST_CARE)
            raise

    def _pause(self, error: Exception, *, refused: bool = False) -> None:
        # A line that always breaks after a while still brings mail, and is worth trying again soon.
        failures = 1 if self._reader.came_on else self._state.failures + 1
        text = str(error)[:300] or type(error).__name__
        self._say(Phase.PAUSING, error=text, failures=failures)
        _log.warning("mailbox %s: %s", self._options.name, text)
        self._stop.wait(pause(failures, self._chance(), refused=refused))

    # Connection.

    @contextlib.contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        self._say(Phase.CONNECTING)
        self._reader.came_on = False
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
                count += self._reader.read(client, folder)
            except IMAPClientError as error:
                if isinstance(error, IMAPClient.AbortError):
                    raise
                troubles.append(f"folder {folder}: {error}"[:300])
        self._reader.care = 0
        if troubles:
            self._tell_of("; ".join(troubles)[:300])
            return count
        if not self._reader.has_leftovers():
            self._state = replace(self._state, error=None, failures=0)
        self._state = replace(self._state, last_success=self._now())
        return count

    def _tell_of(self, trouble: str) -> None:
        if trouble != self._state.error:
            _log.warning("mailbox %s: %s", self._options.name, trouble)
        self._state = replace(self._state, error=trouble)


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
