"""The words of one language: statuses, labels, buttons, commands, dates (`templates/mail/<language>/words.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language, by dotted path: `status.operator.open`."""

    language: str
    texts: Mapping[str, Any]  # str, or a list of str

    def get(self, path: str, **slots: str) -> str:
        """Return the text under a path, its {slots} filled; the last name itself where the text is missing."""
        value = self.texts.get(path)
        if not isinstance(value, str):
            return path.rpartition(".")[2]
        for name, filling in slots.items():
            value = value.replace(f"{{{name}}}", filling)
        return value

    def over(self, others: Mapping[str, Any]) -> Wording:
        """Return the same with other texts (nested) laid over: a brand's own words."""
        return Wording(self.language, {**self.texts, **flat(others)}) if others else self


def flat(nested: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return a nested mapping by dotted path."""
    found: dict[str, Any] = {}
    for key, value in nested.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return found


@dataclass(frozen=True, slots=True)
class Locale:
    """How one mail writes times: in the words of its language, in its desk's zone, seen from its own date."""

    words: Wording
    zone: ZoneInfo
    now: datetime

    def local(self, value: str) -> datetime:
        """Return an RFC 3339 time in the zone of the mail."""
        return datetime.fromisoformat(value).astimezone(self.zone)

    def when(self, value: str) -> str:
        """Return `tisdag 24 november kl. 12.00`."""
        return self._written("dates.when", value)

    def day(self, value: str) -> str:
        """Return `tisdag 24 november`; with the year when it is another one."""
        return self._written("dates.day", value)

    def date(self, value: str) -> str:
        """Return `24 november`."""
        return self._written("dates.date", value)

    def short(self, value: str) -> str:
        """Return `18 nov. 09.14`, for history and cards."""
        return self._written("dates.short", value)

    def _written(self, pattern: str, value: str) -> str:
        at, texts = self.local(value), self.words.texts
        year = f" {at.year}" if at.year != self.now.astimezone(self.zone).year else ""
        return self.words.get(
            pattern,
            weekday=texts["dates.weekdays"][at.weekday()],
            day=str(at.day),
            month=texts["dates.months"][at.month - 1],
            mon=texts["dates.months_short"][at.month - 1],
            year=year,
            time=f"{at:%H}{texts['dates.colon']}{at:%M}",
        )


def zone(name: str) -> ZoneInfo:
    """Return a time zone, UTC where the name is unknown: a wrong zone never stops a mail."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
