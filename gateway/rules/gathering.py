"""What the rules that hit set and do, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.policy.actions import NEXT, BySkill, TagChange
from gateway.policy.rule import Rule
from gateway.policy.schema import Policy
from gateway.rules.actions import Action, DeskIs
from gateway.rules.captures import captures
from gateway.rules.distribute import AssignNext, group_with_skill, hand_out
from gateway.rules.facts import Facts
from gateway.rules.making import make
from gateway.rules.outcome import Asked, Outcome
from gateway.rules.sources import category_words
from gateway.rules.templates import expand
from gateway.rules.wording import Values
from gateway.tickets.effects import Change
from gateway.tickets.model import Status

_SINGLE = frozenset(
    {"group", "owner", "priority", "impact", "urgency", "type", "process", "category", "product", "service"}
    | {"object", "cause", "status", "sla", "confidential", "subject", "steps", "solution"}
)
"""Values of the ticket of which the last one wins."""

_FILLED = frozenset({"object", "subject", "solution"})
"""Those whose text may hold `{{ name }}`."""


class Gathering:
    """The state of one run."""

    def __init__(self, policy: Policy, facts: Facts, given: Mapping[str, str]) -> None:
        self.policy = policy
        self.facts = facts
        self.values = Values(given)
        self.values.fields = facts.value("fields") or {}
        self.explicit: dict[str, tuple[Any, str]] = {}  # field -> value, cause
        self.templated: dict[str, tuple[Any, str]] = {}
        self.fields: dict[str, tuple[str, str]] = {}  # declared field -> text, cause
        self.added: dict[str, str] = {}  # tag -> cause
        self.removed: set[str] = set()
        self._tag_cause = ""
        self.actions: list[Action] = []
        self.skill: str | None = None
        self._did: list[str] = []
        self._saw: list[tuple[str, object]] = []
        self._before: dict[str, Any] = {}

    def hit(self, rule: Rule) -> tuple[tuple[str, ...], tuple[tuple[str, object], ...]]:
        """Take in what the rule does; return it in words, and the facts it set for the rules below."""
        self._did, self._saw = [], []
        self.values.captured |= captures(rule.when, self.facts)
        cause = f"rule {rule.name}"
        for name, value in rule.then.values.items():
            self._take(name, value, rule.name, cause)
        return tuple(self._did), tuple(self._saw)

    def _take(self, name: str, value: Any, rule: str, cause: str) -> None:
        if name == "template":
            self._template(value, rule, cause)
        elif name in _SINGLE:
            self._single(name, value, cause)
        elif name == "tags":
            self._tag(value, cause)
        elif name == "fields":
            self._fields(value, cause)
        elif name != "stop":
            made = make(name, value, rule, self.values)
            self.actions += made
            self._did += [name] if made else []

    def _template(self, name: str, rule: str, cause: str) -> None:
        language = next(iter(self.facts.texts(("language", None))), "en")
        given = expand(self.policy, name, language)
        desk = given.pop("desk", None)
        if desk is not None and desk not in (self.facts.value("desk") or (desk,)):
            self.actions.append(DeskIs(desk, rule))
        self.templated = {key: (value, f"template {name} ({cause})") for key, value in given.items()}
        self._did.append(f"template: {name}")
        self._see("template", (name,))
        for key, (value, _) in self.templated.items():
            if key not in self.explicit and key in _SINGLE:
                self._see_single(key, value)
        if "tags" in given:
            self._see("tags", self._all_tags())
        if "fields" in given:
            self._see("fields", self._all_fields())

    def _single(self, name: str, value: Any, cause: str) -> None:
        if isinstance(value, BySkill):
            self.skill = value.skill
            value = group_with_skill(self.policy, value)
            if value is None:
                return
        elif name == "group":
            self.skill = None
        self.explicit[name] = (value, cause)
        self._did.append(f"{name}: {value}")
        self._see_single(name, value)

    def _see_single(self, name: str, value: Any) -> None:
        match name:
            case "status":
                self._see(name, tuple(dict.fromkeys((self.policy.stands_for(value), value))))
            case "category":
                self._see(name, category_words(value))
            case "subject" | "solution" | "steps" | "confidential":
                pass  # `subject` of a condition is the message's
            case _:
                self._see(name, () if value == NEXT else (value,))

    def _see(self, name: str, value: object) -> None:
        self.facts.set(name, value)
        self._saw.append((name, value))

    def _tag(self, change: TagChange, cause: str) -> None:
        self.added = {tag: cause for tag in self.added if tag not in change.remove} | dict.fromkeys(change.add, cause)
        self.removed = (self.removed | set(change.remove)) - set(change.add)
        self._did.append(f"tags: {', '.join((*change.add, *(f'-{tag}' for tag in change.remove)))}")
        self._tag_cause = cause
        self._see("tags", self._all_tags())

    def _all_tags(self) -> tuple[str, ...]:
        template = self.templated.get("tags", ((), ""))[0]
        every = (*(self._at_first("tags") or ()), *template, *self.added)
        return tuple(dict.fromkeys(tag for tag in every if tag not in self.removed))

    def _fields(self, texts: Mapping[str, str], cause: str) -> None:
        filled = {name: self.values.filled(text) for name, text in texts.items()}
        self.fields |= {name: (text, cause) for name, text in filled.items()}
        self._did += [f"{name}: {text}" for name, text in filled.items()]
        self._see("fields", self._all_fields())
        self.values.fields = self._all_fields()

    def _all_fields(self) -> dict[str, str]:
        template = self.templated.get("fields", ({}, ""))[0]
        explicit = {name: text for name, (text, _) in self.fields.items()}
        return {**(self._at_first("fields") or {}), **template, **explicit}

    def _at_first(self, name: str) -> Any:
        """Return what the ticket had before any rule: asked for before the first `_see` of that name."""
        if name not in self._before:
            self._before[name] = self.facts.value(name)
        return self._before[name]

    def outcome(self, asked: tuple[Asked, ...], facts: Facts) -> Outcome:
        """Return everything, with the values a template gave where no rule said otherwise."""
        finals = {**self.templated, **self.explicit}
        self._derive_priority(finals)
        changes = [self._change(name, value, cause) for name, (value, cause) in finals.items() if name in _SINGLE]
        if "template" in finals:
            changes.insert(0, Change("template", *finals["template"]))
        changes += self._lists(finals)
        owner = self._owner(finals)
        changes = [change for change in changes if change.field != "owner"] + owner
        changes += [own for change in changes if change.field == "status" and (own := self._own_status(finals))]
        placed = "group" in finals or bool(owner)
        return Outcome(tuple(changes), tuple(self.actions), self.values.captured, placed, asked, facts)

    def _change(self, name: str, value: Any, cause: str) -> Change:
        if name == "status":
            return Change(name, Status(self.policy.stands_for(value)), cause)
        return Change(name, self.values.filled(value) if name in _FILLED else value, cause)

    def _own_status(self, finals: Mapping[str, tuple[Any, str]]) -> Change | None:
        value, cause = finals["status"]
        return Change("status_name", value, cause) if value in self.policy.statuses else None

    def _lists(self, finals: Mapping[str, tuple[Any, str]]) -> list[Change]:
        changes: list[Change] = []
        if self._tag_cause or "tags" in self.templated:
            changes.append(Change("tags", self._all_tags(), self._tag_cause or finals["tags"][1]))
        if self.fields or "fields" in self.templated:
            filled = {name: self.values.filled(text) for name, text in finals.get("fields", ({}, ""))[0].items()}
            explicit = {name: text for name, (text, _) in self.fields.items()}
            before = {name: text for name, text in (self._at_first("fields") or {}).items() if name not in filled}
            cause = next(reversed(self.fields.values()))[1] if self.fields else finals["fields"][1]
            changes.append(Change("fields", {**before, **filled, **explicit}, cause))
        return changes

    def _derive_priority(self, finals: dict[str, tuple[Any, str]]) -> None:
        """Impact and urgency that a rule set give the priority by the matrix, unless one is named."""
        if "priority" in finals or not finals.keys() & {"impact", "urgency"}:
            return
        impact, urgency, service = (
            next(iter(self.facts.value(n) or ()), None) for n in ("impact", "urgency", "service")
        )
        row = self.policy.services.get(service or "")
        level = self.policy.priorities.level(impact, urgency, row.matrix if row is not None else "default")
        if level is not None:
            finals["priority"] = (level, "matrix")

    def _owner(self, finals: Mapping[str, tuple[Any, str]]) -> list[Change]:
        """Return who gets it: the one named, or the order to find one when the group hands out."""
        value, cause = finals.get("owner", (None, ""))
        if value is not None and value != NEXT:
            return [Change("owner", value, cause)]
        group = next(iter(self.facts.value("group") or ()), None)
        if group is None or (value is None and ("group" not in finals or self.facts.value("owner"))):
            return []
        turn: AssignNext | None = hand_out(self.policy, group, self.skill, at_once=value == NEXT)
        return [] if turn is None else [Change("owner", turn, cause or finals["group"][1])]
