"""A rule, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.policy.actions import Then
from gateway.policy.conditions import Condition, Place


@dataclass(frozen=True, slots=True)
class Example:
    """A mail in short and whether the rule must hit it; `gateway check` tries it."""

    given: Mapping[str, Any]  # names of `when` -> plain value: subject, text, from, to …
    hits: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; rules are asked from top to bottom, those of ticket templates before the others."""

    name: str
    events: tuple[str, ...]  # of RULE_EVENTS; one, or those an EVENT_GROUPS word stands for
    when: Condition
    then: Then
    examples: tuple[Example, ...]
    place: Place
    template: str | None = None  # the ticket template whose own `when` it is
