"""What goes out or comes in by the clock: digests, reports, schedules, machines that write."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from gateway.policy.schema_time import Clock, Weekdays
from gateway.policy.shapes import Address, Shape, Span, Text, Texts

Cron = Annotated[Text, Field(pattern=r"^\S+( \S+){4}$")]
"""minute hour day month weekday."""


def _recipients(value: object) -> object:
    return value if isinstance(value, dict) else {"who": value}


_WHO: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "properties": {"members": {"type": "string"}, "who": {}}, "additionalProperties": False},
    ]
}


class Recipients(Shape):
    """Who gets a digest: the members of a group, or people, audiences, addresses."""

    members: Text | None = None
    who: Texts = ()


class Digest(Shape):
    """A view by mail at a fixed time."""

    view: Text
    to: Annotated[Recipients, BeforeValidator(_recipients), WithJsonSchema(_WHO)]
    at: Clock = "07:30"
    days: Weekdays = "mon-fri"


class Report(Shape):
    """Figures by mail."""

    name: Text
    to: Texts
    cron: Cron
    period: Span
    desks: Texts = ()  # none: all
    per_operator: Literal["off", "own", "all"] = "off"


class Schedule(Shape):
    """A ticket that opens by itself."""

    cron: Cron
    template: Text
    desk: Text | None = None  # None: the template's


class Source(Shape):
    """A machine whose automatic mail may act."""

    from_: Address = Field(alias="from")
    is_: Literal["monitoring", "form", "sms"] = Field(alias="is")
