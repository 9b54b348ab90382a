"""Durations as admins write them: `20m 4h 3d 2w 6mo` of wall time, `4bh 3bd` of a calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Unit(StrEnum):
    """What a duration counts; the two business units need a calendar."""

    SECONDS = "s"
    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    WEEKS = "w"
    MONTHS = "mo"
    BUSINESS_HOURS = "bh"
    BUSINESS_DAYS = "bd"


_LENGTHS = {
    Unit.SECONDS: timedelta(seconds=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.WEEKS: timedelta(weeks=1),
    Unit.MONTHS: timedelta(days=30),
    Unit.BUSINESS_HOURS: timedelta(hours=1),
    Unit.BUSINESS_DAYS: timedelta(days=1),
}
_SPELLINGS = {"min": "m", **{unit.value: unit.value for unit in Unit}}
_WRITTEN = re.compile(r"(\d{1,6}) ?([a-z]{1,3})")


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of one unit; `Calendar.add` turns it into a point in time."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit.value}"

    @property
    def business(self) -> bool:
        """Say whether a calendar is needed to count it."""
        return self.unit in {Unit.BUSINESS_HOURS, Unit.BUSINESS_DAYS}

    def wall(self) -> timedelta:
        """Return the length by the clock; a month counts as 30 days, business units as if always open."""
        return self.amount * _LENGTHS[self.unit]


def parse(text: str) -> Duration:
    """Read `3bd`, `20m` or `20min`; ValueError says what is allowed."""
    match = _WRITTEN.fullmatch(text.strip().lower())
    if match is None or match[2] not in _SPELLINGS:
        msg = f"'{text}' is not a duration; write a number and one of s m h d w mo bh bd, as in 20m, 3d or 4bh"
        raise ValueError(msg)
    return Duration(int(match[1]), Unit(_SPELLINGS[match[2]]))
