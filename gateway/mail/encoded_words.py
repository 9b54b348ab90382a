"""Encoded-words in header values (RFC 2047), as lenient as mail clients are, linear in the length."""

from __future__ import annotations

import binascii
import re
from typing import Final

from gateway.mail import charset

_START: Final = re.compile(r"=\?([^?\s=\"<>]{0,60})\?([bBqQ])\?")
_WHOLE: Final = re.compile(r"=\?[^?\s=]{1,60}\?[bBqQ]\?[^?\s]{1,2000}\?=")
_BLANK: Final = re.compile(r"\s")
_GAP: Final = re.compile(r"\s*\Z")


def decode(text: str) -> str:
    """Return the value with every encoded-word decoded; what cannot be decoded stays as written."""
    if "=?" not in text:
        return text
    once = _decode(text)
    # Some gateways encode what was encoded already.
    return _decode(once) if once != text and _WHOLE.fullmatch(once) else once


def _decode(text: str) -> str:
    out: list[str] = []
    pending = _Run()
    position = 0
    while (start := _START.search(text, position)) and (end := _end(text, start)) >= 0:
        raw = _bytes(start[2].lower(), text[start.end() : end])
        between = text[position : start.start()]
        if not (pending and _GAP.match(between)):  # white space between two encoded-words is none
            out += (pending.flush(), between)
        out.append(pending.add(start[1].partition("*")[0], raw))  # "*" begins a language (RFC 2231)
        position = end + 2
    return "".join((*out, pending.flush(), text[position:]))


class _Run:
    """Neighbouring words of one charset: some senders cut a character in two, so their bytes are joined first."""

    def __init__(self) -> None:
        self._label = ""
        self._raw: list[bytes] = []

    def __bool__(self) -> bool:
        return bool(self._raw)

    def add(self, label: str, raw: bytes) -> str:
        """Take one word; return the text of the run that it ends, if it does."""
        before = "" if label.lower() == self._label else self.flush()
        self._label = label.lower()
        self._raw.append(raw)
        return before

    def flush(self) -> str:
        """Return the text so far and forget it."""
        raw, self._raw = b"".join(self._raw), []
        return charset.decode(raw, self._label)[0] if raw else ""


def _end(text: str, start: re.Match[str]) -> int:
    """Find the "?=" that closes; "?=3D" in sloppy quoted-printable is the word's own text. A cut word ends with the value."""
    end = text.find("?=", start.end())
    if end < 0:
        cut = text[start.end() :]
        return len(text) if cut and not _BLANK.search(cut) and (start[2] in "bB" or "=" in cut) else -1
    if start[2] in "qQ":
        while end >= 0 and re.match(r"[0-9A-F]{2}", text[end + 2 : end + 4]) and text.find("?=", end + 2) >= 0:
            following = text.find("?=", end + 2)
            if re.search(r"\s|=\?", text[end + 2 : following]):
                break
            end = following
    return end


def _bytes(encoding: str, word: str) -> bytes:
    if encoding == "q":
        return binascii.a2b_qp(word.replace("\r", "").replace("\n", "").encode("utf-8", "surrogateescape"), header=True)
    packed = re.sub(r"[^A-Za-z0-9+/]", "", word)
    packed = packed[: len(packed) - 1] if len(packed) % 4 == 1 else packed
    return binascii.a2b_base64(packed + "=" * (-len(packed) % 4))
