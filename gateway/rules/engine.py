"""Asks the rules of one event from top to bottom and gathers what they do.

Later rules see what earlier ones set; later single values win, lists add, explicit values beat a template wherever it
stands, `stop` ends. Nothing is done here: the Outcome says what is to be done.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.policy.rule import Rule
from gateway.policy.schema import Policy
from gateway.rules.conditions import Check, compiled
from gateway.rules.facts import Facts
from gateway.rules.gathering import Gathering
from gateway.rules.outcome import Asked, Outcome

_Ready = tuple[Check, Asked, Rule]  # the condition as closure, and the trace of a miss: most rules miss


class Engine:
    """The rules of one Policy, compiled once; safe to share between threads."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._by_event: dict[str, list[_Ready]] = {}
        for rule in policy.rules:
            ready = (compiled(rule.when), Asked(rule.name, rule.when, verdict=False), rule)
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
        for check, missed, rule in self._by_event.get(event, ()):
            verdict = check(seen)
            if verdict is False:
                asked.append(missed)
            elif verdict is None:
                asked.append(Asked(rule.name, rule.when, verdict))
            else:
                did, saw = gathering.hit(rule)
                asked.append(Asked(rule.name, rule.when, verdict, did, saw))
                if rule.then.stop:
                    break
        return gathering.outcome(tuple(asked), facts)
