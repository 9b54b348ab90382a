"""Group commit: together, in order, and nobody suffers for a neighbour."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from gateway.errors import TryAgainError
from gateway.inbound.accept import GroupCommit
from gateway.mail.message import Envelope
from gateway.mail.received import Accepted, Received

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def mail(raw: bytes) -> Received:
    return Received(Envelope("a@b.example", ("desk@acme.example",), "smtp"), raw, NOW)


class Journal:
    """Counts transactions; the first one waits until it is let go, so that the others gather."""

    def __init__(self, poison: bytes = b"poison") -> None:
        self.batches: list[list[bytes]] = []
        self.go = threading.Event()
        self.begun = threading.Event()
        self.poison = poison

    def write(self, batch: Sequence[Received]) -> list[Accepted]:
        self.begun.set()
        assert self.go.wait(10)
        self.batches.append([each.raw for each in batch])
        if any(each.raw == self.poison for each in batch):
            raise ValueError("broken")
        return [Accepted(int(each.raw)) for each in batch]


@contextmanager
def gathered(journal: Journal, raws: list[bytes], most: int = 64) -> Iterator[list]:
    with closing(GroupCommit(journal.write, most)) as group:
        first = group.submit(mail(b"0"))
        assert journal.begun.wait(10)
        rest = [group.submit(mail(raw)) for raw in raws]
        journal.go.set()
        yield [first, *rest]


def test_what_waits_together_is_one_transaction() -> None:
    journal = Journal()
    with gathered(journal, [b"1", b"2", b"3"]) as futures:
        assert [future.result(10).journal_id for future in futures] == [0, 1, 2, 3]
    assert journal.batches == [[b"0"], [b"1", b"2", b"3"]]


def test_a_batch_has_a_limit() -> None:
    journal = Journal()
    with gathered(journal, [b"1", b"2", b"3"], most=2) as futures:
        assert [future.result(10).journal_id for future in futures] == [0, 1, 2, 3]
    assert journal.batches == [[b"0"], [b"1", b"2"], [b"3"]]


def test_one_bad_mail_is_refused_for_now_and_its_neighbours_are_taken() -> None:
    journal = Journal()
    with gathered(journal, [b"1", b"poison", b"3"]) as futures:
        assert [futures[n].result(10).journal_id for n in (0, 1, 3)] == [0, 1, 3]
        with pytest.raises(TryAgainError) as caught:
            futures[2].result(10)
        assert "broken" not in str(caught.value)
    assert journal.batches[1:] == [[b"1", b"poison", b"3"], [b"1"], [b"poison"], [b"3"]]


def test_an_answer_too_few_is_trouble_and_no_acceptance() -> None:
    with closing(GroupCommit(lambda batch: [])) as group, pytest.raises(TryAgainError):
        group.submit(mail(b"1")).result(10)


def test_closing_commits_what_waits_and_refuses_what_comes_later() -> None:
    journal = Journal()
    journal.go.set()
    group = GroupCommit(journal.write)
    future = group.submit(mail(b"7"))
    group.close()
    assert future.result(0).journal_id == 7
    with pytest.raises(TryAgainError):
        group.submit(mail(b"8")).result(0)
    group.close()


def test_a_submitted_mail_cannot_be_cancelled() -> None:
    journal = Journal()
    with gathered(journal, [b"1"]) as futures:
        assert not futures[1].cancel()
        assert futures[1].result(10).journal_id == 1
