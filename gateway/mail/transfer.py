"""Content-Transfer-Encoding undone, leniently: what is broken is read as far as it makes sense."""

from __future__ import annotations

import binascii
import re
from typing import Final

_NAMES: Final = {
    "base64": "base64", "base-64": "base64", "b": "base64",
    "quoted-printable": "qp", "quotedprintable": "qp", "quoted printable": "qp", "qp": "qp", "q": "qp",
    "x-uuencode": "uu", "uuencode": "uu", "x-uue": "uu", "uue": "uu",
    "7bit": "", "8bit": "", "binary": "", "": "",
}  # fmt: skip
_SOFT_BREAK: Final = re.compile(rb"=[ \t]+(?=\r?\n)")
_TRAILING_BLANK: Final = re.compile(rb"[ \t]+(?=\r?\n)")
# A line of words, or a rule: a list or virus scanner wrote it under the encoded text.
_FOOTER: Final = re.compile(rb"\n(?:[^\r\n \t]+[ \t]+[^\r\n \t]|[-_=*]{3,})")
_WORDS: Final = re.compile(rb"\s*[^\s]+[ \t]+[^\s]")
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t"
_STRAY: Final = bytes(sorted(set(range(256)) - set(_ALPHABET) | set(b"\r\n \t")))
_URL_SAFE: Final = re.compile(rb"\s*(?:[A-Za-z0-9_-]+\r?\n)*[A-Za-z0-9_-]+={0,2}\s*")  # RFC 4648 5: the other alphabet
_UU_BEGIN: Final = re.compile(rb"^begin[ \t]+[0-7]{3,4}[ \t]+([^\r\n]*)\r?\n", re.MULTILINE)

_QP_LETTERS: Final = re.compile(rb"=C[23]=[89AB][0-9A-F]")
_SAMPLE: Final = 64 * 1024
_SURE: Final = 2
_ENCODED_LINES: Final = re.compile(rb"\s{0,10}(?:[A-Za-z0-9+/]{60,76}\r?\n)+[A-Za-z0-9+/]{0,76}={0,2}\s{0,10}")
_UU_FILE: Final = re.compile(
    rb"^begin[ \t]+[0-7]{3,4}[ \t]+([^\r\n]{1,200})\r?\n((?:[\x20-\x60]{1,62}[ \t]*\r?\n)+?)(?:[`\x20]?\r?\n)?end[ \t]*\r?$",
    re.MULTILINE,
)


def name(header: str) -> tuple[str, str | None]:
    """Return "base64", "qp", "uu" or "" for a header value as written, and a defect or None."""
    plain = header.partition(";")[0].partition("(")[0].strip(" \t\"'").lower()
    if plain in _NAMES:
        return _NAMES[plain], None
    loose = plain.replace(" ", "").replace("_", "-")
    if loose in _NAMES or loose in {"7-bit", "8-bit", "plain"}:
        return _NAMES.get(loose, ""), None
    return "", f"unknown transfer encoding {plain[:40]!r}"


def decode(raw: bytes, encoding: str) -> tuple[bytes, str | None]:
    """Undo an encoding as named by `name`; second is a defect or None."""
    match encoding:
        case "base64":
            return _base64(raw)
        case "qp":
            return _quoted_printable(raw), None
        case "uu":
            return _uu(raw), None
        case _:
            return raw, None


def undeclared(raw: bytes, encoding: str) -> bytes | None:
    """Undo an encoding that a text part does not name (relays lose the field); None where there surely is none."""
    if encoding or not raw.isascii():
        return None
    if b"=\n" in raw.replace(b"\r", b"") and len(_QP_LETTERS.findall(raw, 0, _SAMPLE)) >= _SURE:
        return _quoted_printable(raw)
    if not _ENCODED_LINES.fullmatch(raw):
        return None
    text = _base64(raw)[0]
    try:
        return None if text.isascii() or b"\0" in text or not text.decode("utf-8") else text
    except UnicodeDecodeError:
        return None


def _base64(raw: bytes) -> tuple[bytes, str | None]:
    if _WORDS.match(raw):
        return raw, "text that says it is base64"
    if not raw.translate(None, _ALPHABET) and b"=" not in raw.rstrip(b"=\r\n \t"):  # the usual case, without a copy
        return _run(raw.translate(None, b"=\r\n \t"))
    defect = None
    if (footer := _FOOTER.search(raw.strip())) and footer.start() > 0:
        raw, defect = raw.strip()[: footer.start()], "text below base64 was left out"
    out: list[bytes] = []
    if _URL_SAFE.fullmatch(raw):
        raw = raw.translate(bytes.maketrans(b"-_", b"+/"))
    # Several encoded texts may follow one another, each with its padding.
    for run in re.split(rb"=+", raw.translate(None, _STRAY)):
        content, short = _run(run)
        out.append(content)
        defect = defect or short
    return b"".join(out), defect


def _run(letters: bytes) -> tuple[bytes, str | None]:
    """Decode letters of the alphabet without padding; one letter too many is no byte."""
    odd = len(letters) % 4 == 1
    whole = letters[:-1] if odd else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)), "base64 is cut short" if odd else None


def _quoted_printable(raw: bytes) -> bytes:
    if b" \n" in raw or b" \r\n" in raw or b"\t\n" in raw or b"\t\r\n" in raw:
        raw = _TRAILING_BLANK.sub(b"", raw)  # RFC 2045 6.7 (3): transports add such blanks
    return binascii.a2b_qp(raw)


def _uu(raw: bytes) -> bytes:
    begin = _UU_BEGIN.search(raw)
    out: list[bytes] = []
    for line in raw[begin.end() :].splitlines() if begin else ():
        if line.strip() in {b"end", b"`"}:
            break
        if line and 32 <= line[0] <= 96:
            out.append(_uu_line(line))
    return b"".join(out) if begin else raw


def _uu_line(line: bytes) -> bytes:
    size = ((line[0] - 32) & 63) * 4 // 3 + 2
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # encoders pad a line beyond its stated length
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""


def files_in_text(raw: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Take uuencoded files out of plain text, as Outlook writes them; give the rest and (name, content) of each."""
    if b"begin " not in raw:
        return raw, []
    found = [(match[1].strip(), _uu(match[0])) for match in _UU_FILE.finditer(raw)]
    return (_UU_FILE.sub(b"", raw) if found else raw), found
