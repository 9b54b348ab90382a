"""Outlook's winmail.dat (MS-OXTNEF): the files and the text in it, read as far as it goes. Linear, and nothing raises.

Own reader rather than a library: the one there is raises six kinds of errors on damaged files and hangs on some.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from gateway.mail import charset, rtf

SIGNATURE: Final = b"\x78\x9f\x3e\x22"
_DEEPEST: Final = 3  # messages in messages
_MOST_FILES: Final = 200
_MOST_VALUES: Final = 10_000


class _Attribute(IntEnum):
    """Attributes of the stream (MS-OXTNEF 2.1.3.3)."""

    SUBJECT = 0x8004
    BODY = 0x800C
    FILE_DATA = 0x800F
    FILE_TITLE = 0x8010
    FILE_BEGINS = 0x9002
    MESSAGE_PROPERTIES = 0x9003
    FILE_PROPERTIES = 0x9005
    CODE_PAGE = 0x9007


class _Property(IntEnum):
    """Properties of messages and files (MS-OXPROPS)."""

    SUBJECT = 0x0037
    BODY = 0x1000
    RTF = 0x1009
    HTML = 0x1013
    DISPLAY_NAME = 0x3001
    DATA = 0x3701
    SHORT_NAME = 0x3704
    LONG_NAME = 0x3707
    MIME = 0x370E
    CONTENT_ID = 0x3712


_FIXED: Final = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Property type to bytes, where that is always the same; shorter values are padded to four."""
_OBJECT: Final = 0x0D
_VARIABLE: Final = frozenset({_OBJECT, 0x1E, 0x1F, 0x102})
_SEVERAL: Final = 0x1000


@dataclass(slots=True)
class PackedFile:
    """A file in the container, named as its sender named it."""

    name: str = ""
    type: str = ""  # maintype/subtype, or "" where it is not told
    content_id: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Container:
    """What was found; `whole` tells whether it was read to its end."""

    subject: str = ""
    text: str = ""
    html: str | None = None
    files: list[PackedFile] = field(default_factory=list)
    whole: bool = False
    code_page: str = "cp1252"


def read(raw: bytes, depth: int = 0) -> Container | None:
    """Read a container; None where it is none."""
    if not raw.startswith(SIGNATURE):
        return None
    container = Container()
    rich = b""
    try:
        for number, value in _attributes(raw):
            rich = _take(container, number, value, depth) or rich
        container.whole = True
    except (struct.error, ValueError, IndexError):
        pass  # damaged: what came before it counts
    if rich and not container.text.strip():
        container.text = rtf.to_text(rtf.decompress(rich))
    container.files = [one for one in container.files if one.content]
    return container


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Give number and value of each attribute of the stream."""
    position = 6  # signature and key
    for _ in range(_MOST_VALUES):
        if position + 9 > len(raw):
            break
        number, length = struct.unpack_from("<xHxxI", raw, position)
        position += 9
        if position + length > len(raw):
            yield number, raw[position:]
            raise ValueError("cut short")
        yield number, raw[position : position + length]
        position += length + 2  # checksum
    if position > len(raw) or raw[position:].strip(b"\0"):
        raise ValueError("cut short")


def _take(container: Container, number: int, value: bytes, depth: int) -> bytes:
    """Put an attribute where it belongs; return compressed RTF where it holds the body so."""
    files = container.files
    match number:
        case _Attribute.CODE_PAGE if len(value) >= 4:
            container.code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        case _Attribute.SUBJECT:
            container.subject = _string(value, container)
        case _Attribute.BODY:
            container.text = _string(value, container)
        case _Attribute.FILE_BEGINS if len(files) < _MOST_FILES:
            files.append(PackedFile())
        case _Attribute.FILE_TITLE if files:
            files[-1].name = files[-1].name or _string(value, container)
        case _Attribute.FILE_DATA if files:
            files[-1].content = value
        case _Attribute.FILE_PROPERTIES if files:
            _describe(files[-1], value, container, depth)
        case _Attribute.MESSAGE_PROPERTIES:
            return _message(container, value)
        case _:
            pass
    return b""


def _string(value: bytes, container: Container) -> str:
    return charset.decode(value.rstrip(b"\0"), container.code_page)[0]


def _message(container: Container, value: bytes) -> bytes:
    rich = b""
    for name, kind, found in _properties(value):
        match name:
            case _Property.SUBJECT:
                container.subject = container.subject or _value(found, kind, container)
            case _Property.BODY:
                container.text = _value(found, kind, container)
            case _Property.HTML:
                container.html = _value(found, kind, container)
            case _Property.RTF:
                rich = found
            case _:
                pass
    return rich


def _describe(file: PackedFile, value: bytes, container: Container, depth: int) -> None:
    short = ""
    for name, kind, found in _properties(value):
        match name:
            case _Property.LONG_NAME:
                file.name = _value(found, kind, container)
            case _Property.SHORT_NAME | _Property.DISPLAY_NAME:
                short = short or _value(found, kind, container)
            case _Property.MIME:
                file.type = _value(found, kind, container).strip().lower()
            case _Property.CONTENT_ID:
                file.content_id = _value(found, kind, container).strip("<>")
            case _Property.DATA if found:
                _object(file, found, container, depth)
            case _:
                pass
    file.name = file.name or short


def _object(file: PackedFile, found: bytes, container: Container, depth: int) -> None:
    """Take what is embedded: a whole message becomes a text beside its files."""
    inner = found[16:] if found[16:20] == SIGNATURE else found  # behind the name of its interface
    message = read(inner, depth + 1) if depth < _DEEPEST else None
    if message is None:
        file.content = file.content or found
        return
    file.name, file.type = f"{message.subject or 'message'}.txt", "text/plain"
    file.content = f"{message.subject}\n\n{message.text}".strip().encode()
    container.files[-1:-1] = message.files[: _MOST_FILES - len(container.files)]


def _value(found: bytes, kind: int, container: Container) -> str:
    """Return a property as text; 0x1F is UTF-16, all else is in the code page of the message."""
    if kind & 0xFFF == 0x1F:
        return found.decode("utf-16-le", "replace").rstrip("\0")
    return _string(found, container)


def _properties(raw: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give (name, type, value) of each property of a list; of several values the first."""
    count, position = min(struct.unpack_from("<I", raw)[0], _MOST_VALUES), 4
    for _ in range(count):
        kind, name = struct.unpack_from("<HH", raw, position)
        position += 4
        if name >= 0x8000:
            position = _behind_name(raw, position)
        values = 1
        if kind & _SEVERAL or kind in _VARIABLE:
            values = struct.unpack_from("<I", raw, position)[0]
            position += 4
        first = b""
        for number in range(min(values, _MOST_VALUES)):
            value, position = _one(raw, position, kind & 0xFFF)
            first = value if number == 0 else first
        yield name, kind, first


def _behind_name(raw: bytes, position: int) -> int:
    """Step over the set and the number or the words that name a property of an application."""
    by_words = struct.unpack_from("<I", raw, position + 16)[0]
    if not by_words:
        return position + 24
    length: int = struct.unpack_from("<I", raw, position + 20)[0]
    return position + 24 + length + (-length % 4)


def _one(raw: bytes, position: int, kind: int) -> tuple[bytes, int]:
    if kind in _FIXED:
        end = position + _FIXED[kind]
    elif kind in _VARIABLE:
        length: int = struct.unpack_from("<I", raw, position)[0]
        position += 4
        end = position + length
    else:
        raise ValueError("unknown type of property")
    if end > len(raw):
        raise ValueError("cut short")
    value = raw[position:end]
    return value, end + (-(end - position) % 4)
