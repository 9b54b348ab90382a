"""Bytes to text by an allow-list of character sets; what is mislabelled or unlabelled is guessed, never an error (A46)."""

from __future__ import annotations

import re
from typing import Final

from gateway.mail import charset_guess

# Label (lower case, "_" and " " as "-") -> codec. Only these codecs are ever asked for: others (hex, idna,
# unicode_escape, utf-7) do not decode characters, or decode characters that no filter before them could see.
# Wider codecs stand in for what senders mislabel: cp1252 for latin-1, gb18030 for gb2312, cp949 for ks_c_5601.
_LABELS: Final[dict[str, str]] = {
    "utf-8": "utf-8", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-8mb4": "utf-8", "cp65001": "utf-8",
    "us-ascii": "ascii", "ascii": "ascii", "ansi-x3.4-1968": "ascii", "iso-646": "ascii", "ansi": "cp1252",
    "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "iso-ir-100": "cp1252", "latin-9": "iso8859-15",
    "latin2": "iso8859-2", "latin-2": "iso8859-2", "latin9": "iso8859-15", "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030", "euc-cn": "gb18030", "gb-2312-80": "gb18030",
    "hz-gb-2312": "hz", "hz": "hz",
    "big5": "cp950", "big-5": "cp950", "cp950": "cp950", "x-big5": "cp950", "cn-big5": "cp950", "big5-hkscs": "big5hkscs",
    "ks-c-5601-1987": "cp949", "ks-c-5601": "cp949", "euc-kr": "cp949", "cp949": "cp949", "uhc": "cp949", "ksc5601": "cp949", "korean": "cp949",
    "iso-2022-kr": "iso2022_kr", "iso-2022-jp": "iso2022_jp_ext", "iso-2022-jp-1": "iso2022_jp_ext", "iso-2022-jp-2": "iso2022_jp_2",
    "csiso2022jp": "iso2022_jp_ext", "iso-2022-jp-ms": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
    "shift-jis": "cp932", "shiftjis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms-kanji": "cp932", "cp932": "cp932", "windows-31j": "cp932",
    "euc-jp": "euc_jp", "eucjp": "euc_jp", "x-euc-jp": "euc_jp",
    "koi8-r": "koi8-r", "koi8": "koi8-r", "koi8-u": "koi8-u", "tis-620": "cp874", "iso-8859-11": "cp874", "windows-874": "cp874", "cp874": "cp874",
    "utf-16": "utf-16", "utf16": "utf-16", "ucs-2": "utf-16", "unicode": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "utf-32": "utf-32", "utf-32le": "utf-32-le", "utf-32be": "utf-32-be",
    "macintosh": "mac-roman", "mac": "mac-roman", "mac-roman": "mac-roman", "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ce": "mac-latin2", "mac-centraleurope": "mac-latin2",
}  # fmt: skip
_ISO: Final = re.compile(r"iso-?8859-?(\d{1,2})(?!\d)")
_WINDOWS: Final = re.compile(r"(?:windows|cp|win|x-cp|microsoft-cp)-?(125[0-8])(?!\d)")
_DOS: Final = re.compile(r"(?:ibm|cp|dos)-?(437|737|775|85[0258]|86[0-69])(?!\d)")

