"""What a condition that held keeps of the text: named groups of patterns, digits after a word."""

from __future__ import annotations

import regex

from gateway.policy.conditions import AfterDigits, All, Any, Condition, Not, Op, Test
from gateway.rules.conditions import PATTERN_SECONDS, Slot, number_pattern, of_attachment
from gateway.rules.facts import Facts


def captures(condition: Condition, facts: Facts) -> dict[str, str]:
    """Return name -> text for every part of the tree that holds; what stands under `not` keeps nothing."""
    match condition:
        case All(parts) | Any(parts):
            return {name: text for part in reversed(parts) for name, text in captures(part, facts).items()}
        case Not():
            return {}
        case Test(op=Op.REGEX, value=tuple() as patterns):
            return _groups((condition.name, condition.argument), tuple(map(str, patterns)), facts)
        case Test(op=Op.AFTER_DIGITS, value=AfterDigits() as number, capture=str() as name):
            return _digits((condition.name, condition.argument), number, name, facts)
        case Test(op=Op.SOME, value=(All() | Any() | Not() | Test()) as inner):
            files = facts.value("attachment") or ()
            found = (captures(inner, of_attachment(file, facts)) for file in files)
            return next(filter(None, found), {})
        case Test():
            return {}


def _groups(slot: Slot, patterns: tuple[str, ...], facts: Facts) -> dict[str, str]:
    for text in facts.raw(slot):
        for pattern in patterns:
            try:
                match = regex.search(pattern, text, regex.IGNORECASE, timeout=PATTERN_SECONDS)
            except TimeoutError:
                continue
            if match is not None:
                return {name: value for name, value in match.groupdict().items() if value is not None}
    return {}


def _digits(slot: Slot, number: AfterDigits, name: str, facts: Facts) -> dict[str, str]:
    for text in facts.texts(slot):
        match = number_pattern(number).search(text)
        if match is not None:
            return {name: match[1]}
    return {}
