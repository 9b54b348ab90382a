"""Which character set unlabelled or mislabelled bytes are in; and text that was encoded twice.

First the letters decide: a person writes in one language, so a reading in which every letter belongs to the alphabet
of one language, and no sign stands inside a word, is the right one. That finds DOS and Macintosh text, which guessing
by statistics takes for Arabic. Only what no alphabet fits is left to statistics.
"""

from __future__ import annotations

import re
from typing import Final

_WESTERN: Final = {
    "sv": "åäöéàü", "nb": "æøåéèêòóôü", "fi": "äöåšž", "de": "äöüßé", "fr": "àâæçéèêëîïôœùûüÿ", "es": "áéíñóúü", "pt": "áâãàçéêíóôõúü",
    "it": "àèéìíîòóùú", "nl": "áéëïíóöúèü", "is": "áðéíóúýþæö", "et": "õäöüšž", "ca": "àçèéíïòóúü",
}  # fmt: skip
_CENTRAL: Final = {
    "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž", "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű", "hr": "čćđšž", "ro": "ăâîșțşţ",
}  # fmt: skip
_TURKISH: Final = {"tr": "çğıiöşüâî"}
_READINGS: Final = (
    ("cp1252", _WESTERN), ("cp850", _WESTERN), ("mac-roman", _WESTERN), ("cp1250", _CENTRAL), ("iso8859-2", _CENTRAL), ("cp1254", _TURKISH),
)  # fmt: skip
"""Codecs, the likeliest first, with the languages that are written in them."""
_SIGNS: Final = frozenset("§°½¼¾–—“”‘’„‚•…€£´·\xa0«»©®™¿¡²³ªº×±µ¤\xad")
_IN_WORDS: Final = re.compile(
    "[^\\W\\d_][§°½¼¾“”„‚•…€£¿¡¯¹²³×±µ¤«»©®™][^\\W\\d_]|[a-zà-öø-ÿ][À-ÖØ-ÞŒŠŽ]"
)  # also capitals
_FOREIGN: Final = 0.6  # share of letters beyond ASCII that no Latin alphabet reaches
_GUESSED: Final = 8 * 1024  # bytes; the guess does not get better with more

# What UTF-8 looks like when it was read as cp1252 and encoded anew: "Ã¤", "â€™".
_BYTES: Final = {
    ord(bytes([byte]).decode("cp1252")): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
}
_TWICE: Final = re.compile(f"[ÂÃÅÄÎÏÐÑ][\x80-\xbf{''.join(map(chr, _BYTES))}]|â[€\x80]|ï¿½")
_TOLD: Final = re.compile("[\"'][^\"'\\n]{0,40}[ÂÃâ][^\"'\\n]{0,40}[\"']")


def by_alphabet(raw: bytes) -> str | None:
    """Name the codec in which every letter is of one European language; None where there is none."""
    high = bytes(byte for byte in set(raw) if byte >= 0x80)
    for codec, languages in _READINGS:
        try:
            letters = frozenset(high.decode(codec)) - _SIGNS
        except UnicodeDecodeError:
            continue
        if any(letters <= _both_cases(alphabet) for alphabet in languages.values()) and _reads_well(raw, codec):
            return codec
    return None


def _both_cases(alphabet: str) -> frozenset[str]:
    return frozenset(alphabet + alphabet.upper())


def has_signs_in_words(text: str) -> bool:
    """Whether signs or capitals stand inside words, which no person writes."""
    return _IN_WORDS.search(text, 0, _GUESSED) is not None


def _reads_well(raw: bytes, codec: str) -> bool:
    """Whether no sign stands inside a word, and most letters are plain ones."""
    sample = raw[:_GUESSED].decode(codec)
    return not has_signs_in_words(sample) and not is_foreign(sample)


def is_foreign(text: str) -> bool:
    """Whether most letters lie beyond ASCII: as Latin text that is a misreading."""
    letters = [char for char in text[:_GUESSED] if char.isalpha()]
    return sum(char > "\x7f" for char in letters) > _FOREIGN * len(letters)


def by_statistics(raw: bytes) -> str | None:
    """Name the encoding as a library guesses it, by its own name of it."""
    import chardet  # its tables are large: only when all else failed

    # Code pages of DOS and mainframes are not in mails, but short texts are taken for them.
    found = chardet.detect(raw[:_GUESSED], encoding_era=chardet.EncodingEra.MODERN_WEB, prefer_superset=True)
    return found.get("encoding")


def mixed(raw: bytes) -> str | None:
    """Read UTF-8 with bytes of cp1252 among it, a footer from elsewhere; None where it is not mostly UTF-8."""
    text = raw.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= char <= "\udcff" for char in text)
    return "".join(map(_single, text)) if sum(char > "\x7f" for char in text) >= 2 * broken else None


def _single(char: str) -> str:
    return bytes([ord(char) - 0xDC00]).decode("cp1252", "replace") if "\udc80" <= char <= "\udcff" else char


def once(text: str) -> str | None:
    """Return the text whose UTF-8 was encoded a second time; None where it was not.

    Whoever tells of such letters writes them in quotes or among right ones: that stays as it is.
    """
    if text.isascii() or not _TWICE.search(text) or _TOLD.search(text):
        return None
    try:
        return text.translate(_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
