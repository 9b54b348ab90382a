from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import dates


@pytest.mark.parametrize(
    ("written", "read", "zoned"),
    [
        ("2026-11-21 22:36:00 +0100", "2026-11-21T21:36:00Z", True),
        ("2026-11-21T22:36:00.123Z", "2026-11-21T22:36:00Z", True),
        ("2026-11-21 22:36", "2026-11-21T22:36:00Z", False),
        ("Sat, 21 Nov 2026 22:36:00", "2026-11-21T22:36:00Z", False),
        ("Sat Nov 21 22:36:00 2026", "2026-11-21T22:36:00Z", False),
        ("21 Nov 26 22:36:00 +0200", "2026-11-21T20:36:00Z", True),
    ],
)
def test_dates_that_the_standard_forbids_are_read(written: str, read: str, zoned: bool) -> None:
    moment, had_zone = dates.lenient(written)
    assert moment is not None
    assert (dates.rfc3339(moment), had_zone) == (read, zoned)


def test_a_named_zone_becomes_an_offset() -> None:
    assert dates.with_offset("Sat, 21 Nov 2026 22:36:00 CEST") == "Sat, 21 Nov 2026 22:36:00 +0200"
    assert dates.with_offset("Sat, 21 Nov 2026 22:36:00 EST") == "Sat, 21 Nov 2026 22:36:00 EST"


@given(
    st.one_of(
        st.text(max_size=60), st.from_regex(r"\d{1,5}[-:/ ]\d{1,4}[-:/ ]\d{1,4}T?\d\d:\d\d.{0,9}", fullmatch=True)
    )
)
def test_nothing_raises(written: str) -> None:
    dates.lenient(written)
    dates.with_offset(written)
