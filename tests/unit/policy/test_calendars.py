from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy import durations
from gateway.policy.calendars import ALWAYS_HOURS, Calendar, weekdays
from gateway.policy.schema_time import CalendarHours

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def calendar(**keys) -> Calendar:
    return Calendar(
        CalendarHours.model_validate({"timezone": "Europe/Stockholm", "hours": {"mon-fri": "08:00-17:00"}, **keys})
    )


OFFICE = calendar(
    holidays={"country": "SE", "also": ["de_facto"]},
    half_days={"Trettondagsafton": "08:00-12:00", "04-30": "08:00-13:00"},
    closed=["2026-12-24", "07-20..07-24", "2026-12-28..2026-12-30"],
)
LUNCH = calendar(hours={"mon-fri": "08:00-12:00, 13:00-17:00", "sat": "10:00-14:00"})
NIGHT = calendar(hours={"sun": "01:00-05:00"})
ALWAYS = Calendar(ALWAYS_HOURS)
ROUND_THE_CLOCK = calendar(hours={"mon-sun": "00:00-24:00"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def add(start: str, duration: str, where: Calendar = OFFICE) -> str:
    return where.add(at(start), durations.parse(duration)).astimezone(STOCKHOLM).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-11-20T16:00", "1bh", "2026-11-20T17:00"),
        ("2026-11-20T16:30", "1bh", "2026-11-23T08:30"),
        ("2026-11-20T16:30", "1bd", "2026-11-23T16:30"),  # the example of the definition
        ("2026-11-21T12:00", "1bd", "2026-11-24T08:00"),  # Saturday moves to Monday's opening, then one day
        ("2026-11-20T18:00", "0bd", "2026-11-23T08:00"),
        ("2026-11-20T07:00", "4bh", "2026-11-20T12:00"),
        ("2026-04-30T12:00", "8bh", "2026-05-04T15:00"),  # half day to 13, 1 May and the weekend shut
        ("2026-01-02T15:00", "1bd", "2026-01-05T12:00"),  # not later than the half day's closing
        ("2026-06-18T16:00", "2bh", "2026-06-22T09:00"),  # Midsommarafton
        ("2026-12-23T16:00", "2bh", "2027-01-04T09:00"),  # 24 closed, 25, 28-30 closed, 31 de facto, 1 January
        ("2026-07-17T16:00", "1bd", "2026-07-27T16:00"),
        ("2026-11-20T16:30", "1d", "2026-11-21T16:30"),
        ("2026-11-20T16:30", "90m", "2026-11-20T18:00"),
        ("2026-11-20T16:30", "1w", "2026-11-27T16:30"),
        ("2026-01-31T12:00", "1mo", "2026-02-28T12:00"),
        ("2026-11-30T12:00", "14mo", "2028-01-30T12:00"),
    ],
)
def test_a_duration_ends_when_a_person_would_say(start, duration, end):
    assert add(start, duration) == end


def test_a_day_by_the_clock_keeps_its_clock_time_over_daylight_saving():
    assert add("2026-03-28T12:00", "1d") == "2026-03-29T12:00"
    assert add("2026-10-24T12:00", "24h") == "2026-10-25T11:00"


def test_a_lunch_break_does_not_count():
    assert add("2026-11-20T11:30", "1bh", LUNCH) == "2026-11-20T13:30"
    assert LUNCH.between(at("2026-11-20T08:00"), at("2026-11-20T17:00")) == timedelta(hours=8)
    assert not LUNCH.is_open(at("2026-11-20T12:30"))


def test_a_night_window_is_shorter_in_spring_and_longer_in_autumn():
    assert NIGHT.between(at("2026-03-29T00:00"), at("2026-03-30T00:00")) == timedelta(hours=3)
    assert NIGHT.between(at("2026-10-25T00:00"), at("2026-10-26T00:00")) == timedelta(hours=5)


def test_a_window_inside_the_skipped_hour_moves_forward():
    gap = calendar(hours={"sun": "02:15-02:45"})
    ((opening, closing),) = gap.spans(date(2026, 3, 29))
    assert (opening, closing) == (at("2026-03-29T03:15"), at("2026-03-29T03:45"))


def test_a_business_day_round_the_clock_keeps_its_clock_time():
    assert add("2026-03-28T12:00", "1bd", ROUND_THE_CLOCK) == "2026-03-29T12:00"
    assert ALWAYS.add(at("2026-03-28T12:00"), durations.parse("4bh")) == at("2026-03-28T16:00")


