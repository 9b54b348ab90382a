"""A mailbox in trouble, on a real Dovecot: nothing is lost, nothing comes twice, no body is fetched in vain."""

from __future__ import annotations

import selectors
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from gateway import clock
from gateway.errors import TryAgainError
from gateway.inbound.mailbox_options import Move
from gateway.mail.received import Accepted, Received
from tests.adapters.mailbox import Box, mail, running
from tests.support.dovecot import Dovecot
from tests.support.waiting import eventually


@pytest.fixture
def box(dovecot: Dovecot, user: str, client) -> Box:
    return Box(dovecot, user, client)


@contextmanager
def cut_after(port: int, most: int) -> Iterator[int]:
    """A relay to the server that closes each connection after so many bytes of the server's."""

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            left = most
            with socket.create_connection(("127.0.0.1", port)) as server, selectors.DefaultSelector() as ready:
                ready.register(self.request, selectors.EVENT_READ, server)
                ready.register(server, selectors.EVENT_READ, self.request)
                while left > 0:
                    for key, _ in ready.select():
                        try:
                            content = key.fileobj.recv(65536)
                        except ConnectionError:
                            return
                        if not content:
                            return
                        if key.fileobj is server:
                            content = content[:left]
                            left -= len(content)
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


def many(count: int) -> list[str]:
    return [f"n{n:03}" for n in range(count)]


def test_a_line_that_always_breaks_in_a_mail_still_brings_all_of_them(box: Box) -> None:
    for subject in many(12):
        box.put(subject, size=60_000)
    with cut_after(box.server.port, 200_000) as port, running(box, port=port):
        eventually(lambda: box.journal() == many(12), 60)
    assert box.downloads == 12, "what came whole is not fetched again"


def test_a_folder_that_is_gone_does_not_keep_the_others_unread(box: Box) -> None:
    box.client.create_folder("Other")
    box.put("one")
    box.put("two", folder="Other")
    poller = box.poller(folders=("INBOX", "Gone", "Other"), junk="Junk")
    assert poller.poll_once() == 2
    assert "folder Gone" in poller.state().error
    assert "folder Junk" in poller.state().error
    for folder in ("Gone", "Junk"):
        box.client.create_folder(folder)
    box.put("three", folder="Gone")
    assert poller.poll_once() == 1
    assert poller.state().error is None


def test_a_first_folder_that_is_gone_is_waited_for_while_the_others_are_read(box: Box) -> None:
    box.client.create_folder("Other")
    with running(box, folders=("Gone", "Other"), poll=0.1) as poller:
        eventually(lambda: "folder Gone" in (poller.state().error or ""))
        box.put("one", folder="Other")
        eventually(lambda: box.journal() == ["one"])
        box.client.create_folder("Gone")
        box.put("two", folder="Gone")
        eventually(lambda: box.journal() == ["one", "two"])
        eventually(lambda: poller.state().error is None)


def test_a_folder_that_was_renamed_and_comes_back_is_read_on(box: Box) -> None:
    box.client.create_folder("Other")
    box.put("one", folder="Other")
    poller = box.poller(folders=("INBOX", "Other"), after="seen")
    assert poller.poll_once() == 1
    box.client.rename_folder("Other", "Elsewhere")
    assert poller.poll_once() == 0
    assert "folder Other" in poller.state().error
    box.client.rename_folder("Elsewhere", "Other")
    box.put("two", folder="Other")
    assert poller.poll_once() == 1
    assert box.journal() == ["one", "two"]
    assert box.downloads == 2


def test_flags_that_somebody_wipes_bring_nothing_back(box: Box) -> None:
    box.put("one", "two")
    box.poller(after="seen").poll_once()
    box.client.select_folder("INBOX")
    box.client.remove_flags([1, 2], [b"\\Seen"])
    assert box.poller(after="seen").poll_once() == 0
    assert box.downloads == 2


def test_a_mail_that_somebody_moves_back_is_put_away_again_and_is_no_second_one(box: Box) -> None:
    box.put("one")
    box.poller(after=Move("Processed")).poll_once()
    box.client.select_folder("Processed")
    box.client.move(box.client.search(), "INBOX")
    box.poller(after=Move("Processed")).poll_once()
    assert box.subjects() == []
    assert box.subjects("Processed") == ["one"]
    assert box.journal() == ["one"]


