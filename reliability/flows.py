"""The flows whose every step is made to fail: what is there before, and what comes in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from gateway.daemon.mailboxes import StoredBook
from gateway.inbound.imap import MailboxPoller
from gateway.inbound.mailbox_options import MailboxOptions, Move
from gateway.mail.message import Envelope
from gateway.mail.received import Accepted, Received
from gateway.store import journal
from tests.support import letters
from tests.support.dovecot import PASSWORD, Dovecot
from tests.work.conftest import ANNA, House, answering

_MAILBOXES = 200  # one for each run
_LONG = "x" * 200_000  # over what lies in the journal row: the blob store has its part


@dataclass(frozen=True, slots=True)
class Flow:
    """`prepare` brings the house to where the flow begins and returns the messages that come in then."""

    name: str
    prepare: Callable[[House], Sequence[Received]]

    def begin(self, place: Path, items: Sequence[Received]) -> None:
        """Set up what a run in `place` needs outside the house: nothing."""

    def hand_over(self, house: House, items: Sequence[Received], acknowledged: Path) -> None:
        """Be a sender that retries: hand over what has no acknowledgement yet, and write the new ones down."""
        known = acknowledged.read_text().split()
        for number, item in enumerate(items):
            if str(number) not in known:
                journal.write_received(house.store, [item])
                with acknowledged.open("a") as book:
                    book.write(f"{number}\n")


def _new(house: House) -> Sequence[Received]:
    return [
        house.message("Skrivaren på plan 3 är trasig.\n\n/Karin"),
        house.message(f"Stor loggfil nedan\n\n{_LONG}", subject="Loggfil"),
    ]


def _told(house: House, who: str) -> EmailMessage:
    return next(mail for mail in house.write("Skrivaren är trasig") if who in str(mail["To"]))


def _reply(house: House) -> Sequence[Received]:
    return [house.message("Nu är den helt död.", **answering(_told(house, "karin")))]


def _answer(house: House) -> Sequence[Received]:
    return [house.message("Prova att starta om den.", ANNA, **answering(_told(house, "anna")))]


def _command(house: House) -> Sequence[Received]:
    return [house.message("#resolve\n#priority low\n\nKlart, tonern är bytt.", ANNA, **answering(_told(house, "anna")))]


def _note(house: House) -> Sequence[Received]:
    return [house.message("#note\nHan har ringt tre gånger.", ANNA, **answering(_told(house, "anna")))]


def _bounce(house: House) -> Sequence[Received]:
    house.under(verp=frozenset({"out"}))
    house.write("Skrivaren är trasig")
    envelope_from, recipient, raw = next(sent for sent in house.smarthost.sent if "karin" in sent[1])
    report = letters.bounce(raw, recipient, to=envelope_from)
    return [Received(Envelope("", (envelope_from,), "smtp"), report, house.now)]


@dataclass(frozen=True, slots=True)
class Mailbox(Flow):
    """The messages lie in a mailbox of a real Dovecot, a fresh one for each run; whatever is not committed is there."""

    server: Dovecot
    users: Iterator[int]

    def begin(self, place: Path, items: Sequence[Received]) -> None:
        """Put the messages into a mailbox nobody has read yet."""
        user = f"u{next(self.users)}"
        (place / "user").write_text(user)
        client = self.server.client(user)
        for item in items:
            client.append("INBOX", item.raw)
        client.logout()

    def hand_over(self, house: House, items: Sequence[Received], acknowledged: Path) -> None:  # noqa: ARG002
        """Read the mailbox once, as the daemon does."""
        options = MailboxOptions(
            "support", "127.0.0.1", self.server.port, "none", (acknowledged.parent / "user").read_text(), PASSWORD,
            after=Move("Processed"), since=datetime(2020, 1, 1, tzinfo=UTC),
        )  # fmt: skip

        def accept(received: Received) -> Accepted:
            return journal.write_received(house.store, [received])[0]

        MailboxPoller(options, accept, StoredBook(house.store)).poll_once()


FLOWS = (
    Flow("new", _new),
    Flow("reply", _reply),
    Flow("answer", _answer),
    Flow("command", _command),
    Flow("note", _note),
    Flow("bounce", _bounce),
)


@contextmanager
def flows() -> Iterator[tuple[Flow, ...]]:
    """Give every flow, with a Dovecot for the last one."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # started by root, Dovecot runs as nobody
        server = Dovecot(Path(folder) / "dovecot", users=_MAILBOXES).start()
        try:
            yield (*FLOWS, Mailbox("imap", _new, server, iter(range(_MAILBOXES))))
        finally:
            server.stop()
