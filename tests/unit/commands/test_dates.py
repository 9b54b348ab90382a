from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.commands.dates import duration, moment, time_spent

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # Tuesday, 10:00 in Stockholm
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local(text: str, now: datetime = NOW) -> str | None:
    found = moment(text, now, STOCKHOLM)
    return None if found is None else f"{found.at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("imorgon", "2026-11-25 08:00"),
        ("i morgen kl. 9", "2026-11-25 09:00"),
        ("tomorrow 12:30", "2026-11-25 12:30"),
        ("övermorgon", "2026-11-26 08:00"),
        ("fre", "2026-11-27 08:00"),
        ("fre 12:00", "2026-11-27 12:00"),
        ("Fredag kl 12.00", "2026-11-27 12:00"),
        ("tirsdag", "2026-12-01 08:00"),
        ("nästa måndag", "2026-11-30 08:00"),
        ("until fri", "2026-11-27 08:00"),
        ("1/12", "2026-12-01 08:00"),
        ("1/12 12:00", "2026-12-01 12:00"),
        ("1 dec", "2026-12-01 08:00"),
        ("den 1 december", "2026-12-01 08:00"),
        ("1. desember", "2026-12-01 08:00"),
        ("Dec 1st", "2026-12-01 08:00"),
        ("tis 1/12", "2026-12-01 08:00"),
        ("24.11.", "2026-11-24 08:00"),
        ("24.12", "2026-12-24 08:00"),
        ("2026-12-01", "2026-12-01 08:00"),
        ("2026-12-01 12.00", "2026-12-01 12:00"),
        ("1/12/2027", "2027-12-01 08:00"),
        ("1.12.27", "2027-12-01 08:00"),
        ("kl 15", "2026-11-24 15:00"),
        ("08:00", "2026-11-25 08:00"),
        ("23/11", "2027-11-23 08:00"),
        ("29/2", "2028-02-29 08:00"),
        ("31/11", None),
        ("snart", None),
        ("", None),
        ("25:00", None),
        ("1042", None),
    ],
)
def test_dates_are_read_as_people_write_them(written, understood):
    assert local(written) == understood


def test_clock_times_follow_the_change_of_summer_time():
    assert moment("30 mars 12:00", NOW, STOCKHOLM).at == datetime(2027, 3, 30, 10, 0, tzinfo=UTC)
    assert moment("1 dec 12:00", NOW, STOCKHOLM).at == datetime(2026, 12, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "understood"),
    [("3bd", "3bd"), ("5d", "5d"), ("3 arbetsdagar", "3bd"), ("3 virkedager", "3bd"), ("om 2 veckor", "2w"), ("en uke", "1w"), ("in 3 business days", "3bd"), ("två timmar", "2h"), ("4bh", "4bh"), ("20min", "20m"), ("5", None), ("snart", None)],
)  # fmt: skip
def test_durations_are_read_in_words_and_in_short(written, understood):
    found = duration(written)
    assert (str(found) if found else None) == understood


@pytest.mark.parametrize(
    ("written", "minutes", "rest"),
    [("20m", 20, ""), ("1h30m", 90, ""), ("1,5 tim samtal", 90, "samtal"), ("1.25h", 75, ""), ("90 min", 90, ""), ("1 time og 15 minutter", 75, ""), ("2h 2026-11-20 på plats", 120, "2026-11-20 på plats")],
)  # fmt: skip
def test_working_time_is_read_with_what_follows_it(written, minutes, rest):
    assert time_spent(written) == (timedelta(minutes=minutes), rest)


@pytest.mark.parametrize("written", ["", "mycket", "0m", "20mars", "m20"])
def test_what_is_no_time_is_none(written):
    assert time_spent(written) is None


@given(st.text(max_size=40))
def test_no_text_makes_the_reading_of_dates_fail(text):
    moment(text, NOW, STOCKHOLM)
    duration(text)
    time_spent(text)


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1)),
    st.sampled_from(["fre", "imorgon", "1/12", "28/2", "monday"]),
)
def test_a_day_without_a_year_is_never_behind(now, written):
    aware = now.replace(tzinfo=UTC)
    assert moment(written, aware, STOCKHOLM).at.astimezone(STOCKHOLM).date() >= aware.astimezone(STOCKHOLM).date()
