"""When a deferred mail is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.outbound.backoff import next_attempt

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("attempts", "after", "wait"),
    [(1, 0, 1), (2, 1, 5), (3, 6, 15), (4, 21, 30), (5, 51, 60), (6, 111, 60), (100, 6000, 60), (0, 0, 1)],
)
def test_the_waits_grow_and_stay_at_an_hour(attempts: int, after: float, wait: float) -> None:
    now = START + minutes(after)
    assert next_attempt(attempts, START, now, timedelta(days=5)) == now + minutes(wait)


def test_after_the_last_day_nothing_is_tried_again() -> None:
    assert next_attempt(120, START, START + timedelta(days=5), timedelta(days=5)) is None


def test_the_last_attempt_lies_at_the_very_end() -> None:
    now = START + timedelta(days=5) - minutes(10)
    assert next_attempt(120, START, now, timedelta(days=5)) == START + timedelta(days=5)