# Every byte string, or every ASCII one, is valid in these: the label decides before UTF-8 is tried.
_LABEL_FIRST: Final = frozenset(
    {"gb18030", "hz", "cp950", "big5hkscs", "cp949", "iso2022_kr", "iso2022_jp_ext", "iso2022_jp_2", "cp932", "euc_jp", "cp874"}
    | {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
)  # fmt: skip
CODECS: Final = tuple(
    sorted(
        {*_LABELS.values(), "latin-1", "utf-7", "cp1254"}
        | {f"iso8859-{n}" for n in (*range(2, 11), *range(13, 17))}
        | {f"cp{n}" for n in (*range(1250, 1259), 437, 737, 775, 850, 852, 855, 858, *range(860, 867), 869)}
    )
)
"""Every codec that may be used, for the parser process to load before it gives up the right to open files."""

_LATIN: Final = frozenset({"cp1252", "iso8859-15"})
_ESCAPED: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
_UTF_7: Final = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7", "csunicode11utf7", "x-unicode-2-0-utf-7"})
_SHIFTED: Final = re.compile(rb"\+[A-Za-z0-9+/]{2,}-?")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")


def codec(label: str | None) -> str | None:
    """Return the codec for a charset label as written in a mail, or None where it is absent or not allowed."""
    if not label:
        return None
    name = _name(label)
    if name in _LABELS:
        return _LABELS[name]
    if match := _ISO.match(name):
        return _iso(int(match[1]))
    if match := (_WINDOWS.match(name) or _DOS.match(name)):
        return f"cp{match[1]}"
    return next((_LABELS[known] for known in ("utf-8", "us-ascii") if name.startswith(known)), None)


def _name(label: str) -> str:
    return label.strip(" \t\"'<>").lower().replace("_", "-").replace(" ", "-").removeprefix("charset=")


def _iso(number: int) -> str | None:
    if number == 1:
        return "cp1252"
    name = {11: "cp874"}.get(number, f"iso8859-{number}")
    return name if name in CODECS else None


def decode(raw: bytes, label: str | None = None) -> tuple[str, str | None]:
    """Decode text; second is a defect or None. Never raises; undecodable bytes become U+FFFD."""
    if raw.isascii() and b"\x1b" not in raw and b"\0" not in raw and b"~{" not in raw:
        return _ascii(raw, label)
    text, defect = _decoded(raw, label)
    once = charset_guess.once(text)
    return (text, defect) if once is None else (once, "text was encoded twice")


def _ascii(raw: bytes, label: str | None) -> tuple[str, str | None]:
    if label and b"+" in raw and _name(label) in _UTF_7 and (text := _utf_7(raw)) is not None:
        return text, None
    return raw.decode("ascii"), _unknown(label)


def _utf_7(raw: bytes) -> str | None:
    """Read UTF-7; None where it hides the signs of HTML from every filter before us, which is all it was ever used for."""
    try:
        hidden = "".join(run[0].decode("utf-7") for run in _SHIFTED.finditer(raw))
        return None if set(hidden) & set("<>&") else raw.decode("utf-7").encode("utf-8").decode("utf-8")
    except UnicodeError:
        return None


def _decoded(raw: bytes, label: str | None) -> tuple[str, str | None]:
    name = codec(label)
    for attempt in _attempts(raw, name):
        text = _strict(raw, attempt)
        if text is not None and not _is_misread(raw, text, attempt):
            wrong = name is not None and attempt != name and not raw.isascii()
            return text, f"charset {label!r} is wrong, read as {attempt}" if wrong else _unknown(label)
    if name is not None and name in _LABEL_FIRST:
        loose = raw.decode(name, "replace")
        if loose.count("\ufffd") * 20 < len(loose) and not _is_misread(raw, loose, name):
            return loose, f"bytes that are not {label!r}"
    if (text := charset_guess.mixed(raw)) is not None:
        return text, "UTF-8 with other bytes among it"
    guess = _guess(raw)
    return raw.decode(guess, "replace"), f"charset {label!r} does not fit, guessed {guess}"


def _is_misread(raw: bytes, text: str, name: str) -> bool:
    """Whether a right decoding can be no text: Russian or Polish labelled Latin, Big5 labelled GB 2312."""
    if name in _LATIN:
        odd = charset_guess.has_signs_in_words(text) and charset_guess.by_alphabet(raw) not in {None, "cp1252"}
        return odd or charset_guess.is_foreign(text)
    return name == "gb18030" and len(_PRIVATE.findall(text)) * 20 > len(text)


def _unknown(label: str | None) -> str | None:
    return f"unknown charset {label!r}" if label and codec(label) is None else None


def _attempts(raw: bytes, name: str | None) -> tuple[str, ...]:
    if name in _LABEL_FIRST:
        return name, "utf-8"
    if b"\x1b" in raw and any(sign in raw for sign in _ESCAPED):
        return ("iso2022_jp_ext",)
    if name is None or name in {"utf-8", "ascii"}:
        return ("utf-8",)
    return "utf-8", name


def _strict(raw: bytes, name: str) -> str | None:
    if name == "utf-16" and raw[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        # No byte order mark: Latin text has its NULs in the high bytes.
        name = "utf-16-be" if raw[::2].count(0) > raw[1::2].count(0) else "utf-16-le"
    try:
        text = raw.decode(name)
        text.encode("utf-8")  # some codecs make lone surrogates
    except (UnicodeError, LookupError):
        return None
    return text


def _guess(raw: bytes) -> str:
    """Name the codec of bytes that are not what they say; Western European where nothing else is likely."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    if known := charset_guess.by_alphabet(raw):
        return known
    name = codec(charset_guess.by_statistics(raw))
    return name if name and name != "ascii" and _strict(raw, name) is not None else "cp1252"
