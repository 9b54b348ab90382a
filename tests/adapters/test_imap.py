"""Reading mailboxes of a real Dovecot."""

from __future__ import annotations

import selectors
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from imapclient import DELETED, IMAPClient
from imapclient.exceptions import LoginError

from gateway import clock
from gateway.errors import TryAgainError
from gateway.inbound.mailbox_options import Move, Phase
from gateway.inbound.trust import Trust
from gateway.mail.received import Accepted, Received
from tests.adapters.conftest import serving
from tests.adapters.mailbox import LONG_AGO, Box, mail, running
from tests.support.dovecot import Dovecot, token
from tests.support.waiting import eventually


@contextmanager
def before_each_idle(port: int, act: Callable[[], None]):
    """A relay to the server that holds each IDLE back until `act` is done, four times at most."""
    left = 4

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            nonlocal left
            with socket.create_connection(("127.0.0.1", port)) as server, selectors.DefaultSelector() as ready:
                ready.register(self.request, selectors.EVENT_READ, server)
                ready.register(server, selectors.EVENT_READ, self.request)
                while True:
                    for key, _ in ready.select():
                        if not (content := key.fileobj.recv(65536)):
                            return
                        if content.endswith(b" IDLE\r\n") and left:
                            left -= 1
                            act()
                        key.data.sendall(content)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as relay:
        relay.daemon_threads = True
        thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield relay.server_address[1]
        finally:
            relay.shutdown()
            thread.join(20)


@pytest.fixture
def box(dovecot: Dovecot, user: str, client: IMAPClient) -> Box:
    return Box(dovecot, user, client)


def test_mails_are_journalled_as_they_are_in_order(box: Box) -> None:
    box.put("one", "two", "three")
    assert box.poller().poll_once() == 3
    assert [row.raw for row in box.rows] == [mail(subject) for subject in ("one", "two", "three")]
    envelope = box.rows[0].envelope
    assert (envelope.source, envelope.mailbox, envelope.folder, envelope.uid) == ("imap", "support", "INBOX", 1)
    assert envelope.uidvalidity == box.book.get("support", "INBOX").uidvalidity
    assert envelope.mail_from == "karin@kund.example"
    assert abs(box.rows[0].received_at - clock.now()) < timedelta(minutes=5)


def test_what_was_read_is_not_read_again(box: Box) -> None:
    box.put("one")
    assert box.poller().poll_once() == 1
    box.put("two")
    assert box.poller().poll_once() == 1
    assert box.poller().poll_once() == 0
    assert box.journal() == ["one", "two"]
    assert box.downloads == 2


def test_after_moving_the_mail_lies_in_the_other_folder(box: Box) -> None:
    box.put("one", "two")
    box.poller(after=Move("Processed")).poll_once()
    assert box.subjects() == []
    assert box.subjects("Processed") == ["one", "two"]


def test_after_deleting_the_mail_is_gone(box: Box) -> None:
    box.put("one", "two")
    box.poller(after="delete").poll_once()
    assert box.subjects() == []


def test_after_seen_the_mail_is_marked_and_stays(box: Box) -> None:
    box.put("one")
    box.poller(after="seen").poll_once()
    box.client.select_folder("INBOX")
    assert box.client.search("SEEN") == [1]


def test_reading_marks_nothing_before_the_commit(box: Box) -> None:
    box.put("one", "two")
    box.fail_at = lambda received: b"two" in received.raw
    with pytest.raises(TryAgainError):
        box.poller().poll_once()
    box.client.select_folder("INBOX")
    assert box.client.search("UNSEEN") == [1, 2]
    box.fail_at = lambda _: False
    box.poller().poll_once()
    assert box.journal() == ["one", "two"]
    box.client.select_folder("INBOX")
    assert box.client.search("UNSEEN") == []


def test_many_mails_are_read_in_batches(box: Box) -> None:
    box.put(*(f"n{n}" for n in range(130)))
    assert box.poller(after=Move("Processed")).poll_once() == 130
    assert box.journal() == [f"n{n}" for n in range(130)]
    assert len(box.subjects("Processed")) == 130


def test_the_first_connect_leaves_what_lies_there(box: Box) -> None:
    box.put("old")
    assert box.poller(since=None).poll_once() == 0
    box.put("new")
    assert box.poller(since=None).poll_once() == 1
    assert box.journal() == ["new"]


def test_an_old_mail_put_into_the_folder_by_hand_counts_as_new(box: Box) -> None:
    box.poller(since=None).poll_once()
    box.put("found", at=LONG_AGO)
    box.poller(since=None).poll_once()
    assert box.journal() == ["found"]
    assert box.rows[0].received_at == LONG_AGO


def test_since_leaves_out_what_is_older_for_good(box: Box) -> None:
    now = clock.now()
    box.put("recent", at=now - timedelta(hours=1))
    box.put("ancient", at=now - timedelta(days=30))
    for _ in range(2):
        box.poller(since=now - timedelta(hours=2)).poll_once()
    assert box.journal() == ["recent"]


