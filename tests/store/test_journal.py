from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import VersionConflictError
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof, Verdict
from gateway.mail.received import Accepted, Received
from gateway.store import journal
from gateway.store.claim import release_claims
from gateway.store.engine import Store
from gateway.tickets.effects import Settle

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def message(raw: bytes = b"Subject: x\r\n\r\n", **envelope: object) -> Received:
    fields = {"mail_from": "alice@cust.test", "rcpt_to": ("support@acme.test",), "source": "smtp", **envelope}
    return Received(Envelope(**fields), raw, NOW)


def claim(store: Store, now: datetime = NOW, worker: str = "w1", limit: int = 10) -> list[journal.JournalRow]:
    with store.write() as conn:
        return journal.claim(conn, now, worker, MINUTE, limit)


def state_of(store: Store, journal_id: int) -> str:
    with store.read() as conn:
        return journal.get(conn, journal_id).state


def test_what_was_received_comes_back_byte_for_byte(store: Store):
    proof = Proof(Verdict.PASS, "dmarc", "cust.test", "mx; dmarc=pass", "no")
    raw = bytes(range(256)) * 3
    envelope = Envelope("", ("a@acme.test", "b@acme.test"), "imap", "support", "192.0.2.1", 7, 4_294_967_295, "INBOX")
    (accepted,) = journal.write_received(store, [Received(envelope, raw, NOW, proof)])
    (row,) = claim(store)
    assert (row.id, row.envelope, row.proof, row.received_at) == (accepted.journal_id, envelope, proof, NOW)
    assert journal.load_raw(store, row) == raw


def test_a_large_message_lies_in_the_blob_store(store: Store):
    raw = b"x" * (journal.INLINE + 1)
    journal.write_received(store, [message(raw)])
    (row,) = claim(store)
    assert row.in_blobs
    assert store.blobs.has(row.sha256)
    assert journal.load_raw(store, row) == raw


def test_an_empty_message_is_kept(store: Store):
    journal.write_received(store, [message(b"")])
    (row,) = claim(store)
    assert journal.load_raw(store, row) == b""


def test_answers_come_in_the_order_of_the_messages(store: Store):
    raws = [b"%d" % n for n in range(100)]
    answers = journal.write_received(store, [message(raw) for raw in raws])
    with store.read() as conn:
        rows = [journal.get(conn, answer.journal_id) for answer in answers]
    assert [journal.load_raw(store, row) for row in rows] == raws


def test_the_same_bytes_are_one_row_that_counts_its_copies(store: Store):
    first = journal.write_received(store, [message(b"a"), message(b"b"), message(b"a")])
    again = journal.write_received(store, [message(b"a")])
    assert first == [
        Accepted(first[0].journal_id),
        Accepted(first[1].journal_id),
        Accepted(first[0].journal_id, duplicate=True),
    ]
    assert again == [Accepted(first[0].journal_id, duplicate=True)]
    assert [row.copies for row in claim(store)] == [3, 1]


def test_a_copy_to_another_desk_adds_its_recipient(store: Store):
    journal.write_received(store, [message(b"a"), message(b"a", rcpt_to=("sales@acme.test",))])
    assert claim(store)[0].envelope.rcpt_to == ("support@acme.test", "sales@acme.test")


def test_a_copy_of_a_settled_message_changes_no_envelope(store: Store):
    (accepted,) = journal.write_received(store, [message(b"a")])
    with store.write() as conn:
        journal.mark(conn, accepted.journal_id, "done")
    journal.write_received(store, [message(b"a", rcpt_to=("sales@acme.test",))])
    with store.read() as conn:
        assert journal.get(conn, accepted.journal_id).envelope.rcpt_to == ("support@acme.test",)


def test_the_same_uid_of_a_folder_is_one_row(store: Store):
    place = {"source": "imap", "mailbox": "support", "folder": "INBOX", "uidvalidity": 1, "uid": 5}
    (first,) = journal.write_received(store, [message(b"a", **place)])
    (again,) = journal.write_received(store, [message(b"headers only", **place)])
    (other,) = journal.write_received(store, [message(b"c", **{**place, "uidvalidity": 2})])
    assert again == Accepted(first.journal_id, duplicate=True)
    assert not other.duplicate


def test_what_intake_holds_is_not_worked_on(store: Store):
    held = Received(message().envelope, b"junk", NOW, held="junk")
    (accepted,) = journal.write_received(store, [held])
    assert claim(store) == []
    assert state_of(store, accepted.journal_id) == "held"


def test_many_writers_of_the_same_messages_write_each_once(store: Store):
    batches: list[list[Accepted]] = []

    def write() -> None:
        batches.append(journal.write_received(store, [message(b"%d" % n) for n in range(40)]))

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(batches) == 6
    assert len({answer.journal_id for batch in batches for answer in batch}) == 40
    assert sum(not answer.duplicate for batch in batches for answer in batch) == 40
    assert {row.copies for row in claim(store, limit=100)} == {6}