def test_inside_an_sla_every_unit_counts_in_its_calendar():
    start = at("2026-11-20T16:30")
    assert OFFICE.promise(start, durations.parse("1h")) == OFFICE.add(start, durations.parse("1bh"))
    assert OFFICE.promise(start, durations.parse("60m")) == OFFICE.add(start, durations.parse("1bh"))
    assert OFFICE.promise(start, durations.parse("1d")) == OFFICE.add(start, durations.parse("1bd"))
    assert ALWAYS.promise(start, durations.parse("4h")) == start + timedelta(hours=4)


def test_open_and_the_next_opening():
    assert OFFICE.is_open(at("2026-11-20T08:00"))
    assert not OFFICE.is_open(at("2026-11-20T17:00"))
    assert OFFICE.opens_at(at("2026-11-20T12:00")) == at("2026-11-20T12:00")
    assert OFFICE.opens_at(at("2026-11-20T17:00")) == at("2026-11-23T08:00")
    assert ALWAYS.is_open(at("2026-12-25T03:00"))


def test_a_calendar_that_never_opens_says_so():
    never = calendar(hours={})
    with pytest.raises(ValueError, match="no opening hours"):
        never.opens_at(at("2026-11-20T12:00"))
    with pytest.raises(ValueError, match="no opening hours"):
        never.add(at("2026-11-20T12:00"), durations.parse("1bh"))
    assert never.between(at("2026-01-01T00:00"), at("2027-01-01T00:00")) == timedelta()


def test_a_half_day_on_a_weekend_stays_shut():
    on_sunday = calendar(half_days={"2026-11-22": "08:00-12:00"})
    assert on_sunday.spans(date(2026, 11, 22)) == ()


def test_closed_days_without_a_year_go_over_new_year():
    winter = calendar(closed=["12-24..01-06"])
    assert winter.opens_at(at("2026-12-24T09:00")) == at("2027-01-07T08:00")


def test_weekdays_are_read_as_ranges_and_lists():
    assert weekdays("mon-fri") == {0, 1, 2, 3, 4}
    assert weekdays("sat, mon") == {0, 5}
    assert weekdays("fri-mon") == {4, 5, 6, 0}


def test_an_own_calendar_is_found_by_name(whole):
    assert whole.calendar("office").opens_at(at("2026-11-21T12:00")) == at("2026-11-23T08:00")
    assert whole.calendar(None).is_open(at("2026-11-21T12:00"))


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC, second=0, microsecond=0)
)
CALENDARS = st.sampled_from([OFFICE, LUNCH, NIGHT, ALWAYS, ROUND_THE_CLOCK])
OPEN_TIMES = st.integers(1, 3000).map(lambda minutes: timedelta(minutes=minutes))


@settings(deadline=None)
@given(CALENDARS, MOMENTS, OPEN_TIMES)
def test_what_was_added_is_what_lies_between(where, start, open_time):
    assert where.between(start, where.add_open(start, open_time)) == open_time


@settings(deadline=None)
@given(CALENDARS, MOMENTS, OPEN_TIMES, OPEN_TIMES)
def test_adding_twice_is_adding_the_sum(where, start, one, other):
    assert where.add_open(where.add_open(start, one), other) == where.add_open(start, one + other)


@settings(deadline=None)
@given(
    CALENDARS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)), st.timedeltas(timedelta(0), timedelta(days=30))
)
def test_time_between_adds_up(where, start, one, other):
    middle, end = start + one, start + one + other
    assert where.between(start, middle) + where.between(middle, end) == where.between(start, end)


@settings(deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 20))
def test_a_business_day_ends_within_opening_hours_and_later_starts_end_no_earlier(where, start, days):
    duration = durations.parse(f"{days}bd")
    end = where.add(start, duration)
    assert where.is_open(end) or where.is_open(end - timedelta(microseconds=1)) or where is LUNCH
    assert end >= start
    assert where.add(start + timedelta(hours=1), duration) >= end


@settings(deadline=None)
@given(CALENDARS, MOMENTS)
def test_the_next_opening_is_open_and_not_before(where, moment):
    opening = where.opens_at(moment)
    assert opening >= moment
    assert where.is_open(opening)
    assert where.between(moment, opening) == timedelta()
