"""Tries the `examples:` of each rule, for `gateway check`."""

from __future__ import annotations

from datetime import datetime

from gateway.errors import Problem
from gateway.policy.rule import Example, Rule
from gateway.policy.schema import Policy
from gateway.rules.conditions import compiled
from gateway.rules.facts import plain
from gateway.rules.reasons import reasons


def check_examples(policy: Policy, now: datetime) -> list[Problem]:
    """Return a problem at the place of every example whose rule does not answer as it says."""
    return [
        _problem(rule, example, now) for rule in policy.rules for example in rule.examples if _fails(rule, example, now)
    ]


def _fails(rule: Rule, example: Example, now: datetime) -> bool:
    return compiled(rule.when)(plain(example.given, now)) is not example.hits


def _problem(rule: Rule, example: Example, now: datetime) -> Problem:
    why = "; ".join(line.strip() for line in reasons(rule.when, plain(example.given, now)))
    expected = "must hit but does not" if example.hits else "must not hit but does"
    message = f"the example of rule '{rule.name}' {expected}: {why}"
    return Problem(example.place.file, example.place.line, example.place.column, message)
