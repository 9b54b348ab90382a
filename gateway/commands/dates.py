"""Dates and durations as people write them in Swedish, Norwegian and English; day before month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from gateway.commands.spelling import bare
from gateway.policy.durations import Duration, Unit

MORNING = time(8)
"""The time of a date that is written without one."""

_WEEKDAYS = (
    "måndag mandag monday mån man mon",
    "tisdag tirsdag tuesday tis tir tue tues",
    "onsdag wednesday ons wed",
    "torsdag thursday tor tors thu thur thurs",
    "fredag friday fre fri",
    "lördag lørdag saturday lör lør sat",
    "söndag søndag sunday sön søn sun",
)
_MONTHS = (
    "januari januar january jan",
    "februari februar february feb",
    "mars march mar mrs",
    "april apr",
    "maj mai may",
    "juni june jun",
    "juli july jul",
    "augusti august aug",
    "september sep sept",
    "oktober october okt oct",
    "november nov",
    "december desember dec des",
)
_BY_WEEKDAY = {word: n for n, words in enumerate(_WEEKDAYS) for word in words.split()}
_BY_MONTH = {word: n for n, words in enumerate(_MONTHS, 1) for word in words.split()}
_DAYS_AHEAD = {
    "idag": 0, "i dag": 0, "today": 0,
    "imorgon": 1, "i morgon": 1, "imorron": 1, "imorn": 1, "i morgen": 1, "imorgen": 1, "tomorrow": 1,
    "övermorgon": 2, "i övermorgon": 2, "iövermorgon": 2, "overmorgen": 2, "i overmorgen": 2, "the day after tomorrow": 2,
}  # fmt: skip
_UNITS = {
    Unit.MINUTES: "m min minut minuter minutt minutter minute minutes",
    Unit.HOURS: "h t tim timme timmar time timer hour hours",
    Unit.DAYS: "d dag dagar dager day days dygn døgn",
    Unit.WEEKS: "w v u vecka veckor uke uker week weeks",
    Unit.MONTHS: "mo mån månad månader måned måneder month months",
    Unit.BUSINESS_HOURS: "bh arbetstimme arbetstimmar arbeidstime arbeidstimer",
    Unit.BUSINESS_DAYS: "bd arbetsdag arbetsdagar vardag vardagar virkedag virkedager arbeidsdag arbeidsdager",
}
_BY_UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_NUMBERS = {
    "en": 1,
    "ett": 1,
    "et": 1,
    "ei": 1,
    "a": 1,
    "an": 1,
    "one": 1,
    "två": 2,
    "to": 2,
    "two": 2,
    "tre": 3,
    "three": 3,
}
_LEAD = re.compile(r"(?:på |om |in |on |til |till |tills |until |fram till |fram til |nästa |neste |next |den |the )+")
_AMOUNT = re.compile(r"(\d{1,4}|[a-zåäöæø]{1,5}) ?((?:business |working )?[a-zåäöæø]+)")
_CLOCK = re.compile(r"(?:^|,? )(?:(?:kl\.? ?|at )(\d{1,2})(?:[:.](\d\d))?|(\d{1,2}):(\d\d)|(\d{1,2})\.(\d\d))$")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})t?")
_NUMERIC = re.compile(r"(\d{1,2})(?:/|\.)(\d{1,2})(?:\.|(?:/|\.)(\d{2}|\d{4}))?")
_NAMED = re.compile(r"(\d{1,2})(?:\.|:?[ae]|st|nd|rd|th)? ([a-zåäöæø]{3,9})\.?(?: (\d{4}))?")
_NAMED_ENGLISH = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as it was understood; `day_only` where no clock time was written."""

    at: datetime  # UTC
    day_only: bool


