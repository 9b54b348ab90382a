"""Single lines that say "an older mail begins here": our own, other help desks', "Original Message", "Forwarded message"."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from gateway.mail.lines import DASHES, folded, unquoted
from gateway.mail.words import FOREIGN_MARKERS, FORWARD_MARKERS, ORIGINAL_MARKERS, OWN_MARKERS

_DECORATION: Final = f"{DASHES}_=*#~+<>|[] \t."
_LONGEST: Final = 140
_MARKERS: Final = (*OWN_MARKERS, *FOREIGN_MARKERS)
_ORIGINAL: Final = frozenset(map(folded, ORIGINAL_MARKERS))
_FORWARD: Final = frozenset(map(folded, FORWARD_MARKERS))
_FORWARDED_BY: Final = tuple(
    marker + " "
    for marker in FORWARD_MARKERS
    if marker.endswith((" by", " av", " von", " par", " por", " da", " door", " przez", " af"))
)


def _bare(line: str) -> tuple[str, str]:
    """The folded line without decoration, and the decoration it began with."""
    return _remembered(line) if len(line) <= _LONGEST else _undecorated(line)


def _undecorated(line: str) -> tuple[str, str]:
    text = unquoted(line)
    bare = text.strip(_DECORATION)
    return folded(bare), text[: len(text) - len(text.lstrip(_DECORATION))]


_remembered = lru_cache(maxsize=1024)(_undecorated)  # four questions are asked of each line, twice


def is_own_marker(line: str) -> bool:
    """Whether it is the line of ours above which operators write (or the like of other help desks)."""
    bare, _ = _bare(line[:_LONGEST])
    return bare.startswith(_MARKERS)


def is_original(line: str) -> bool:
    """Whether it is "-----Original Message-----" in some language."""
    if len(line) > _LONGEST:
        return False
    bare, decoration = _bare(line)
    return bare.rstrip(" :") in _ORIGINAL and any(sign in f"{DASHES}_=" for sign in decoration)


def forward(line: str) -> str | None:
    """Return what stands behind a forward marker on its line (mostly ""), or None where the line is no marker."""
    bare, decoration = _bare(line)
    dashed = sum(sign in DASHES for sign in decoration) >= 2
    if len(line) <= _LONGEST and bare.rstrip(" :：") in _FORWARD and (dashed or bare.endswith((":", "："))):
        return ""
    if len(line) <= _LONGEST and dashed and bare.startswith(_FORWARDED_BY):
        return ""
    return _behind_dashes(line) if dashed else None


def _behind_dashes(line: str) -> str | None:
    """Yahoo renders marker and header lines as one: `----- Forwarded Message ----- From: John <…>To: …`."""
    text = unquoted(line)
    head, dashes, rest = text.lstrip(_DECORATION)[:60].partition("--")
    if not dashes or folded(head.strip()) not in _FORWARD:
        return None
    start = text.find(head) + len(head)
    return text[start:].lstrip(_DECORATION) if rest else None
