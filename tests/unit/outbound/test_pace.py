"""How fast a smarthost may be fed."""

from __future__ import annotations

import pytest

from gateway.outbound.pace import Pace, Rate, read_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [("25/min", Rate(25, 60)), ("1000 / h", Rate(1000, 3600)), ("10000/day", Rate(10000, 86400)), ("2/s", Rate(2, 1))],
)
def test_a_rate_is_read(text: str, rate: Rate) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize("text", ["", "25", "0/min", "-1/min", "25/year", "x/min"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        read_rate(text)


def test_without_a_rate_nothing_waits() -> None:
    assert [Pace(None).take(0.0) for _ in range(100)] == [0.0] * 100


def test_a_burst_goes_at_once_and_the_rest_waits_for_the_window() -> None:
    pace = Pace(Rate(2, 60))
    assert [pace.take(0.0), pace.take(1.0), pace.take(1.0), pace.take(1.0)] == [0.0, 0.0, 59.0, 60.0]
    assert pace.take(200.0) == 0.0