def test_a_time_of_arrival_in_the_future_is_not_believed(box: Box) -> None:
    box.put("one", at=clock.now() + timedelta(days=30))
    box.poller().poll_once()
    assert box.rows[0].received_at <= clock.now()


def test_new_uidvalidity_reads_all_anew_and_nothing_twice(box: Box) -> None:
    box.put("one", "two")
    box.poller().poll_once()
    before = box.book.get("support", "INBOX").uidvalidity
    box.client.logout()
    time.sleep(1.1)  # UIDVALIDITY has whole seconds
    box.server.forget_uids(box.user)
    with box.server.client(box.user) as client:
        client.append("INBOX", mail("three"))
    assert box.poller().poll_once() == 3
    assert box.book.get("support", "INBOX").uidvalidity != before
    assert box.journal() == ["one", "two", "three"]
    assert box.poller().poll_once() == 0


def test_an_oversize_mail_is_held_with_its_headers_and_left_alone(box: Box) -> None:
    box.put("small")
    box.put("large", size=200_000)
    box.put("after")
    box.poller(max_size=100_000, after="delete").poll_once()
    held = box.rows[1]
    assert held.held == "oversize"
    assert held.raw == b"From: karin@kund.example\r\nSubject: large\r\n\r\n"
    assert [row.held for row in box.rows] == [None, "oversize", None]
    assert box.subjects() == ["large"]
    assert box.poller(max_size=100_000, after="delete").poll_once() == 0


def test_several_folders_are_read_junk_is_held_and_sent_is_left(box: Box) -> None:
    for folder in ("Other", "Junk", "Sent"):
        box.client.create_folder(folder)
        box.put(folder.lower(), folder=folder)
    box.put("inbox")
    box.poller(folders=("INBOX", "Other"), junk="Junk", sent="Sent", after="delete").poll_once()
    found = {row.envelope.folder: row.held for row in box.rows}
    assert found == {"INBOX": None, "Other": None, "Junk": "junk", "Sent": None}
    assert box.subjects() == box.subjects("Other") == []
    assert box.subjects("Junk") == ["junk"]
    assert box.subjects("Sent") == ["sent"]


def test_a_mail_committed_but_not_put_away_is_put_away_later(box: Box) -> None:
    box.put("one")
    box.client.create_folder("Processed")
    original = box.accept

    def accept_and_lose_the_folder(received: Received) -> Accepted:
        box.client.delete_folder("Processed")
        return original(received)

    box.accept = accept_and_lose_the_folder
    poller = box.poller(after=Move("Processed"))
    poller.poll_once()
    assert "cannot put mail away" in poller.state().error
    assert box.subjects() == ["one"]
    poller.poll_once()  # makes the folder again
    assert box.subjects("Processed") == ["one"]
    assert poller.state().error is None
    assert box.journal() == ["one"]


def test_a_token_logs_in_and_an_expired_one_does_not(box: Box) -> None:
    box.put("one")
    asked = []

    def fresh() -> str:
        asked.append(1)
        return token(box.user)

    poller = box.poller(token=fresh, password=None)
    poller.poll_once()
    poller.poll_once()
    assert box.journal() == ["one"]
    assert len(asked) == 2
    with pytest.raises(LoginError):
        box.poller(token=lambda: token(box.user, -60)).poll_once()


def test_a_wrong_password_is_an_error_of_the_mailbox(box: Box) -> None:
    with running(box, password="fel") as poller:
        assert eventually(lambda: poller.state().error)
        assert poller.state().phase is Phase.PAUSING
        assert "fel" not in poller.state().error


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_tls_is_verified(box: Box, tls: str) -> None:
    box.put("one")
    port = box.server.tls_port if tls == "tls" else box.server.port
    with pytest.raises(OSError, match="certificate"):
        box.poller(tls=tls, port=port).poll_once()
    assert box.rows == []
    box.poller(tls=tls, port=port, cafile=box.server.certificate.chain).poll_once()
    assert box.journal() == ["one"]


def test_what_a_trusted_hop_proved_is_judged(box: Box) -> None:
    raw = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=kund.example\r\n" + mail("one")
    box.client.append("INBOX", raw)
    box.poller(trust=Trust("authserv_id", "mx.acme.example")).poll_once()
    assert box.rows[0].proof.verdict == "pass"


def test_new_mail_wakes_an_idle_poller(box: Box) -> None:
    with running(box, poll=600.0) as poller:
        eventually(lambda: poller.state().phase is Phase.WAITING)
        box.put("one")
        eventually(lambda: box.journal() == ["one"])
        eventually(lambda: poller.state().phase is Phase.WAITING)
        box.put("two")
        eventually(lambda: box.journal() == ["one", "two"])
        assert poller.state().error is None


def test_what_comes_while_mail_is_read_does_not_wait_for_the_end_of_idle(box: Box) -> None:
    def another_comes(received: Received) -> bool:
        if b"one" in received.raw:
            box.put("two")
        return False

    box.fail_at = another_comes
    with running(box, poll=600.0, idle=600.0) as poller:
        eventually(lambda: poller.state().phase is Phase.WAITING)
        box.put("one")
        eventually(lambda: box.journal() == ["one", "two"], 30)


