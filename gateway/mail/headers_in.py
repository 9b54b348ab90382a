"""The header section of a message or part, from bytes to fields; broken ones are read as far as they make sense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.mail import charset, charset_guess, encoded_words, limits, parameters, text

_NAME: Final = re.compile(rb"([!-9;-~]{1,200})([ \t]*):(?!//)")
_BLANK: Final = re.compile(rb"\n\r?\n")
_MBOX: Final = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_ISO_2022: Final = re.compile(rb"\x1b(?:\$[@B]|\([BJ])")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: name as written, value unfolded, raw 8-bit decoded, encoded-words not."""

    name: str
    value: str
    spaced: bool = False  # "From : a": readable, but not to be believed (A07)

    @property
    def decoded(self) -> str:
        """Return the value as a person reads it: encoded-words decoded, one line, NFC."""
        plain = text.line(encoded_words.decode(self.value))
        return charset_guess.once(plain) or plain


@dataclass(frozen=True, slots=True)
class Section:
    """All fields of a header section in order, and what was wrong with it."""

    fields: tuple[Field, ...] = ()
    defects: tuple[str, ...] = ()

    def all(self, name: str) -> Iterator[Field]:
        """Give every field of that name (lower case)."""
        return (field for field in self.fields if field.name.lower() == name)

    def value(self, name: str) -> str:
        """Return the value of the first field of that name (lower case), or the empty string."""
        return next((field.value for field in self.all(name)), "")


@dataclass(frozen=True, slots=True)
class _Line:
    name: bytes  # empty: continues the line before
    value: bytes
    spaced: bool
    start: int  # offset in the section


def read(raw: bytes, start: int, end: int) -> tuple[Section, int]:
    """Read the section that begins at `start`; second is where the body begins."""
    start = _skip_mbox(raw, start, end)
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return Section(), raw.index(b"\n", start) + 1
    blank = _BLANK.search(raw, start, end)
    section_end, body = (blank.start() + 1, blank.end()) if blank else (end, end)
    section = raw[start : min(section_end, start + limits.HEADER_SECTION)]
    defects = ["header section over the limit"] if section_end - start > limits.HEADER_SECTION else []
    lines, stop = _lines(section)
    if stop is not None:
        defects.append("no empty line after the headers" if lines else "no headers")
        body = start + stop
    if len(lines) > limits.HEADERS:
        defects.append("too many headers")
    return _section(_unfold(lines[: limits.HEADERS]), defects), body


def _skip_mbox(raw: bytes, start: int, end: int) -> int:
    """Step over the "From " line of a mailbox file."""
    match = _MBOX.match(raw, start, end)
    return match.end() if match else start


def _lines(section: bytes) -> tuple[list[_Line], int | None]:
    """Split into fields and continuations; second is where text begins that is no header, if it does."""
    lines: list[_Line] = []
    strange: int | None = None  # index in `lines` of the first line that looks like no header
    offset = 0
    for raw in section.split(b"\n"):
        indented = not lines and raw[:1] in {b" ", b"\t"}
        match = _NAME.match(raw.lstrip() if indented else raw)
        if match:
            lines.append(_Line(match[1], match.string[match.end() :], bool(match[2]) or indented, offset))
        elif raw.strip():
            if raw[:1] not in {b" ", b"\t"} and strange is None:
                strange = len(lines)
            lines.append(_Line(b"", raw, False, offset))
        offset += len(raw) + 1
    if strange is None or (strange and any(line.name for line in lines[strange + 1 :])):
        return lines, None  # a wrapped line that lost its blank: headers go on after it
    return lines[:strange], lines[strange].start


def _unfold(lines: list[_Line]) -> Iterator[tuple[bytes, bytes, bool]]:
    collected: list[bytes] = []
    current: _Line | None = None
    for line in lines:
        if line.name:
            if current:
                yield current.name, b"".join(collected), current.spaced
            current, collected = line, [line.value.rstrip(b"\r")]
        elif current:
            collected.append(
                line.value.rstrip(b"\r") if line.value[:1] in {b" ", b"\t"} else b" " + line.value.rstrip(b"\r")
            )
    if current:
        yield current.name, b"".join(collected), current.spaced


def _section(unfolded: Iterator[tuple[bytes, bytes, bool]], defects: list[str]) -> Section:
    fields: list[Field | tuple[bytes, bytes, bool]] = []
    for name, value, spaced in unfolded:
        if len(value) > limits.HEADER:
            defects.append(f"header {name.decode('ascii')[:40]} over the limit")
        plain = _plain(value[: limits.HEADER])
        fields.append(
            (name, value[: limits.HEADER], spaced) if plain is None else Field(name.decode("ascii"), plain, spaced)
        )
    label = _label(fields)
    done = tuple(field if isinstance(field, Field) else _labelled(*field, label, defects) for field in fields)
    return Section(done, tuple(defects))


def _plain(value: bytes) -> str | None:
    """Return ASCII or UTF-8 (RFC 6532) as text, None for other bytes."""
    if b"\x1b" in value and _ISO_2022.search(value):
        return None
    try:
        return value.decode("utf-8").strip(" \t\r")
    except UnicodeDecodeError:
        return None


def _label(fields: list[Field | tuple[bytes, bytes, bool]]) -> str | None:
    """Return the charset of the body: whoever writes raw 8-bit headers uses the same for both."""
    for field in fields:
        if isinstance(field, Field) and field.name.lower() == "content-type":
            return parameters.parse(field.value)[1].get("charset")
    return None


def _labelled(name: bytes, value: bytes, spaced: bool, label: str | None, defects: list[str]) -> Field:
    label = "iso-2022-jp" if _ISO_2022.search(value) else label
    defects.append(f"raw 8-bit text in {name.decode('ascii')[:40]}")
    return Field(name.decode("ascii"), charset.decode(value, label)[0].strip(" \t\r"), spaced)
