"""What a subject says of its thread: our reference in brackets, prefixes of replies and forwards, tags of mail systems."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum
from typing import Final

from gateway.mail.lines import folded, plain
from gateway.mail.words import FORWARD_PREFIXES, REPLY_PREFIXES

_LONGEST: Final = 2000
_TAG: Final = re.compile(r"[\[【［]\s{0,2}#?([^\W\d_][^\W_]{0,15})\s{0,2}[-‐‑–—−]\s{0,3}(\d{1,10})\s{0,2}[\]】］]")
_PREFIX: Final = re.compile(
    r"([^\W\d_][^\W\d_]{0,15}[./]?(?:[ -][^\W\d_]{1,12}\.?)?)\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3}|\d{1,2})?\s?[:：]"
)
_MARK: Final = re.compile(
    r"(?:\[|\{|\(|\*{2,5}|<)\s{0,2}(?:ext|extern|external|externt|ekstern|externe|ulkoinen|external email|external sender|extern avsändare|extern e-post|\?*spam\??|possible spam|suspected spam|probable spam|bulk|skräppost|søppelpost|junk)\s{0,2}(?:\]|\}|\)|\*{2,5}|>):?"
    r"|(?:ext|external|extern|ekstern):",
    re.IGNORECASE,
)
_REPLY: Final = frozenset((*REPLY_PREFIXES, "ang", "vedr"))
_FORWARD: Final = frozenset(FORWARD_PREFIXES)
_BRACKETED_FORWARD: Final = re.compile(r"\[(?:fwd?|vb|wg)\s?:(.{0,2000})\]", re.IGNORECASE)


class Prefix(Enum):
    """What the first prefix of a subject says. VS is an answer in Finnish, a forward in Norwegian and Danish."""

    REPLY = "reply"
    FORWARD = "forward"
    EITHER = "either"
    NONE = "none"


def in_subject(subject: str, ours: Collection[str] | None = None) -> str | None:
    """Find the first `[ACME-1042]`, however it was folded or its dash was changed; returned as `ACME-1042`.

    With `ours` (prefixes in capitals) only those count.
    """
    tags = _TAG.finditer(_unfolded(subject))
    found = next((tag for tag in tags if ours is None or tag[1].upper() in ours), None)
    return None if found is None else f"{found[1].upper()}-{int(found[2])}"


def base_subject(subject: str, ours: Collection[str] | None = None) -> str:
    """Return the subject without prefixes of any language, marks of mail systems and references.

    With `ours` (prefixes in capitals) only those references go: a customer's own tags stay.
    """
    rest = _TAG.sub(lambda tag: " " if ours is None or tag[1].upper() in ours else tag[0], _unfolded(subject))
    while True:
        rest = rest.strip()
        shorter = _without_first(rest)
        if shorter == rest:
            return " ".join(rest.split())
        rest = shorter


def prefix(subject: str) -> Prefix:
    """Tell whether the subject is that of a reply or of a forward."""
    rest = _TAG.sub(" ", _unfolded(subject)).strip()
    while mark := _MARK.match(rest):
        rest = rest[mark.end() :].strip()
    if _BRACKETED_FORWARD.match(rest):
        return Prefix.FORWARD
    word = _prefix_word(rest)
    if word is None:
        return Prefix.NONE
    match word in _REPLY, word in _FORWARD:
        case True, True:
            return Prefix.EITHER
        case True, False:
            return Prefix.REPLY
        case _:
            return Prefix.FORWARD


def _unfolded(subject: str) -> str:
    return " ".join(plain(subject[:_LONGEST]).split())


def _without_first(rest: str) -> str:
    if mark := _MARK.match(rest):
        return rest[mark.end() :].lstrip()
    if bracketed := _BRACKETED_FORWARD.fullmatch(rest):
        return bracketed[1].strip()
    if _prefix_word(rest) is not None and (found := _PREFIX.match(rest)):
        return rest[found.end() :].lstrip()
    return rest


def _prefix_word(rest: str) -> str | None:
    found = _PREFIX.match(rest)
    if found is None:
        return None
    word = folded(found[1].strip().rstrip("./"))
    if len(word) == 1 and not found[1][0].isupper():
        return None
    return word if word in _REPLY or word in _FORWARD else None
