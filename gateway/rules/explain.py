"""The story of a mail or a ticket, for `gateway rules explain`: which rules hit or missed and why, what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.rules.actions import Action
from gateway.rules.outcome import Outcome, RuleTrace

_MARKS = {True: "hit", False: "miss", None: "unknown"}


def story(
    outcome: Outcome, placement: Sequence[str] = (), decision: Sequence[str] = (), notices: Sequence[str] = ()
) -> list[str]:
    """Return the story as lines of text: where the mail belongs, what each rule said, what is done, what leaves."""
    return [
        *_section("Where it belongs", placement),
        *_section("Rules", [line for rule in outcome.trace for line in _rule(rule)] or ["no rule was asked"]),
        *_section("What they set", [_change(change) for change in as_facts(outcome)["changes"]]),
        *_section("What they do", [said(action) for action in outcome.actions]),
        *_section("Decision", decision),
        *_section("Mails that leave", notices),
    ]


def as_facts(
    outcome: Outcome, placement: Sequence[str] = (), decision: Sequence[str] = (), notices: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the same story as plain JSON values."""
    return {
        "placement": list(placement),
        "rules": [
            {"name": rule.name, "hit": rule.hit, "reasons": list(rule.reasons), "did": list(rule.did)}
            for rule in outcome.trace
        ],
        "captures": dict(outcome.captures),
        "placed": outcome.placed,
        "changes": [
            {"field": change.field, "value": _plain(change.value), "cause": change.cause} for change in outcome.changes
        ],
        "actions": [said(action) for action in outcome.actions],
        "unknown": list(outcome.unknown),
        "decision": list(decision),
        "notices": list(notices),
    }


def said(action: Action) -> str:
    """Return an action in words: its kind and what it holds."""
    parts = [f"{name}: {_shown(getattr(action, name))}" for name in action.__slots__ if name != "rule"]
    kind = type(action).__name__
    return f"{kind} ({', '.join(parts)}) by rule {action.rule}" if parts else f"{kind} by rule {action.rule}"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return [title, *found] if found else []


def _rule(rule: RuleTrace) -> list[str]:
    did = f" -> {'; '.join(rule.did)}" if rule.did else ""
    return [f"{rule.name}: {_MARKS[rule.hit]}{did}", *(f"    {reason}" for reason in rule.reasons)]


def _change(change: Mapping[str, Any]) -> str:
    return f"{change['field']} = {change['value']} ({change['cause']})"


def _shown(value: Any) -> str:
    match value:
        case tuple():
            return " ".join(map(str, value))
        case Mapping():
            return "; ".join(f"{key}: {_shown(inner)}" for key, inner in value.items())
        case _ if hasattr(value, "text"):
            return str(value.text())
        case _:
            return str(value)


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return str(value)
