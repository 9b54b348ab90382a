from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.durations import Duration, Unit, parse


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("20m", 20, Unit.MINUTES),
        ("20min", 20, Unit.MINUTES),
        ("4h", 4, Unit.HOURS),
        ("3d", 3, Unit.DAYS),
        ("2w", 2, Unit.WEEKS),
        ("6mo", 6, Unit.MONTHS),
        ("4bh", 4, Unit.BUSINESS_HOURS),
        ("3 BD", 3, Unit.BUSINESS_DAYS),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, amount, unit):
    assert parse(text) == Duration(amount, unit)


@pytest.mark.parametrize("text", ["", "3", "d", "-3d", "3.5h", "3 dagar", "1h30m", "3y", "9999999d"])
def test_anything_else_is_refused_with_a_hint(text):
    with pytest.raises(ValueError, match="as in 20m, 3d or 4bh"):
        parse(text)


@given(st.integers(0, 999_999), st.sampled_from(Unit))
def test_what_is_printed_is_read_again(amount, unit):
    assert parse(str(Duration(amount, unit))) == Duration(amount, unit)


def test_wall_time_and_business_time_are_told_apart():
    assert parse("2w").wall() == timedelta(days=14)
    assert [parse(text).business for text in ("4h", "4bh", "3d", "3bd")] == [False, True, False, True]
