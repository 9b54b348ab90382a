"""One folder after the other: what is new in it is fetched, committed, and only then put away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from gateway.inbound.imap.commands import above, groups, highest_uid, put_away, since
from gateway.inbound.mailbox_options import Book, MailboxOptions, Page
from gateway.inbound.proof import judge
from gateway.inbound.trace_fields import return_path
from gateway.mail.message import Envelope
from gateway.mail.received import Accepted, Received

_BATCH: Final = 50  # mails in one FETCH, and in one MOVE


class FolderReader:
    """Reads the folders of one mailbox over whichever connection it is given; remembers what is left to do.

    `came_on` says whether mail was committed, `care` how small the groups are that are fetched (see `groups`): both
    are the poller's to set back. `tell_of` hears of trouble that keeps no mail from being read.
    """

    def __init__(
        self,
        options: MailboxOptions,
        accept: Callable[[Received], Accepted],
        book: Book,
        now: Callable[[], datetime],
        stop: threading.Event,
        tell_of: Callable[[str], None],
    ) -> None:
        self._options, self._accept, self._book = options, accept, book
        self._now, self._stop, self._tell_of = now, stop, tell_of
        self.came_on = False
        self.care = 0
        self._leftover: dict[str, list[int]] = {}  # committed, but not yet moved, deleted or marked
        # Committed, but the book does not say so yet, and the journal knows the mail by its UID of another time.
        self._had: dict[tuple[str, int], set[int]] = {}

    def has_leftovers(self) -> bool:
        """Say whether mail was committed that could not be put away."""
        return any(self._leftover.values())

    def read(self, client: IMAPClient, folder: str) -> int:
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
                self.came_on = True
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
        for wanted in groups(known, self._options.max_size, self.care):
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
