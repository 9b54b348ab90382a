"""A text that must stand in whatever a pattern matches: looked for first, it spares most mails the pattern."""

from __future__ import annotations

_META = frozenset("\\^$.|?*+()[]{}")
_OPTIONAL = frozenset("?*{")
_DOTS = frozenset("Iİı")  # a pattern's I finds ı as well, no folding does
_FLAGS = ("(?i", "(?-", "(?s", "(?m", "(?x", "(?a", "(?u", "(?V", "(?e", "(?b")
_FUZZY = ("{e", "{i", "{d", "{s")
_LONG_ESCAPES = tuple(f"\\{letter}" for letter in "QpPxuUNgkL0123456789")  # what follows belongs to them
_TOO_CLEVER = ("|", *_FLAGS, *_FUZZY, *_LONG_ESCAPES)


def required_literal(pattern: str) -> str:
    """Return the longest plain run outside groups, in lower case; "" where nothing is sure.

    Wrong only in the harmless direction: a pattern with alternatives, inline flags or long escapes has none.
    """
    if any(sign in pattern for sign in _TOO_CLEVER):
        return ""
    runs, run, depth, at = [""], "", 0, 0
    while at < len(pattern):
        letter, width = _literal(pattern, at)
        following = pattern[at + width : at + width + 1]
        if letter and depth == 0 and following not in _OPTIONAL:
            run += letter
        if not letter or depth or following in _OPTIONAL or following == "+":
            runs.append(run)
            run = ""
        if pattern[at] == "[":
            width = _class_end(pattern, at) - at
        elif pattern[at] == "{":
            width = max(pattern.find("}", at) + 1 - at, 1)  # how often; a `{` alone stands for itself
        depth += {"(": 1, ")": -1}.get(pattern[at], 0)
        at += width
    return max((*runs, run), key=len).casefold()


def _literal(pattern: str, at: int) -> tuple[str, int]:
    """Return the character that stands for itself at `at`, or "", and how long its writing is."""
    if pattern[at] == "\\":
        escaped = pattern[at + 1 : at + 2]
        return ("" if escaped.isalnum() else escaped), 2
    nothing = pattern[at] in _META or pattern[at] in _DOTS or not pattern[at].isprintable()
    return ("" if nothing else pattern[at]), 1


def _class_end(pattern: str, at: int) -> int:
    """Return where a `[…]` is over."""
    at += 2 if pattern[at + 1 : at + 2] != "^" else 3  # a `]` in first place stands for itself
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1
