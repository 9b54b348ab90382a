"""What the shapes of `calendars:` cannot see: time zones, countries, names of half days, hours that end before they begin."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import ValidationError

from gateway.errors import Problem
from gateway.policy.closing import days_off, unknown_country
from gateway.policy.nearest import nearest, unknown
from gateway.policy.schema_time import Holidays
from gateway.policy.tree import Node

_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
_DATE = re.compile(r"(\d{4}-)?\d\d-\d\d")
_YEARS = (2026, 2027)  # a name that occurs in neither is a mistake


def check(root: Node, problems: list[Problem]) -> None:
    """Add a problem for each."""
    for calendar in root.entries["calendars"].entries.values() if "calendars" in root.entries else ():
        _timezone(calendar.entries.get("timezone"), problems)
        for key in ("hours", "half_days"):
            for node in calendar.entries[key].entries.values() if key in calendar.entries else ():
                _order(node, problems)
        _holidays(calendar, problems)


def _timezone(node: Node | None, problems: list[Problem]) -> None:
    if node is None or not isinstance(node.leaf, str):
        return
    try:
        ZoneInfo(node.leaf)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hit = nearest(node.leaf, available_timezones())
        _wrong(problems, node, f"unknown time zone '{node.leaf}'" + (f"; did you mean '{hit}'?" if hit else ""))


def _order(node: Node, problems: list[Problem]) -> None:
    for begin, end in _HOURS.findall(str(node.leaf)):
        if begin >= end:
            _wrong(
                problems,
                node,
                f"{begin}-{end} ends before it begins; write 22:00-24:00 and 00:00-06:00 of the next day",
            )


def _holidays(calendar: Node, problems: list[Problem]) -> None:
    node = calendar.entries.get("holidays")
    half_days = calendar.entries.get("half_days")
    if node is None:
        shape = None
    else:
        try:
            shape = Holidays.model_validate(node.plain())
        except ValidationError:
            return  # told by its shape
        if (said := unknown_country(shape)) is not None:
            _wrong(problems, node, f"holidays: {said}")
            return
    known = {name for year in _YEARS for names in days_off(shape, year).names.values() for name in names}
    for key, place in half_days.keys.items() if half_days is not None else ():
        if not _DATE.fullmatch(key) and key.casefold() not in known:
            problems.append(Problem(place.file, place.line, place.column, unknown("holiday", key, known)))


def _wrong(problems: list[Problem], node: Node, message: str) -> None:
    problems.append(Problem(node.place.file, node.place.line, node.place.column, message))
