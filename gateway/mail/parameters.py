"""Values with parameters: Content-Type and Content-Disposition (RFC 2045, 2183, 2231), as real mails write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

from gateway.mail import charset, charset_guess, encoded_words, limits

_CONTINUED: Final = re.compile(r"([^*]+)\*(\d{1,3})?(\*)?\Z")
_VALUE: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"[^;]*|\s*"?([^;]*)', re.DOTALL)
_FORGOTTEN: Final = re.compile(r"\s*([^\s=;\"]+)\s+([\w*]+\s?=)")
# Names made into URLs, as web programs do: only whole characters beyond ASCII, "50%25" stays.
_PERCENT: Final = re.compile(
    r"(?:%[Cc][2-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Dd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|%20)+"
)
_ESCAPED: Final = re.compile(r'\\(["\\])')


def parse(value: str) -> tuple[str, dict[str, str]]:
    """Split into the value (lower case) and its parameters (names lower case, decoded; the first of a name counts)."""
    head, rest = _head(value)
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


def file_name(disposition: dict[str, str], kind: dict[str, str]) -> str:
    """Return the name of a file from the parameters of Content-Disposition and Content-Type, or the empty string."""
    name = disposition.get("filename") or disposition.get("name") or kind.get("name") or kind.get("filename") or ""
    if len(name) > 2 and name[0] == name[-1] == "'":
        name = name[1:-1]
    if _PERCENT.search(name):
        name = _PERCENT.sub(lambda found: unquote(found[0]), name)
    return charset_guess.once(name) or name


def _head(value: str) -> tuple[str, str]:
    """Part the value from its parameters; some forget the semicolon between them."""
    head, _, rest = value.partition(";")
    if "=" not in head or (found := _FORGOTTEN.match(head)) is None:
        return head, rest
    return found[1], f"{value[found.start(2) :]}"


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
        # The charset stands in the first piece, wherever the sender begins to count; some repeat it in each.
        if encoded and text.count("'") >= 2 and (not raw or text.startswith(f"{label}'")):
            label, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if encoded else text.encode("utf-8", "surrogatepass")
    return encoded_words.decode(charset.decode(raw, label or None)[0])
