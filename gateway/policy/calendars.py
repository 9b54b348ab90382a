"""Business time: when a calendar is open, and what a duration means in it; right over daylight saving time.

Counting happens in UTC; the wall clock only says where opening hours begin and end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.policy.closing import DayOff, days_off, in_range
from gateway.policy.durations import Duration, Unit
from gateway.policy.schema_time import CalendarHours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST = 3660  # days; a calendar that opens later than in ten years never opens

Minutes = tuple[int, int]
Span = tuple[datetime, datetime]


class Calendar:
    """Opening hours of one place. Every time given must be aware; every time returned is UTC."""

    def __init__(self, hours: CalendarHours) -> None:
        self.timezone = ZoneInfo(hours.timezone)
        self._hours = hours
        self._week = _week(hours)
        self._day = lru_cache(maxsize=1000)(self._spans)

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the opening hours that begin on this local day, in order."""
        return self._day(day)

    def is_open(self, at: datetime) -> bool:
        """Say whether it is open; a closing time itself is closed."""
        return any(opening <= at < closing for opening, closing in self._day(self._local(at).date()))

    def opens_at(self, at: datetime) -> datetime:
        """Return `at` itself where it is open, else the next opening. ValueError where it never opens."""
        start = at.astimezone(UTC)
        opening, _ = next(self._from(start))
        return max(opening, start)

    def add(self, start: datetime, duration: Duration) -> datetime:
        """Return when the duration is over: bh and bd by this calendar, the other units by the clock on the wall."""
        match duration.unit:
            case Unit.BUSINESS_HOURS:
                return self.add_open(start, duration.wall())
            case Unit.BUSINESS_DAYS:
                return self._add_days(start, duration.amount)
            case Unit.DAYS | Unit.WEEKS:
                return self._at(self._local(start), self._local(start).date() + duration.wall())
            case Unit.MONTHS:
                return self._at(self._local(start), _months_later(self._local(start).date(), duration.amount))
            case Unit.SECONDS | Unit.MINUTES | Unit.HOURS:
                return start.astimezone(UTC) + duration.wall()

    def promise(self, start: datetime, duration: Duration) -> datetime:
        """Return when it is over inside `slas:`, where every unit counts in this calendar: h is bh, d is bd."""
        match duration.unit:
            case Unit.DAYS | Unit.BUSINESS_DAYS:
                return self._add_days(start, duration.amount)
            case Unit.WEEKS | Unit.MONTHS:
                return self.opens_at(self.add(self.opens_at(start), duration))
            case _:
                return self.add_open(start, duration.wall())

    def add_open(self, start: datetime, open_time: timedelta) -> datetime:
        """Return when it has been open for so long since `start`."""
        left = open_time
        begin = start.astimezone(UTC)
        for opening, closing in self._from(begin):
            here = max(opening, begin)
            if left <= closing - here:
                return here + left
            left -= closing - here
        raise ValueError("the calendar has no opening hours")  # pragma: no cover  # _from raises first

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return for how long it was open from start to end; zero where end is not after start."""
        begin, stop = start.astimezone(UTC), end.astimezone(UTC)
        total = timedelta()
        # a day whose hours end at 24:00 reaches into no other local day, so these days are enough
        day, last = self._local(begin).date(), self._local(stop).date()
        while day <= last:
            for opening, closing in self._day(day):
                total += max(timedelta(), min(closing, stop) - max(opening, begin))
            day += timedelta(days=1)
        return total

    def _from(self, start: datetime) -> Iterator[Span]:
        """Yield the opening hours that are not over at `start`."""
        day = self._local(start).date()
        quiet = 0
        while quiet < FARTHEST:
            quiet += 1
            for opening, closing in self._day(day):
                if closing > start:
                    quiet = 0
                    yield opening, closing
            day += timedelta(days=1)
        raise ValueError("the calendar has no opening hours")

    def _add_days(self, start: datetime, days: int) -> datetime:
        """Count days that have opening hours; keep the clock time, within the hours of the last day."""
        begin = self.opens_at(start)
        local = self._local(begin)
        day, left, quiet = local.date(), days, 0
        while left:
            day += timedelta(days=1)
            quiet += 1
            if self._day(day):
                left, quiet = left - 1, 0
            elif quiet > FARTHEST:
                raise ValueError("the calendar has no opening hours")
        spans = self._day(day)
        return min(max(self._at(local, day), spans[0][0]), spans[-1][1]) if days else begin

    def _at(self, clock: datetime, day: date) -> datetime:
        """Return this clock time on another local day; a time that daylight saving skips moves forward."""
        return datetime.combine(day, clock.time(), self.timezone).astimezone(UTC)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.timezone)

    def _spans(self, day: date) -> tuple[Span, ...]:
        usual = self._week[day.weekday()]
        if not usual or any(in_range(day, written) for written in self._hours.closed):
            return ()
        off: DayOff = days_off(self._hours.holidays, day.year)
        names = off.names.get(day, frozenset())
        for written, hours in self._hours.half_days.items():
            if written.casefold() in names or in_range(day, written):
                return self._utc(day, _minutes(hours))
        return () if day in off.closed else self._utc(day, usual)

    def _utc(self, day: date, minutes: tuple[Minutes, ...]) -> tuple[Span, ...]:
        found = [(self._moment(day, begin), self._moment(day, end)) for begin, end in minutes]
        return tuple((begin, end) for begin, end in found if begin < end)

    def _moment(self, day: date, minute: int) -> datetime:
        days, rest = divmod(minute, 24 * 60)
        local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), self.timezone)
        return local.astimezone(UTC)


ALWAYS_HOURS = CalendarHours(timezone="UTC", hours={"mon-sun": "00:00-24:00"})
"""`calendar: always`."""


def weekdays(written: str) -> frozenset[int]:
    """Return the days of `mon-fri, sun`, Monday is 0; a range may go over the weekend."""
    found: set[int] = set()
    for part in written.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
        found |= {day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(found)


def _week(hours: CalendarHours) -> tuple[tuple[Minutes, ...], ...]:
    week: list[list[Minutes]] = [[] for _ in WEEKDAYS]
    for days, written in hours.hours.items():
        for day in weekdays(days):
            week[day] += _minutes(written)
    return tuple(tuple(sorted(spans)) for spans in week)


def _minutes(written: str) -> tuple[Minutes, ...]:
    ranges = (part.partition("-") for part in written.replace(" ", "").split(","))
    return tuple((_minute(begin), _minute(end)) for begin, _, end in ranges)


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first.replace(day=min(day.day, (following - timedelta(days=1)).day))
