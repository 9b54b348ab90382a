"""The words of one language: statuses, labels, buttons, commands, dates (`templates/mail/<language>/words.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class Wording:
    """Nested text of one language; `layout` and templates reach it as `words`."""

    language: str
    texts: Mapping[str, Any]

    def get(self, path: str, **slots: str) -> str:
        """Return the text under `a.b`, its {slots} filled; the last name itself where the text is missing."""
        value: Any = self.texts
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if not isinstance(value, str):
            return path.rpartition(".")[2]
        for name, filling in slots.items():
            value = value.replace(f"{{{name}}}", filling)
        return value

    def has(self, path: str) -> bool:
        """Tell whether there is a text under `a.b`."""
        value: Any = self.texts
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return isinstance(value, str)

    def merged(self, over: Mapping[str, Any]) -> Wording:
        """Return the same with a brand's own words laid over."""
        return Wording(self.language, merged(self.texts, over)) if over else self


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return two nested mappings as one; `over` wins."""
    result = dict(under)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return MappingProxyType(result)


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

    def short(self, value: str) -> str:
        """Return `18 nov. 09.14`, for history and cards."""
        return self._written("dates.short", value)

    def _written(self, pattern: str, value: str) -> str:
        at, texts = self.local(value), self.words.texts["dates"]
        year = f" {at.year}" if at.year != self.now.astimezone(self.zone).year else ""
        return self.words.get(
            pattern,
            weekday=texts["weekdays"][at.weekday()],
            day=str(at.day),
            month=texts["months"][at.month - 1],
            mon=texts["months_short"][at.month - 1],
            year=year,
            time=f"{at:%H}{texts['colon']}{at:%M}",
        )


def zone(name: str) -> ZoneInfo:
    """Return a time zone, UTC where the name is unknown: a wrong zone never stops a mail."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
