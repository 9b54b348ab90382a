"""Numbers of old systems in a subject (`reference_aliases`): what imported tickets are found by (TH7)."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from gateway.rules.conditions import PATTERN_SECONDS

_LONGEST = 500


def in_subject(subject: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return each reference that a pattern finds, as it is kept: `[RT.acme #4711]` is `RT.acme #4711`."""
    found: list[str] = []
    for pattern in patterns:
        try:
            matches = regex.finditer(pattern, subject[:_LONGEST], regex.IGNORECASE, timeout=PATTERN_SECONDS)
            found += [_kept(match[0]) for match in matches]
        except TimeoutError:  # a pattern that takes so long finds nothing (A48)
            continue
    return tuple(dict.fromkeys(filter(None, found)))


def _kept(text: str) -> str:
    return " ".join(text.strip(" []()【】").split()).casefold()