def test_two_pollers_at_once_lose_and_double_nothing(box: Box) -> None:
    box.put(*many(120))
    lock = threading.Lock()
    accept = box.accept

    def one_at_a_time(received: Received) -> Accepted:
        with lock:  # the journal knows a mail by its bytes and by its UID
            return accept(received)

    box.accept = one_at_a_time
    with running(box, after=Move("Processed")), running(box, after=Move("Processed")):
        eventually(lambda: len(box.journal()) >= 120 and not box.left(), 60)
    assert sorted(box.journal()) == many(120)


def test_what_the_journal_has_is_not_fetched_again_when_a_batch_fails(box: Box) -> None:
    box.put("one", "two", "three")
    box.fail_at = lambda received: b"three" in received.raw
    with pytest.raises(TryAgainError):
        box.poller(after=Move("Processed")).poll_once()
    assert box.downloads == 3
    box.fail_at = lambda _: False
    assert box.poller(after=Move("Processed")).poll_once() == 1
    assert box.downloads == 4
    assert box.subjects("Processed") == ["one", "two", "three"], "what was fetched before is put away, too"


def test_a_scan_after_new_uids_goes_on_where_it_was_interrupted(box: Box) -> None:
    box.put(*many(120))
    box.poller(after="seen").poll_once()
    assert box.downloads == 120
    box.client.logout()
    time.sleep(1.1)  # UIDVALIDITY has whole seconds
    box.server.forget_uids(box.user)
    fetched: Counter[bytes] = Counter()

    def broken(received: Received) -> bool:
        fetched[received.raw] += 1
        return b"n110\r" in received.raw and fetched[received.raw] == 1

    box.fail_at = broken
    with pytest.raises(TryAgainError):
        box.poller(after="seen").poll_once()
    box.poller(after="seen").poll_once()
    assert box.journal() == many(120), "nothing came twice"
    again = [raw for raw, times in fetched.items() if times > 1]
    assert len(fetched) == 120
    assert len(again) <= 50, "at most the batch that was under way is fetched again"
    assert box.poller(after="seen").poll_once() == 0


def test_an_interrupted_first_scan_still_leaves_out_what_is_too_old(box: Box) -> None:
    box.put(*many(60))
    box.put("ancient", at=clock.now() - timedelta(days=30))
    since = clock.now() - timedelta(days=1)
    box.fail_at = lambda received: b"n055" in received.raw
    with pytest.raises(TryAgainError):
        box.poller(since=since).poll_once()
    box.fail_at = lambda _: False
    box.poller(since=since).poll_once()
    box.poller(since=since).poll_once()
    assert box.journal() == many(60)


def test_what_comes_while_a_folder_is_scanned_is_read_after_it(box: Box) -> None:
    box.put(*many(3))

    def another(received: Received) -> bool:
        if b"n001" in received.raw:
            box.put("late")
        return False

    box.fail_at = another
    with running(box):
        eventually(lambda: box.journal() == [*many(3), "late"])


def test_a_mail_expunged_between_its_size_and_its_body_is_passed_over(box: Box) -> None:
    box.put("one")
    box.put("two", size=9_000_000)
    box.put("three")

    def expunge(received: Received) -> bool:
        if b"Subject: one" in received.raw:
            box.client.select_folder("INBOX")
            box.client.delete_messages([2])
            box.client.expunge()
        return False

    box.fail_at = expunge
    assert box.poller(after=Move("Processed")).poll_once() == 2
    assert box.journal() == ["one", "three"]
    assert box.poller(after=Move("Processed")).poll_once() == 0


def test_an_oversize_mail_is_left_where_it_is_and_told_once(box: Box) -> None:
    box.put("large", size=200_000)
    box.put("small")
    box.fail_at = lambda received: b"small" in received.raw
    with pytest.raises(TryAgainError):
        box.poller(max_size=100_000, after="delete").poll_once()
    box.fail_at = lambda _: False
    box.poller(max_size=100_000, after="delete").poll_once()
    assert [row.held for row in box.rows] == ["oversize", None]
    assert box.subjects() == ["large"]
    assert mail("large").split(b"\r\n\r\n")[0] in box.rows[0].raw
