"""Why a condition held or not, in sentences: `subject contains 'faktura': yes, 'Faktura 123456'`."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.conditions import AfterDigits, All, Any, Condition, Not, Op, Test
from gateway.rules.conditions import Verdict, compiled
from gateway.rules.facts import Facts

_LONGEST_SHOWN = 60
_WORDS = {
    Op.IS: "is",
    Op.ANY_OF: "is one of",
    Op.CONTAINS: "contains",
    Op.WORDS: "has the word",
    Op.STARTS: "starts with",
    Op.ENDS: "ends with",
    Op.DOMAIN: "is in domain",
    Op.REGEX: "matches",
    Op.OVER: "is over",
    Op.UNDER: "is under",
}


def reasons(condition: Condition, facts: Facts, depth: int = 0) -> Iterator[str]:
    """Yield one line for each test, indented under its `any` or `not`."""
    match condition:
        case Test():
            yield "  " * depth + _line(condition, facts)
        case All(parts):
            if not parts:
                yield "  " * depth + "always: yes"
            for part in parts:
                yield from reasons(part, facts, depth)
        case Any(parts):
            yield "  " * depth + f"any of: {_answer(compiled(condition)(facts))}"
            for part in parts:
                yield from reasons(part, facts, depth + 1)
        case Not(part):
            yield "  " * depth + f"not: {_answer(compiled(condition)(facts))}"
            yield from reasons(part, facts, depth + 1)


def _line(test: Test, facts: Facts) -> str:
    verdict = compiled(test)(facts)
    name = f"{test.name} {test.argument}" if test.argument else test.name
    if test.op is Op.IS and isinstance(test.value, bool) and verdict is not None:
        is_so = test.value is verdict
        return f"{name}: {_answer(is_so)}" + ("" if verdict else f", the rule wants {_answer(test.value)}")
    seen = _seen(test, facts)
    return f"{name} {_wanted(test)}: {_answer(verdict)}{', ' + seen if seen else ''}"


def _wanted(test: Test) -> str:
    match test.op, test.value:
        case Op.EXISTS, bool() as wanted:
            return "is there" if wanted else "is not there"
        case Op.AFTER_DIGITS, AfterDigits() as number:
            words = ", ".join(map(repr, number.words))
            return f"has {number.least}-{number.most} digits after {words}"
        case Op.SOME, _:
            return "has one that fits"
        case op, tuple() as words:
            return f"{_WORDS[op]} {', '.join(repr(str(word)) for word in words)}"
        case op, value:
            shown = ("yes" if value else "no") if isinstance(value, bool) else value
            return f"{_WORDS[op]} {shown}"


def _answer(verdict: Verdict) -> str:
    return "unknown" if verdict is None else "yes" if verdict else "no"


def _seen(test: Test, facts: Facts) -> str:
    if isinstance(test.value, bool) or test.op is Op.SOME:
        return ""
    texts = [text for text in facts.raw((test.name, test.argument)) if text]
    return " · ".join(repr(_short(text)) for text in texts[:3])


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_SHOWN else plain[: _LONGEST_SHOWN - 1] + "…"
