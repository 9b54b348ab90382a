"""What ties a mail to us: Message-IDs with a MAC, anchors, loop marks, bearers, VERP addresses.

Nothing here can be guessed or forged without a key of ours (A02, A10, A53, A57). Bearers are random and
stored as hashes; Message-IDs carry their MAC so that a look tells "ours" without asking the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

_MAC_CHARACTERS = 16  # 80 bits in base32
_BEARER = re.compile(r"[a-z2-7]{16}")
_MESSAGE_ID = re.compile(r"<(\d+)\.(\d+)\.([a-z2-7]{16})\.([a-z2-7]{16})@([^<>@\s]+)>")
_ANCHOR = re.compile(r"<t\.(\d+)\.([a-z2-7]{16})@([^<>@\s]+)>")
_KEY_LINE = re.compile(r"\b(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Keys:
    """MAC keys: the current one signs, the previous ones still verify (`gateway keys rotate`)."""

    current: bytes = field(repr=False)
    previous: tuple[bytes, ...] = field(default=(), repr=False)

    def sign(self, purpose: str, *parts: str) -> str:
        """Return the MAC of `parts` under the current key: 16 base32 characters, 80 bits."""
        return _mac(self.current, purpose, parts)

    def verify(self, mac: str, purpose: str, *parts: str) -> bool:
        """Say whether any key made `mac`; constant time for each key."""
        keys = (self.current, *self.previous)
        return any([hmac.compare_digest(_mac(key, purpose, parts), mac.lower()) for key in keys])  # noqa: C419  # all of them, whichever fits


def _mac(key: bytes, purpose: str, parts: tuple[str, ...]) -> str:
    text = "\0".join((purpose, *parts)).encode("utf-8", "surrogatepass")
    digest = hmac.new(key, text, hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode("ascii").lower()[:_MAC_CHARACTERS]


def message_id(keys: Keys, number: int, entry: int, random: str, hostname: str) -> str:
    """Return `<number.entry.random.mac@hostname>`; `random` is one token of 80 bits per recipient."""
    mac = keys.sign("message-id", str(number), str(entry), random, hostname)
    return f"<{number}.{entry}.{random}.{mac}@{hostname}>"


def own_message_id(keys: Keys, candidate: str) -> bool:
    """Say whether we made this Message-ID (its MAC holds)."""
    match = _MESSAGE_ID.fullmatch(candidate)
    if match is None:
        return own_anchor(keys, candidate) is not None
    number, entry, random, mac, hostname = match.groups()
    return keys.verify(mac, "message-id", number, entry, random, hostname)


def anchor(keys: Keys, number: int, hostname: str) -> str:
    """Return the constant first reference of a ticket, `<t.number.mac@hostname>`: every client groups by it."""
    return f"<t.{number}.{keys.sign('anchor', str(number), hostname)}@{hostname}>"


def own_anchor(keys: Keys, candidate: str) -> int | None:
    """Return the ticket number of an anchor of ours, else None."""
    match = _ANCHOR.fullmatch(candidate)
    if match is None or not keys.verify(match[2], "anchor", match[1], match[3]):
        return None
    return int(match[1])


def loop_mark(keys: Keys, message_id_: str) -> str:
    """Return the value of `X-Gateway-Loop`: proves a mail that comes back to be ours (A53)."""
    return keys.sign("loop", message_id_)


def own_loop_mark(keys: Keys, mark: str, message_id_: str) -> bool:
    """Say whether `mark` is ours for that Message-ID."""
    return keys.verify(mark.strip(), "loop", message_id_)


def envelope_id(keys: Keys, notice: int) -> str:
    """Return the ENVID a mail leaves with (RFC 3461 §4.4): a report that names it has seen our envelope."""
    return f"n{notice}.{keys.sign('envelope', str(notice))}"


def bearer_hash(token: str) -> str:
    """Return what the store keeps of a bearer; the token itself is in the mail only."""
    return hashlib.sha256(b"bearer\0" + token.lower().encode("ascii", "replace")).hexdigest()


def key_line(token: str) -> str:
    """Return a bearer as people see it: `K7Q2-9XMA-…` in groups of four, capitals."""
    capitals = token.upper()
    return "-".join(capitals[i : i + 4] for i in range(0, len(capitals), 4))


def bearers_in_text(text: str) -> tuple[str, ...]:
    """Return every token that stands as a key in `text` (the whole body, quotes as well: a key is a key)."""
    return tuple(dict.fromkeys(found.group().replace("-", "").lower() for found in _KEY_LINE.finditer(text)))


def bearer_in_tag(tag: str | None) -> str | None:
    """Return the token of a subaddress `support+TOKEN@` or `support+b-TOKEN@` (VERP), else None."""
    if tag is None:
        return None
    token = tag.lower().removeprefix("b-")
    return token if _BEARER.fullmatch(token) else None
