"""What is read of a message before anything else: its Message-ID, found without taking the message apart."""

from __future__ import annotations

import re
from typing import Final

_SECTION_END: Final = re.compile(rb"\r?\n\r?\n")
_FIELD: Final = re.compile(rb"(?:\A|\n)message-id[ \t]*:((?:[^\n]|\n[ \t]){0,2000})", re.IGNORECASE)
_ID: Final = re.compile(rb"<[^<>\s]{1,998}>")
_LOOKED_AT: Final = 256 * 1024  # limits.HEADER_SECTION


def message_id(raw: bytes) -> str:
    """Return the Message-ID as the parser will, the empty string where there is none of the usual form."""
    end = _SECTION_END.search(raw, 0, _LOOKED_AT)
    field = _FIELD.search(raw, 0, end.start() if end else _LOOKED_AT)
    found = _ID.search(field[1]) if field else None
    return found[0].decode("utf-8", "replace") if found else ""
