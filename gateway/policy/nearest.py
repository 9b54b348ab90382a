"""The nearest valid word, for messages that help."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MANY = 300


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like this one, or None where none is like it."""
    by_fold = {name.casefold(): name for name in known}
    if len(by_fold) > MANY:  # comparing takes its time: a typing mistake is seldom in the first letter
        by_fold = {fold: name for fold, name in by_fold.items() if fold[:1] == word.casefold()[:1]}
    hits = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[hits[0]] if hits else None


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """Say that a word is unknown, with the nearest one, or with all where there are few."""
    names = sorted(set(known))
    hit = nearest(word, names)
    if hit is not None:
        return f"unknown {kind} '{word}'; did you mean '{hit}'?"
    if not names:
        return f"unknown {kind} '{word}'; none is declared"
    if len(names) <= 12:
        return f"unknown {kind} '{word}'; known {'is' if len(names) == 1 else 'are'} {', '.join(names)}"
    return f"unknown {kind} '{word}'"