def test_eight_claiming_threads_get_each_row_once(store: Store):
    journal.write_received(store, [message(b"%d" % n) for n in range(200)])
    taken: list[int] = []

    def work(name: str) -> None:
        while rows := claim(store, worker=name, limit=7):
            taken.extend(row.id for row in rows)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 200
    assert len(set(taken)) == 200


def test_a_claim_runs_out_and_another_takes_over(store: Store):
    journal.write_received(store, [message()])
    (mine,) = claim(store)
    assert claim(store, NOW + MINUTE / 2, "w2") == []
    (theirs,) = claim(store, NOW + MINUTE, "w2")
    assert theirs.id == mine.id


def test_the_slower_of_two_workers_cannot_settle_a_row_again(store: Store):
    (accepted,) = journal.write_received(store, [message()])
    with store.write() as conn:
        journal.mark(conn, accepted.journal_id, "done", "filed", facts={"class": "vacation"})
    with pytest.raises(VersionConflictError), store.write() as conn:
        journal.mark(conn, accepted.journal_id, "done")
    with store.read() as conn:
        row = journal.get(conn, accepted.journal_id)
    assert (row.state, row.reason, row.facts) == ("done", "filed", {"class": "vacation"})


def test_a_failed_row_waits_for_its_next_try(store: Store):
    (accepted,) = journal.write_received(store, [message()])
    with store.write() as conn:
        journal.retry_later(conn, accepted.journal_id, 1, NOW + MINUTE, "parser died")
    assert claim(store) == []
    (row,) = claim(store, NOW + MINUTE)
    assert (row.tries, row.error) == (1, "parser died")


def test_a_parked_row_is_replayed(store: Store):
    (accepted,) = journal.write_received(store, [message()])
    with store.write() as conn:
        journal.park(conn, accepted.journal_id, "failed three times", "bug")
    assert claim(store) == []
    with store.write() as conn:
        assert journal.replay(conn, accepted.journal_id, NOW)
    assert [row.id for row in claim(store)] == [accepted.journal_id]


def test_what_is_done_is_not_replayed(store: Store):
    (accepted,) = journal.write_received(store, [message()])
    with store.write() as conn:
        journal.mark(conn, accepted.journal_id, "done")
        assert not journal.replay(conn, accepted.journal_id, NOW)


def test_a_decision_of_a_held_row_counts_once_and_is_kept_as_grant(store: Store):
    (accepted,) = journal.write_received(store, [message()])
    decision = Settle(accepted.journal_id, "received", "confirmed", {"confirmed": "anna", "as": "send"})
    with store.write() as conn:
        journal.mark(conn, accepted.journal_id, "held", "unproven")
        assert journal.settle(conn, decision, NOW)
        assert not journal.settle(conn, decision, NOW)
    (row,) = claim(store)
    assert row.grant == {"confirmed": "anna", "as": "send"}


def test_rows_are_listed_by_state_newest_first(store: Store):
    answers = journal.write_received(store, [message(b"%d" % n) for n in range(3)])
    with store.write() as conn:
        journal.mark(conn, answers[1].journal_id, "held", "spam", facts={"subject": "Å\0"})
    with store.read() as conn:
        assert [row.id for row in journal.list_rows(conn)] == [a.journal_id for a in reversed(answers)]
        assert [row.id for row in journal.list_rows(conn, "held")] == [answers[1].journal_id]
        assert journal.list_rows(conn, "x'; --") == []


def test_nothing_is_written_when_the_commit_fails(make_store: Callable[..., Store]):
    def fail(step: str) -> None:
        if step == "journal commit":
            raise RuntimeError(step)

    with pytest.raises(RuntimeError):
        journal.write_received(make_store(fail), [message()])
    assert claim(make_store()) == []


def test_claims_let_go_at_a_start_are_free_at_once(store: Store):
    journal.write_received(store, [message()])
    assert len(claim(store)) == 1
    with store.write() as conn:
        release_claims(conn)
    assert len(claim(store, worker="w2")) == 1


def test_a_message_is_on_its_way_by_its_message_id_until_it_is_worked_on(store: Store):
    (accepted,) = journal.write_received(store, [message(raw=b"Message-ID: <a@x>\r\n\r\nhej")])
    number = accepted.journal_id
    with store.write() as conn:
        assert journal.on_its_way(conn, ("<b@x>", "<a@x>"), number + 1)
        assert not journal.on_its_way(conn, ("<b@x>",), number + 1)
        assert not journal.on_its_way(conn, ("<a@x>",), number)
        journal.mark(conn, number, "done")
        assert not journal.on_its_way(conn, ("<a@x>",), number + 1)
