"""Values with parameters: Content-Type and Content-Disposition (RFC 2045, 2183, 2231), as real mails write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from gateway.mail import charset, encoded_words, limits

_CONTINUED: Final = re.compile(r"([^*]+)\*(\d{1,3})?(\*)?\Z")
_VALUE: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"[^;]*|\s*"?([^;]*)', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\])')


def parse(value: str) -> tuple[str, dict[str, str]]:
    """Split into the value (lower case) and its parameters (names lower case, decoded; the first of a name counts)."""
    head, _, rest = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, text in _pairs(rest):
        split = _CONTINUED.match(name)
        if split is None:
            plain.setdefault(name, encoded_words.decode(text))
        else:
            pieces.setdefault(split[1], {}).setdefault(int(split[2] or 0), (bool(split[3]) or split[2] is None, text))
    # RFC 2231 wins over the plain form that stands beside it for old readers.
    return head.strip().lower(), plain | {name: _join(found) for name, found in pieces.items()}


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    position = 0
    for _ in range(limits.PARAMETERS):
        equals = rest.find("=", position)
        if equals < 0:
            return
        name = rest[position:equals].rpartition(";")[2].strip().lower()
        value = _VALUE.match(rest, equals + 1)
        assert value is not None  # matches the empty string
        quoted, bare = value[1], value[2]
        if name:
            yield name, _ESCAPED.sub(r"\1", quoted) if quoted is not None else (bare or "").strip()
        position = value.end() + 1


def _join(pieces: dict[int, tuple[bool, str]]) -> str:
    label, raw = "", b""
    for number in sorted(pieces):
        encoded, text = pieces[number]
        if encoded and number == 0 and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogatepass")
    text = charset.decode(raw, label or None)[0]
    return encoded_words.decode(text)
