"""Rich text as Outlook packs it into winmail.dat: decompressed (MS-OXRTFCP), and its words without the look."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Final

from gateway.mail import charset

_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW: Final = 4096
_NOT_TEXT: Final = 1
_NOT_HTML: Final = 2
_LARGEST: Final = 1024 * 1024  # bytes of rich text; no person wrote more
_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_UNSEEN: Final = frozenset(
    [b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"themedata", b"datastore", b"generator", b"listtable", b"listoverridetable", b"latentstyles", b"rsidtbl", b"header", b"footer", b"fldinst", b"mhtmltag", b"xmlnstbl", b"filetbl"]
)  # fmt: skip
_CODE_PAGE: Final = re.compile(rb"\\ansicpg(\d{3,5})")
_WORDS: Final = {
    b"\\": b"\\",
    b"{": b"{",
    b"}": b"}",
    b"~": b" ",
    b"_": b"-",
    b"par": b"\n",
    b"line": b"\n",
    b"sect": b"\n",
    b"page": b"\n",
    b"row": b"\n",
    b"tab": b"\t",
    b"cell": b"\t",
}
_SIGNS: Final = {b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•"}  # fmt: skip


def decompress(raw: bytes) -> bytes:
    """Undo LZFu; what cannot be undone is left out."""
    if len(raw) < 16:
        return b""
    size, kind = struct.unpack_from("<xxxxI4s", raw)
    if kind == b"MELA":
        return raw[16 : 16 + size]
    if kind != b"LZFu":
        return b""
    return _undone(raw, min(size, _LARGEST))


def _undone(raw: bytes, size: int) -> bytes:
    out = bytearray(_DICTIONARY)  # the window begins with it
    start = len(out)
    position = 16
    while position < len(raw) and len(out) - start < size:
        flags = raw[position]
        position += 1
        for bit in range(8):
            if position >= len(raw):
                break
            if not flags >> bit & 1:
                out.append(raw[position])
                position += 1
                continue
            pair = int.from_bytes(raw[position : position + 2], "big")
            position += 2
            if not _copy(out, pair >> 4, (pair & 15) + 2):
                return bytes(out[start : start + size])
    return bytes(out[start : start + size])


def _copy(out: bytearray, offset: int, length: int) -> bool:
    """Repeat what was written before; False at the mark of the end. `offset` counts in a window that turns round."""
    back = (len(out) - offset) % _WINDOW
    if back == 0:
        return False
    for _ in range(length):
        out.append(out[-back] if back <= len(out) else 0x20)
    return True


def to_text(raw: bytes) -> str:
    """Return the words of rich text: paragraphs, cells by tab; HTML wrapped in it gives its words as well."""
    page = _CODE_PAGE.search(raw, 0, 500)
    reader = _Reader(f"cp{page[1].decode()}" if page else "cp1252")
    for found in _TOKEN.finditer(raw[:_LARGEST]):
        word, number, byte, sign, brace, plain = found.groups()
        if brace:
            reader.group(opens=brace == b"{")
        elif word or sign:
            reader.control(word or sign, number)
        elif byte:
            reader.take(bytes.fromhex(byte.decode()), characters=1)
        elif plain:
            reader.take(plain, characters=len(plain))
    return reader.text()


@dataclass(slots=True)
class _Reader:
    """Collects words; knows which groups are not shown."""

    page: str
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)  # of the code page: a character may take two
    hidden: list[int] = field(default_factory=lambda: [0])  # flags of each open group
    skip: int = 0  # characters that stand in for a Unicode one before them
    fresh: bool = False  # a group has just begun

    def group(self, *, opens: bool) -> None:
        self.fresh = opens
        if opens:
            self.hidden.append(self.hidden[-1])
        elif len(self.hidden) > 1:
            self.hidden.pop()

    def control(self, word: bytes, number: bytes | None) -> None:
        if self.fresh and (word == b"*" or word in _UNSEEN):
            self.hidden[-1] |= _NOT_TEXT
        elif word == b"htmlrtf":  # what follows is only for readers without HTML, up to htmlrtf0
            self.hidden[-1] = (self.hidden[-1] & _NOT_TEXT) | (0 if number == b"0" else _NOT_HTML)
        self.fresh = False
        if self.hidden[-1]:
            return
        if word == b"u" and number:
            self._sign(chr(int(number) % 0x10000))
            self.skip = 1
        elif word in _SIGNS:
            self._sign(_SIGNS[word])
        else:
            self.pending += _WORDS.get(word, b"")

    def take(self, plain: bytes, *, characters: int) -> None:
        self.fresh = False
        if not self.hidden[-1]:
            self.pending += plain[self.skip :]
            self.skip = max(0, self.skip - characters)

    def text(self) -> str:
        self._flush()
        return "".join(self.out).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()

    def _sign(self, sign: str) -> None:
        self._flush()
        self.out.append(sign)

    def _flush(self) -> None:
        self.out.append(charset.decode(bytes(self.pending), self.page)[0])
        self.pending.clear()
