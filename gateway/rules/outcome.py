"""What the rules decided, and the story of how; the story is told only when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.policy.conditions import Condition
from gateway.rules.actions import Action
from gateway.rules.facts import Facts
from gateway.rules.reasons import reasons
from gateway.tickets.effects import Change


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule that was asked."""

    name: str
    hit: bool | None  # None: a pattern took too long, or nothing is known of opening hours
    reasons: tuple[str, ...]  # "subject contains 'faktura': yes, 'Faktura 123456'"
    did: tuple[str, ...]  # "group: finance"


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that was asked, in short: a thousand of these are made for one mail."""

    name: str
    when: Condition
    verdict: bool | None
    did: tuple[str, ...] = ()
    saw: tuple[tuple[str, object], ...] = ()  # facts that this rule set for those below


@dataclass(frozen=True, slots=True)
class Outcome:
    """Changes of the ticket's fields in order, actions in order, and what was kept of the texts."""

    changes: tuple[Change, ...] = ()
    actions: tuple[Action, ...] = ()
    captures: Mapping[str, str] = field(default_factory=dict)
    placed: bool = False  # a rule or template said who gets it
    asked: tuple[Asked, ...] = ()
    facts: Facts | None = field(default=None, compare=False, repr=False)  # as they were before the first rule

    @property
    def trace(self) -> tuple[RuleTrace, ...]:
        """Return each rule that was asked with its reasons, evaluated again over the facts it saw."""
        if self.facts is None:
            return tuple(RuleTrace(rule.name, rule.verdict, (), rule.did) for rule in self.asked)
        facts = self.facts.copy()
        told = []
        for rule in self.asked:
            told.append(RuleTrace(rule.name, rule.verdict, tuple(reasons(rule.when, facts)), rule.did))
            for name, value in rule.saw:
                facts.set(name, value)
        return tuple(told)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the rules that could not be answered; the admin is told of each once."""
        return tuple(rule.name for rule in self.asked if rule.verdict is None)
