"""Who is away, and which mail may ask whether he is back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.outbound.reach import Reach

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_who_never_failed_is_asked_by_everybody() -> None:
    reach = Reach()
    assert [reach.may_ask("out", NOW) for _ in range(3)] == [True] * 3
    assert reach.away_since("out") is None
    assert not reach.met("out")


def test_one_mail_asks_after_5_15_30_and_then_every_60_seconds() -> None:
    reach, now, asked = Reach(), NOW, []
    assert reach.missed("out", now)
    for second in range(1, 200):
        now = NOW + timedelta(seconds=second)
        if reach.may_ask("out", now):
            asked.append(second)
            assert not reach.may_ask("out", now), "the others wait while it asks"
            assert not reach.missed("out", now)
    assert asked == [5, 20, 50, 110, 170]
    assert reach.away_since("out") == NOW


def test_who_answers_is_asked_by_everybody_again() -> None:
    reach = Reach()
    reach.missed("out", NOW)
    assert reach.met("out")
    assert reach.may_ask("out", NOW)
    assert reach.may_ask("out", NOW)


def test_one_that_asks_and_never_comes_back_does_not_stop_the_next() -> None:
    reach = Reach()
    reach.missed("out", NOW)
    assert reach.may_ask("out", NOW + timedelta(seconds=5))
    assert reach.may_ask("out", NOW + timedelta(seconds=10))


def test_of_several_the_first_that_may_be_asked_counts() -> None:
    reach = Reach()
    reach.missed("a", NOW)
    assert reach.ask_at(["a", "b"], NOW) == NOW
    reach.missed("b", NOW)
    reach.missed("b", NOW)
    assert reach.ask_at(["a", "b"], NOW) == NOW + timedelta(seconds=5)
    assert reach.ask_at(["a"], NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)
