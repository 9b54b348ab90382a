"""The bounds of reading (one table, see docs): over a limit is a defect, never a loss and never an exception."""

from __future__ import annotations

from typing import Final

HEADER_SECTION: Final = 256 * 1024  # bytes of the header section of one message or part
HEADER: Final = 64 * 1024  # bytes of one header field
HEADERS: Final = 2_000  # fields in one header section
PARAMETERS: Final = 100  # of one Content-Type or Content-Disposition
DEPTH: Final = 32  # nested multiparts
PARTS: Final = 500  # leaves and containers together
ADDRESSES: Final = 500  # To, Cc and Reply-To together
REFERENCES: Final = 100  # the last ones
HTML: Final = 1024 * 1024  # characters; more is an attachment
HTML_DEPTH: Final = 256
HTML_ATTRIBUTES: Final = 1_000  # in one tag
NEW_TEXT: Final = 256 * 1024  # characters searched for quotes, signatures and language
FLOWED: Final = 4 * 1024 * 1024  # characters of format=flowed; no person wrote more, and lines cost memory
SUBJECT: Final = 2_000  # characters; RFC 5322 says 998 octets a line, longer ones are advertisement or attack
INNER_MESSAGES: Final = 20  # attached messages looked into
FILE_NAME: Final = 120  # bytes of an attachment's name in UTF-8
PARSER_MEMORY: Final = 768 * 1024 * 1024  # bytes of address space of a parser process
