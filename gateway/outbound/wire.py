"""What goes over an SMTP connection: content, addresses, ENVID. Pure."""

from __future__ import annotations

import re
from typing import Final

import idna

_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f<>\x80-\x9f\u2028\u2029]")
_BARE: Final = re.compile(rb"\r\n|\r|\n")


def stuffed(raw: bytes) -> bytes:
    """Return the content as DATA wants it: CRLF only (A21), dots doubled, the end."""
    if raw.count(b"\n") != (pairs := raw.count(b"\r\n")) or raw.count(b"\r") != pairs:
        raw = _BARE.sub(b"\r\n", raw)
    raw = raw.replace(b"\r\n.", b"\r\n..")
    if raw.startswith(b"."):
        raw = b"." + raw
    return raw + (b".\r\n" if not raw or raw.endswith(b"\r\n") else b"\r\n.\r\n")


def envelope_address(address: str) -> str:
    """Return the address as SMTP writes it: domain as A-labels. ValueError for what must never be sent (A24)."""
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or _FORBIDDEN.search(address) or len(address.encode()) > 320:
        raise ValueError("malformed address")
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError as error:
        raise ValueError("malformed domain") from error


def xtext(text: str, most: int = 100) -> str:
    """Encode for ENVID, at most 100 characters of it, or for ORCPT, at most 500 (RFC 3461 §4, §4.2, §4.4)."""
    encoded = [c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in text if ord(c) < 256]
    while len("".join(encoded)) > most:
        encoded = encoded[: most if len(encoded) > most else -1]
    return "".join(encoded)
