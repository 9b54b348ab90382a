"""A support mailbox on a real IMAP server: the daemon fetches it, opens tickets, and tidies up after itself."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parseaddr

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.sink import Sink
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

KARIN, ANNA = "karin@umbrella.example", "anna@acme.example"


def _mailbox(dovecot: Dovecot, user: str, **more: object) -> list[dict[str, object]]:
    box = {"name": "support", "desk": "acme", "host": "127.0.0.1", "port": dovecot.port, "tls": "none", "poll": "1s"}
    # The server stamps what is laid into it with its own clock, in whole seconds: `since` is the day before.
    return [{**box, "user": user, "password": {"env": "IMAP_PASSWORD"}, "since": "2020-01-01", **more}]


@pytest.fixture
def fetching(
    start: Callable[..., Daemon], dovecot: Dovecot, users: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Daemon, str]:
    """A daemon that reads a mailbox of its own, and the user that mailbox belongs to."""
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    user = users()
    return start(mailbox=_mailbox(dovecot, user, trust={"authserv_id": "mx.acme.example"})), user


def _lay(dovecot: Dovecot, user: str, raw: bytes, folder: str = "INBOX") -> None:
    with dovecot.client(user) as mailbox:
        mailbox.append(folder, raw)


def _count(dovecot: Dovecot, user: str, folder: str) -> int:
    with dovecot.client(user) as mailbox:
        if not mailbox.folder_exists(folder):
            return 0
        mailbox.select_folder(folder, readonly=True)
        return len(mailbox.search())


def test_a_mail_in_the_mailbox_opens_a_ticket_and_is_moved(fetching: tuple[Daemon, str], dovecot: Dovecot, sink: Sink):
    daemon, user = fetching
    _lay(dovecot, user, letters.proven(letters.customer("Skrivaren", "Den är trasig.")))
    receipt = sink.wait_for(1, KARIN, "registered", seconds=30)[0]
    notice = sink.wait_for(1, ANNA, "registered", seconds=30)[0]
    assert "Den är trasig." in notice.text
    eventually(lambda: _count(dovecot, user, "Processed") == 1, 30, lambda: daemon.log)
    assert _count(dovecot, user, "INBOX") == 0
    (entry,) = daemon.ticket(str(receipt.message["X-Ticket-Reference"]))["entries"]
    assert entry["author"]["name"] == "Karin Berg"
    assert entry["proof"] == "pass", "what the mailbox's own server proved counts"


def test_the_same_mail_by_smtp_and_by_imap_is_one_entry_and_one_receipt(
    fetching: tuple[Daemon, str], dovecot: Dovecot, sink: Sink
):
    daemon, user = fetching
    raw = letters.customer("Skrivaren", "Den är trasig.", message_id="<once.only@umbrella.example>")
    daemon.send(letters.proven(raw))
    reference = str(sink.wait_for(1, KARIN, "registered", seconds=30)[0].message["X-Ticket-Reference"])
    _lay(dovecot, user, b"Return-Path: <karin@umbrella.example>\r\nReceived: from mx.acme.example\r\n" + raw)
    eventually(lambda: _count(dovecot, user, "Processed") == 1, 30, lambda: daemon.log)
    daemon.idle()
    assert sorted(row["state"] for row in daemon.json("journal", "list")) == ["done", "duplicate"]
    assert len(daemon.ticket(reference)["entries"]) == 1
    assert len(daemon.tickets()) == 1
    assert len(sink.to(KARIN)) == 1


def test_an_operator_answers_by_the_mailbox_and_his_command_is_done(
    fetching: tuple[Daemon, str], dovecot: Dovecot, sink: Sink
):
    _, user = fetching
    _lay(dovecot, user, letters.proven(letters.customer("Skrivaren", "Den är trasig.")))
    notice = sink.wait_for(1, ANNA, "registered", seconds=30)[0]
    answer = letters.operator(notice.raw, "Hej Karin!\n\nDen är lagad.\n\n#löst")
    assert parseaddr(str(notice.message["Reply-To"]))[1].startswith("support+"), "one mailbox takes the subaddresses"
    _lay(dovecot, user, answer)
    assert "Den är lagad." in sink.wait_for(1, KARIN, "resolved", seconds=30)[0].text


def test_what_lies_in_the_junk_folder_is_held_until_somebody_lets_it_in(
    start: Callable[..., Daemon],
    dovecot: Dovecot,
    users: Callable[[], str],
    sink: Sink,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    user = users()
    with dovecot.client(user) as mailbox:
        mailbox.create_folder("Junk")
    _lay(dovecot, user, letters.customer("Skrivaren", "Den är trasig."), "Junk")
    daemon = start(mailbox=_mailbox(dovecot, user, junk="Junk"))
    (held,) = eventually(lambda: daemon.json("journal", "list"), 30, lambda: daemon.log)
    assert (held["state"], held["reason"]) == ("held", "junk")
    assert daemon.tickets() == []
    assert sink.mails == []
    assert _count(dovecot, user, "Junk") == 1, "it is somebody's mailbox; what is junk stays where it lies"
    daemon.gateway("journal", "accept", str(held["id"]))
    assert "Den är trasig." in sink.wait_for(1, ANNA, "registered", seconds=30)[0].text
