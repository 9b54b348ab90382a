# a thousand rules on one mail: the plain loop takes half the time of any()
"""Conditions, compiled once to closures: hit, miss, or unknown where a pattern took too long (A48).

A closure answers True, False or None. Unknown spreads: `not` keeps it, so that such a rule never fires.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

import regex

from gateway.policy.conditions import NAMES, AfterDigits, All, Any, Condition, Kind, Not, Op, Test
from gateway.policy.durations import Duration
from gateway.rules.facts import Facts, OpeningHours
from gateway.rules.literals import required_literal

PATTERN_SECONDS = 0.05
"""The module lets about twice the time pass before it gives up: no pattern may hold a worker over 0.1 s."""

_BETWEEN = 30  # characters that may stand between the word and its number: "nummer: ", " nr "

Verdict = bool | None
Check = Callable[[Facts], Verdict]
Slot = tuple[str, str | None]


def compiled(condition: Condition) -> Check:
    """Return the closure of a tree."""
    match condition:
        case Test():
            return _test(condition)
        case Not(part):
            return _not(compiled(part))
        case All(parts):
            return _all(tuple(map(compiled, parts)))
        case Any(parts):
            return _any(tuple(map(compiled, parts)))


def _not(check: Check) -> Check:
    def verdict(facts: Facts) -> Verdict:
        found = check(facts)
        return None if found is None else not found

    return verdict


def _all(checks: tuple[Check, ...]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def verdict(facts: Facts) -> Verdict:
        sure: Verdict = True
        for check in checks:
            found = check(facts)
            if found is False:
                return False
            if found is None:
                sure = None
        return sure

    return verdict


def _any(checks: tuple[Check, ...]) -> Check:
    def verdict(facts: Facts) -> Verdict:
        sure: Verdict = False
        for check in checks:
            found = check(facts)
            if found:
                return True
            if found is None:
                sure = None
        return sure

    return verdict


def _test(test: Test) -> Check:
    slot = (test.name, test.argument)
    match test.op, test.value:
        case Op.IS, bool() as wanted:
            return lambda facts: bool(facts.value(test.name)) is wanted
        case Op.EXISTS, bool() as wanted:
            return lambda facts: any(map(bool, facts.raw(slot))) is wanted
        case Op.AFTER_DIGITS, AfterDigits() as number:
            return _after_digits(slot, number)
        case Op.SOME, (All() | Any() | Not() | Test()) as inner:
            return _some(compiled(inner))
        case ((Op.OVER | Op.UNDER), (int() | Duration()) as limit):
            return _beyond(slot, limit, over=test.op is Op.OVER)
        case op, tuple() as words if op in _OF_WORDS:
            return _OF_WORDS[op](slot, tuple(map(str, words)))
        case _:
            msg = f"{test.place}: {test.op} cannot hold {test.value!r}"
            raise TypeError(msg)


def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words)


def _is(slot: Slot, words: tuple[str, ...]) -> Check:
    wanted = frozenset(word.strip().casefold() for word in words)
    if slot[0] == "business_hours":
        return lambda facts: _hours(facts, slot[1], wanted)
    return lambda facts: not facts.whole(slot).isdisjoint(wanted)


def _hours(facts: Facts, calendar: str | None, wanted: frozenset[str]) -> Verdict:
    given = facts.value("business_hours")
    if given:
        return given[0] in wanted
    opened = facts.hours.is_open(calendar)
    return None if opened is None else ("open" if opened else "closed") in wanted


def _contains(slot: Slot, words: tuple[str, ...]) -> Check:
    needles = _folded(words)
    if slot[0] in _LONG:
        return _in_long_text(slot, needles, lambda _, __: True)

    def verdict(facts: Facts) -> Verdict:
        for text in facts.texts(slot):
            for needle in needles:
                if needle in text:
                    return True
        return False

    return verdict


def _words(slot: Slot, words: tuple[str, ...]) -> Check:
    return _in_long_text(slot, _folded(words), stands_alone)


_LONG = frozenset({"text", "mentions"})


def _in_long_text(slot: Slot, needles: tuple[str, ...], fits: Callable[[str, str], bool]) -> Check:
    """Return a check that first asks whether the pairs of letters of a needle stand in the text at all.

    A set of pairs answers in a tenth of the time of looking through a mail, which hundreds of rules do.
    """
    pairs = tuple((needle, frozenset(pairwise(needle))) for needle in needles)

    def verdict(facts: Facts) -> Verdict:
        present = facts.pairs(slot)
        for needle, wanted in pairs:
            if present is not None and not wanted <= present:
                continue
            for text in facts.texts(slot):
                if needle in text and fits(needle, text):
                    return True
        return False

    return verdict


def stands_alone(needle: str, text: str) -> bool:
    """Say whether the words stand in the text with no letter or digit beside them."""
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not (text[at - 1 : at].isalnum() if at else False) and not text[end : end + 1].isalnum():
            return True
        at = text.find(needle, at + 1)
    return False


def _starts(slot: Slot, words: tuple[str, ...]) -> Check:
    starts = _folded(words)
    return lambda facts: any(text.startswith(starts) for text in facts.texts(slot))


def _ends(slot: Slot, words: tuple[str, ...]) -> Check:
    ends = _folded(words)
    return lambda facts: any(text.endswith(ends) for text in facts.texts(slot))


def _domain(slot: Slot, words: tuple[str, ...]) -> Check:
    domains = _folded(words)
    exact = frozenset(domain for domain in domains if not domain.startswith("."))
    below = tuple(domain for domain in domains if domain.startswith("."))

    def verdict(facts: Facts) -> Verdict:
        found = facts.domains(slot[0])
        return not exact.isdisjoint(found) or (bool(below) and any(domain.endswith(below) for domain in found))

    return verdict


def _pattern(slot: Slot, patterns: tuple[str, ...]) -> Check:
    searches = tuple((required_literal(p), regex.compile(p, regex.IGNORECASE).search) for p in patterns)

    def verdict(facts: Facts) -> Verdict:
        try:
            for number, folded in enumerate(facts.texts(slot)):
                for literal, search in searches:
                    if literal in folded and search(facts.raw(slot)[number], timeout=PATTERN_SECONDS):
                        return True
        except TimeoutError:
            return None
        return False

    return verdict


def number_pattern(number: AfterDigits) -> re.Pattern[str]:
    """Return the pattern of `{after: [faktura], digits: 4-8}` over text in lower case; group 1 is the number."""
    words = "|".join(re.escape(word.casefold()) for word in number.words)
    return re.compile(rf"(?<!\w)(?:{words})[^\d\n]{{0,{_BETWEEN}}}(?<!\d)(\d{{{number.least},{number.most}}})(?!\d)")


def _after_digits(slot: Slot, number: AfterDigits) -> Check:
    search, words = number_pattern(number).search, _folded(number.words)

    def verdict(facts: Facts) -> Verdict:
        for text in facts.texts(slot):
            for word in words:
                if word in text and search(text) is not None:
                    return True
        return False

    return verdict


def _some(check: Check) -> Check:
    def verdict(facts: Facts) -> Verdict:
        verdicts = [check(of_attachment(file, facts)) for file in facts.value("attachment") or ()]
        return True if True in verdicts else None if None in verdicts else False

    return verdict


def of_attachment(file: Mapping[str, object], facts: Facts) -> Facts:
    """Return the facts of one attachment: name, type, size."""
    return Facts({}, facts.now, OpeningHours(), file)


def _beyond(slot: Slot, limit: int | Duration, *, over: bool) -> Check:
    name = slot[0]
    if isinstance(limit, Duration) and NAMES.get(name) is Kind.FOR:
        return lambda facts: _lasted(facts, name, limit, over=over)
    bound = limit.amount if isinstance(limit, Duration) else limit

    def verdict(facts: Facts) -> Verdict:
        found = _number(facts, slot)
        return found is not None and (found > bound if over else found < bound)

    return verdict


def _lasted(facts: Facts, name: str, limit: Duration, *, over: bool) -> Verdict:
    since = facts.value(name)
    if since is None:
        return False
    end = facts.hours.add(since, limit)
    return bool(end < facts.now if over else end > facts.now)


def _number(facts: Facts, slot: Slot) -> float | None:
    value = facts.value(slot[0])
    if slot[1] is not None:
        value = (value or {}).get(slot[1])
    try:
        return float(str(value).replace(" ", "").replace(",", "."))
    except ValueError:
        return None


_OF_WORDS: Mapping[Op, Callable[[Slot, tuple[str, ...]], Check]] = {
    Op.IS: _is,
    Op.ANY_OF: _is,
    Op.CONTAINS: _contains,
    Op.WORDS: _words,
    Op.STARTS: _starts,
    Op.ENDS: _ends,
    Op.DOMAIN: _domain,
    Op.REGEX: _pattern,
}
"""Tests whose value is one or several words, one of which must fit."""