def test_what_comes_just_before_idle_is_told_with_its_reply_and_read_at_once(box: Box) -> None:
    subjects = iter(("one", "two", "three"))
    with before_each_idle(box.server.port, lambda: box.put(next(subjects, "late"))) as port:
        box.options = replace(box.options, port=port)
        with running(box, poll=600.0, idle=600.0):
            eventually(lambda: box.journal()[:3] == ["one", "two", "three"])


def test_other_folders_are_looked_at_while_the_first_is_idle(box: Box) -> None:
    box.client.create_folder("Other")
    with running(box, folders=("INBOX", "Other"), poll=0.3) as poller:
        eventually(lambda: poller.state().phase is Phase.WAITING)
        box.put("one", folder="Other")
        eventually(lambda: box.journal() == ["one"])


def test_a_kicked_poller_comes_back(box: Box) -> None:
    with running(box) as poller:
        eventually(lambda: poller.state().phase is Phase.WAITING)
        box.server.kick(box.user)
        eventually(lambda: poller.state().failures)
        client = box.server.client(box.user)
        client.append("INBOX", mail("one"))
        client.logout()
        eventually(lambda: box.journal() == ["one"], 20)
        eventually(lambda: poller.state().failures == 0)


def test_a_surprise_is_tried_again_too(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    box.put("one")
    tries = []

    def surprise_once(received: Received) -> bool:
        tries.append(received)
        if len(tries) == 1:
            raise ZeroDivisionError
        return False

    box.fail_at = surprise_once
    with running(box) as poller:
        eventually(lambda: box.journal() == ["one"], 20)
        eventually(lambda: poller.state().error is None)
    assert "unexpected" in caplog.text


def test_a_server_that_can_little_is_polled_and_mail_is_copied_and_expunged() -> None:
    with serving("IMAP4rev1") as server, server.client("u0") as client:
        box = Box(server, "u0", client)
        box.put("one", "two")
        with running(box, after=Move("Processed"), poll=0.1):
            eventually(lambda: box.journal() == ["one", "two"])
            box.put("three")
            eventually(lambda: box.journal() == ["one", "two", "three"])
        assert box.subjects() == []
        assert box.subjects("Processed") == ["one", "two", "three"]


def test_a_mail_expunged_while_it_is_read_is_passed_over(box: Box) -> None:
    box.put("one")
    box.put("two", size=9_000_000)  # a FETCH of its own

    def expunge_the_other(received: Received) -> bool:
        if b"Subject: one" in received.raw:
            box.client.select_folder("INBOX")
            box.client.add_flags([2], [DELETED])
            box.client.expunge()
        return False

    box.fail_at = expunge_the_other
    assert box.poller().poll_once() == 1
    assert box.journal() == ["one"]
    assert box.poller().poll_once() == 0


def test_a_restarted_server_is_found_again(box: Box) -> None:
    with running(box) as poller:
        eventually(lambda: poller.state().phase is Phase.WAITING)
        box.server.stop()
        eventually(lambda: poller.state().failures)
        box.server.start()
        with box.server.client(box.user) as client:
            client.append("INBOX", mail("one"))
        eventually(lambda: box.journal() == ["one"], 30)
        eventually(lambda: poller.state().error is None)


def test_stopping_does_not_wait_for_the_end_of_idle(box: Box) -> None:
    with running(box, idle=600.0) as poller:
        eventually(lambda: poller.state().phase is Phase.WAITING)


def test_idle_is_begun_anew_after_its_time(box: Box) -> None:
    with running(box, idle=0.2) as poller:
        first = eventually(lambda: poller.state().last_success)
        eventually(lambda: poller.state().last_success > first)
        assert poller.state().failures == 0


def test_trouble_with_the_journal_is_tried_again(box: Box) -> None:
    box.put("one", "two")
    tries = []

    def away_twice(received: Received) -> bool:
        tries.append(received)
        return len(tries) <= 1

    box.fail_at = away_twice
    with running(box, after="delete") as poller:
        eventually(lambda: box.journal() == ["one", "two"], 20)
        eventually(lambda: poller.state().error is None)
    assert box.subjects() == []


def test_a_server_that_is_away_is_told_and_tried_again(box: Box) -> None:
    with running(box, port=1) as poller:
        assert eventually(lambda: poller.state().error)


@pytest.mark.parametrize(
    "changes",
    [
        {"folders": ("INBOX\r\nA1 DELETE x",)},
        {"user": "u\r\n"},
        {"password": "p\n"},
        {"after": Move("a\x00")},
        {"junk": "j\x7f"},
        {"host": "imap.acme.example"},
    ],
)
def test_what_could_speak_imap_or_goes_in_the_clear_is_refused(box: Box, changes: dict) -> None:
    with pytest.raises(ValueError, match="mailbox support"):
        box.poller(**changes)
