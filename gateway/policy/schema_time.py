"""Calendars, priorities, SLAs and own status names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gateway.policy.shapes import Label, Percent, Shape, Span, Text, Texts

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_RANGE = rf"{_CLOCK}-({_CLOCK}|24:00)"
_DAYS = r"(mon|tue|wed|thu|fri|sat|sun)"
_DATE = r"(\d{4}-)?\d\d-\d\d"

Hours = Annotated[Text, Field(pattern=rf"^{_RANGE}(, ?{_RANGE})*$")]
Weekdays = Annotated[Text, Field(pattern=rf"^{_DAYS}(-{_DAYS})?(, ?{_DAYS}(-{_DAYS})?)*$")]
Clock = Annotated[Text, Field(pattern=rf"^{_CLOCK}$")]
ClosedDays = Annotated[Text, Field(pattern=rf"^{_DATE}(\.\.{_DATE})?$")]

DEFAULT_LEVELS = ("low", "medium", "high")
DEFAULT_MATRIX = {
    "high": {"high": "high", "medium": "high", "low": "medium"},
    "medium": {"high": "high", "medium": "medium", "low": "low"},
    "low": {"high": "medium", "medium": "low", "low": "low"},
}


class Holidays(Shape):
    """National holidays; `also` adds categories such as de_facto (Julafton, Midsommarafton)."""

    country: Annotated[Text, Field(pattern="^[A-Z]{2}$")]
    subdivision: Text | None = None
    also: tuple[Literal["de_facto", "optional", "bank", "half_day", "school", "government", "unofficial"], ...] = ()


class CalendarHours(Shape):
    """Opening hours as written; gateway.policy.calendars counts with them."""

    timezone: Text = "Europe/Stockholm"
    hours: Mapping[Weekdays, Hours]
    holidays: Holidays | None = None
    half_days: Mapping[Text, Hours] = {}  # name of a holiday, MM-DD or YYYY-MM-DD
    closed: tuple[ClosedDays, ...] = ()  # YYYY-MM-DD or MM-DD, also FROM..TO with both included


class Priorities(Shape):
    """Levels from low to high, and matrices impact -> urgency -> level; `default` is used where a service names none."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Mapping[Text, Mapping[Text, Text]]] = Field(init=False)

    levels: Annotated[tuple[Text, ...], Field(min_length=1)] = DEFAULT_LEVELS
    default: Mapping[Text, Mapping[Text, Text]] = DEFAULT_MATRIX

    def matrix(self, name: str = "default") -> Mapping[str, Mapping[str, str]]:
        """Return a matrix by name, the default one for an unknown name."""
        return (self.__pydantic_extra__ or {}).get(name, self.default)

    def level(self, impact: str | None, urgency: str | None, matrix: str = "default") -> str | None:
        """Return the priority of impact and urgency, or None where the matrix has no such cell."""
        return self.matrix(matrix).get(impact or "", {}).get(urgency or "")


class Escalation(Shape):
    """Who is told when so much of the time is used."""

    at: Percent
    to: Texts  # audiences, groups, people, addresses


Targets = Mapping[Text, Span]
"""Priority level -> duration in the SLA's calendar; levels without a row have no target."""


class Sla(Shape):
    """Promised times by priority, counted in one calendar (`h` and `bh` mean the same here)."""

    calendar: Text = "always"
    first_response: Targets = Field(default={})
    next_response: Targets = Field(default={})
    update: Targets = Field(default={})
    resolution: Targets = Field(default={})
    warn_at: Percent = 75
    escalate: tuple[Escalation, ...] = ()


class OwnStatus(Shape):
    """An own name for a fixed status."""

    stands_for: Literal["new", "open", "waiting", "external", "paused", "resolved", "closed"]
    label: Label | None = None
    after: Mapping[Text, Text] = {}  # duration -> status
