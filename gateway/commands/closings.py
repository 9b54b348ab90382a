"""Closings and signatures: lines of an operator's text that say nothing to anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.commands.spelling import tidy

_CLOSINGS = (
    "mvh", "m v h", "m.v.h", "med vänlig hälsning", "med vänliga hälsningar", "vänlig hälsning", "vänliga hälsningar", "med bästa hälsningar", "bästa hälsningar", "hälsningar", "hälsning", "hälsar", "vänligen", "vh", "bh",
    "med vennlig hilsen", "vennlig hilsen", "med venlig hilsen", "med beste hilsen", "beste hilsen", "hilsen", "hilsener", "mange hilsener",
    "best regards", "kind regards", "warm regards", "regards", "with best regards", "with kind regards", "best wishes", "all the best", "yours sincerely", "sincerely", "sincerely yours", "yours faithfully", "best", "br", "kr", "rgds",
)  # fmt: skip
_COURTESIES = (
    "allt gott", "ha det bra", "ha det gott", "ha det fint", "ha en bra dag", "ha en fin dag", "ha en trevlig dag", "ha en bra helg", "ha en trevlig helg", "trevlig helg", "tack på förhand", "tack", "tack så mycket",
    "alt godt", "ha en god dag", "ha en fin helg", "god helg", "på forhånd takk", "takk", "tusen takk",
    "many thanks", "thanks", "thank you", "thanks in advance", "cheers", "have a nice day", "have a good day", "have a nice weekend",
)  # fmt: skip
_NAME = re.compile(r"[^\W\d_][\w'’.-]{0,30}(?: [^\W\d_][\w'’.-]{0,30}){0,3}")
_PARTICLES = frozenset({"von", "af", "av", "de", "van", "der", "den", "la", "och", "og", "and"})
_DELIMITER = re.compile(r"-{2,3} ?")


def is_closing(line: str) -> bool:
    """Say whether the line is a closing, alone or with a name after it: `Mvh`, `Mvh Anna`, `Vennlig hilsen, Bo`."""
    return _is_one_of(line, _CLOSINGS_BY_WORD)


def is_courtesy(line: str) -> bool:
    """Say whether the line is a wish at the end, `Trevlig helg!`: it says something, but orders may stand around it."""
    return _is_one_of(line, _COURTESIES_BY_WORD)


def _by_first_word(phrases: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):  # the longest first
        found.setdefault(re.split(r"[ .]", phrase, maxsplit=1)[0], []).append(phrase)
    return found


_CLOSINGS_BY_WORD = _by_first_word(_CLOSINGS)
_COURTESIES_BY_WORD = _by_first_word(_COURTESIES)


def _is_one_of(line: str, phrases: dict[str, list[str]]) -> bool:
    plain = tidy(line).strip("*_ ,.!/")
    low = plain.casefold()
    for phrase in phrases.get(re.split(r"[ ,./!]", low, maxsplit=1)[0], ()):
        if low == phrase:
            return True
        if low.startswith(phrase) and low[len(phrase)] in " ,./!":
            return is_name(plain[len(phrase) :])
    return False


def is_name(line: str) -> bool:
    """Say whether the line could be the name under a closing: `Anna`, `Bo von Ek`."""
    plain = tidy(line).strip("*_ ,.!/")
    if _NAME.fullmatch(plain) is None:
        return False
    return all(word[0].isupper() or word in _PARTICLES for word in plain.split(" ")) and plain[0].isupper()


def is_delimiter(line: str) -> bool:
    """Say whether the line is the `-- ` that begins a signature (RFC 3676, 4.3)."""
    return _DELIMITER.fullmatch(tidy(line)) is not None


def signature_lines(lines: Sequence[str], known_signature: str) -> frozenset[int]:
    """Return the numbers (from 0) of the lines that are the operator's known signature, wherever it stands last."""
    wanted = [tidy(line) for line in known_signature.splitlines() if tidy(line)]
    if not wanted:
        return frozenset()
    filled = [(number, tidy(line)) for number, line in enumerate(lines) if tidy(line)]
    for start in range(len(filled) - len(wanted), -1, -1):
        window = filled[start : start + len(wanted)]
        if [text for _, text in window] == wanted:
            return frozenset(number for number, _ in window)
    return frozenset()