def duration(text: str) -> Duration | None:
    """Read `3bd`, `5d`, `3 arbetsdagar`, `om 2 veckor`, `en uke`; None for anything else."""
    plain = _LEAD.sub("", bare(text).strip(" ."), count=1) if _LEAD.match(bare(text)) else bare(text).strip(" .")
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        return None
    amount = int(match[1]) if match[1].isdigit() else _NUMBERS.get(match[1])
    word = match[2].removeprefix("business ").removeprefix("working ")
    unit = _BY_UNIT.get(word)
    if amount is None or unit is None:
        return None
    if word != match[2]:
        unit = {Unit.DAYS: Unit.BUSINESS_DAYS, Unit.HOURS: Unit.BUSINESS_HOURS}.get(unit, unit)
    return Duration(amount, unit)


def moment(text: str, now: datetime, zone: tzinfo, at: time = MORNING) -> Moment | None:
    """Read a date with or without a clock time; a day and month that have passed this year mean the next one."""
    plain = bare(text).strip()
    here = now.astimezone(zone)
    whole = _day(plain, here.date())
    if whole is not None:
        return _moment(whole, at, zone, day_only=True)
    clock = _CLOCK.search(plain)
    if clock is None:
        return None
    hour, minute = next(
        (int(h), int(m or 0)) for h, m in (clock.group(1, 2), clock.group(3, 4), clock.group(5, 6)) if h
    )
    rest = plain[: clock.start()].strip(" ,")
    day = _day(rest, here.date()) if rest else here.date()
    if day is None or hour > 23 or minute > 59:
        return None
    if not rest and time(hour, minute) <= here.time():
        day += timedelta(days=1)
    return _moment(day, time(hour, minute), zone, day_only=False)


def _moment(day: date, at: time, zone: tzinfo, *, day_only: bool) -> Moment:
    return Moment(datetime.combine(day, at, tzinfo=zone).astimezone(UTC), day_only)


def _day(text: str, today: date) -> date | None:
    plain = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    plain = plain.strip(" ,")
    ahead = _DAYS_AHEAD.get(plain)
    if ahead is not None:
        return today + timedelta(days=ahead)
    weekday = _BY_WEEKDAY.get(plain.rstrip("."))
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    first, _, rest = plain.partition(" ")
    if rest and first.rstrip(".,") in _BY_WEEKDAY:
        return _calendar_day(rest, today)
    return _calendar_day(plain, today)


def _calendar_day(plain: str, today: date) -> date | None:
    if (iso := _ISO.fullmatch(plain)) is not None:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if (numeric := _NUMERIC.fullmatch(plain)) is not None:
        return _coming(int(numeric[1]), int(numeric[2]), numeric[3], today)
    if (named := _NAMED.fullmatch(plain)) is not None and named[2] in _BY_MONTH:
        return _coming(int(named[1]), _BY_MONTH[named[2]], named[3], today)
    if (english := _NAMED_ENGLISH.fullmatch(plain)) is not None and english[1] in _BY_MONTH:
        return _coming(int(english[2]), _BY_MONTH[english[1]], english[3], today)
    return None


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    if year is not None:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this_year = _date(today.year, month, day)
    if this_year is not None and this_year >= today:
        return this_year
    following = (_date(today.year + ahead, month, day) for ahead in range(1, 9))  # 29 February waits for its year
    return next(filter(None, following), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_HOURS_WRITTEN = r"(\d{1,3})(?:[.,](\d{1,2}))? ?(?:timmar|timme|timer|time|tim|hours|hour|h|t)(?![^\W\d_])"
_MINUTES_WRITTEN = r"(?:och |og |and )?(\d{1,4}) ?(?:minuter|minutter|minutes|minutt|minute|minut|min|m)(?![^\W\d_])"
_SPENT = re.compile(rf"(?:{_HOURS_WRITTEN})? ?(?:{_MINUTES_WRITTEN})?")


def time_spent(text: str) -> tuple[timedelta, str] | None:
    """Read the time at the beginning of `20m`, `1h30m`, `1,5 tim samtal`; return it and what follows."""
    plain = bare(text)
    match = _SPENT.match(plain)
    if match is None or not (match[1] or match[3]):
        return None
    fraction = float(f"0.{match[2]}") if match[2] else 0.0
    spent = timedelta(hours=int(match[1] or 0) + fraction, minutes=int(match[3] or 0))
    return (spent, text[match.end() :].strip(" .,;:")) if spent else None
