"""How words are compared: case, dashes, odd spaces and left-out diacritics make no difference."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product

_LEFT_OUT: dict[str, tuple[str, ...]] = {
    "å": ("å", "a", "aa"),
    "ä": ("ä", "a"),
    "ö": ("ö", "o"),
    "æ": ("æ", "ae", "a"),
    "ø": ("ø", "o"),
}
_PLAIN = str.maketrans({"å": "a", "ä": "a", "ö": "o", "æ": "ae", "ø": "o"})
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_HASHES = dict.fromkeys(map(ord, "＃﹟"), "#")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"))
_SPACES = dict.fromkeys((n for n in range(0x3001) if chr(n).isspace()), " ")
_SIGNS = {**_DASHES, **_HASHES, **_INVISIBLE, **_SPACES}
_ODD = re.compile(f"[{re.escape(''.join(map(chr, (*_DASHES, *_HASHES, *_INVISIBLE))))}]")  # split() knows all spaces
_REMEMBERED = 300  # characters; what is remembered stays small


def tidy(line: str) -> str:
    """Return the line in NFC with plain dashes and single spaces, without what cannot be seen."""
    return _known(line) if len(line) <= _REMEMBERED else _tidied(line)


def _tidied(line: str) -> str:
    composed = unicodedata.normalize("NFC", line)
    # str.translate asks a dictionary for every letter; few lines hold one of these signs
    return " ".join((composed.translate(_SIGNS) if _ODD.search(composed) else composed).split())


_known = lru_cache(maxsize=1024)(_tidied)  # each line is asked several things, one after the other


def bare(word: str) -> str:
    """Return what two spellings of a word have in common: lower case, `_` as `-`."""
    return tidy(word).casefold().replace("_", "-")


def spellings(word: str) -> frozenset[str]:
    """Return every way to write the word without its diacritics or dashes, itself included."""
    letters = [_LEFT_OUT.get(letter, (letter,)) for letter in bare(word)]
    whole = {"".join(choice) for choice in product(*letters)}
    return frozenset(whole | {spelling.replace("-", "") for spelling in whole})


def folded(text: str) -> str:
    """Return the text in lower case without Nordic diacritics, for lists that people name loosely."""
    return bare(text).translate(_PLAIN)
