"""Text as it is kept: NFC, bare line feeds, and nothing in it that a database, a terminal or a log stumbles over."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Control characters that no reader sees; tab and newline stay. C1 as well: they come of mislabelled cp1252.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SPACES: Final = re.compile(r"[ \t]{2,}")
# Marks, overrides, isolates and zero-width signs: nobody sees them, they only reorder or hide (A13, A43).
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def body(text: str) -> str:
    """Return a message body as kept: line feeds, NFC, no control characters, no empty edges."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return nfc(_CONTROL.sub("", text)).strip("\n").rstrip()


def line(text: str) -> str:
    """Return a header value as kept: one line, NFC, no control characters, single blanks."""
    return nfc(_SPACES.sub(" ", _LINE_CONTROL.sub(" ", text))).strip()


def nfc(text: str) -> str:
    """Return the composed form; combining marks are capped by normalising in linear time."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """Return the text without characters that only reorder or hide: bidi controls, zero-width signs, tags."""
    return text if text.isascii() else _INVISIBLE.sub("", text)
