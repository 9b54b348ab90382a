"""Closings and signatures: lines of an operator's text that say nothing to anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.commands.spelling import tidy

_CLOSINGS = (
    "mvh", "m v h", "med vänlig hälsning", "med vänliga hälsningar", "vänlig hälsning", "vänliga hälsningar", "med bästa hälsningar", "bästa hälsningar", "hälsningar", "hälsar", "vänligen", "vh", "bh", "allt gott", "ha det bra", "ha det gott", "ha en bra dag", "ha en fin dag", "ha en trevlig helg", "trevlig helg", "ha en bra helg",
    "med vennlig hilsen", "vennlig hilsen", "med venlig hilsen", "med beste hilsen", "beste hilsen", "hilsen", "hilsener", "mange hilsener", "ha en fin dag", "ha en god dag", "god helg", "ha det bra", "alt godt",
    "best regards", "kind regards", "warm regards", "regards", "with best regards", "with kind regards", "best wishes", "many thanks", "all the best", "yours sincerely", "sincerely", "sincerely yours", "yours faithfully", "best", "br", "kr", "cheers", "have a nice day", "have a good day",
)  # fmt: skip
_BY_FIRST_WORD: dict[str, list[str]] = {}
for _closing in sorted(set(_CLOSINGS), key=len, reverse=True):  # the longest first
    _BY_FIRST_WORD.setdefault(_closing.split(" ")[0], []).append(_closing)
_NAME = re.compile(r"[^\W\d_][\w'’.-]{0,30}(?: [^\W\d_][\w'’.-]{0,30}){0,3}")
_DELIMITER = re.compile(r"-{2,3} ?")


def is_closing(line: str) -> bool:
    """Say whether the line is a closing, alone or with a name after it: `Mvh`, `Mvh Anna`, `Vennlig hilsen, Bo`."""
    plain = tidy(line).strip("*_ ,.!/")
    low = plain.casefold()
    for closing in _BY_FIRST_WORD.get(re.split(r"[ ,./]", low, maxsplit=1)[0], ()):
        if low == closing:
            return True
        if low.startswith(closing) and low[len(closing)] in " ,./":
            return is_name(plain[len(closing) :])
    return False


def is_name(line: str) -> bool:
    """Say whether the line could be the name under a closing."""
    plain = tidy(line).strip("*_ ,.!/")
    return bool(plain) and _NAME.fullmatch(plain) is not None and plain[0].isupper()


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
