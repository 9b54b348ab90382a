"""Asks the rules of one event from top to bottom and gathers what they do.

Later rules see what earlier ones set; later single values win, lists add, explicit values beat a template wherever it
stands, `stop` ends. Nothing is done here: the Outcome says what is to be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.policy.rule import Rule
from gateway.policy.schema import Policy
from gateway.rules.conditions import Check, compiled
from gateway.rules.facts import Facts
from gateway.rules.gathering import Gathering
from gateway.rules.outcome import Asked, Outcome


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    check: Check
    missed: Asked  # made once: most rules miss


class Engine:
    """The rules of one Policy, compiled once; safe to share between threads."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._by_event: dict[str, list[_Compiled]] = {}
        for rule in policy.rules:
            ready = _Compiled(rule, compiled(rule.when), Asked(rule.name, rule.when, verdict=False))
            for event in rule.events:
                self._by_event.setdefault(event, []).append(ready)

    def asks(self, event: str) -> bool:
        """Say whether any rule is asked at the event."""
        return event in self._by_event

    def run(self, event: str, facts: Facts, values: Mapping[str, str] | None = None) -> Outcome:
        """Ask every rule of the event; `values` are what `{{ name }}` stands for (substitutes.substitutes)."""
        seen = facts.copy()
        gathering = Gathering(self.policy, seen, values or {})
        asked: list[Asked] = []
        for ready in self._by_event.get(event, ()):
            verdict = ready.check(seen)
            if not verdict:
                asked.append(ready.missed if verdict is False else Asked(ready.rule.name, ready.rule.when, verdict))
                continue
            did, saw = gathering.hit(ready.rule)
            asked.append(Asked(ready.rule.name, ready.rule.when, verdict, did, saw))
            if ready.rule.then.stop:
                break
        return gathering.outcome(tuple(asked), facts)
