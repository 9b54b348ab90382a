"""What a client is told whose mail is too large: kindly, in the session, in his language as far as his address tells.

Letters outside ASCII may not stand in a reply to everybody (RFC 6531 §3.7.4); the words are chosen to need none.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    "sv": "Ditt mejl ryms inte: vi kan ta emot {whole} MB, med filer omkring {files} MB. Dela upp det i flera mejl.",
    "nb": "E-posten din er for stor: vi kan ta imot {whole} MB, med filer omkring {files} MB. Del den opp i flere.",
    "en": "Your mail is too large: we can take {whole} MB, files of about {files} MB. Please send it in several mails.",
}
_LANGUAGES: Final = {"se": "sv", "nu": "sv", "ax": "sv", "no": "nb", "dk": "nb"}


def refusal(sender: str | None, max_size: int) -> str:
    """Return the reply for a mail of `sender` (as in MAIL FROM) that is over `max_size` bytes."""
    country = (sender or "").rpartition(".")[2].casefold()
    language = _LANGUAGES.get(country, "en")
    whole = max(1, max_size // 1_000_000)
    files = max(1, whole * 3 // 4)  # what base64 leaves of it
    said = " ".join(_WORDS[each].format(whole=whole, files=files) for each in dict.fromkeys((language, "en")))
    return f"552 5.3.4 Message too big. {said}"
