"""Header fields of mail that leaves: nothing anyone wrote can become a header of its own (RFC 5322, 2047, 2231)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence

import idna

from gateway.mail.message import Address

# The only header fields that ever leave: a name from a mail, a field or a setting is never one.
FIELDS = frozenset(
    {
        "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "Auto-Submitted", "X-Auto-Response-Suppress", "X-Gateway-Loop", "X-Ticket-Reference", "X-Ticket-Event",
        "X-Ticket-Reason", "List-Id", "List-Unsubscribe", "Importance", "Thread-Index", "Thread-Topic",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID",
        "Content-Language",
    }
)  # fmt: skip
_FOLD = 76  # octets in a line where it can be folded; RFC 5322 wants 78
_LONGEST = 900  # octets in one unbreakable word; RFC 5321 ends a line at 998
_WORD = 42  # octets of UTF-8 in one encoded-word: 12 + 4/3 of it stays under the 75 of RFC 2047

# C0, DEL, C1, line and paragraph separator, the marks that turn the direction of writing, lone surrogates.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_DOT_ATOM = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+(\.[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+)*")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_DOMAIN = re.compile(r"[A-Za-z0-9._:\[\]-]+")


def one_line(value: str) -> str:
    """Return the value as one line: controls, line separators and direction marks become a space, ends are trimmed."""
    return " ".join(_UNWANTED.sub(" ", value).split())


def field(name: str, value: str) -> bytes:
    """Return one header field with a value already in header syntax, folded, ending in CRLF."""
    return _folded(name, one_line(value).split(" "))


def unstructured(name: str, value: str) -> bytes:
    """Return a field of free text; only the words from the first to the last non-ASCII one are encoded."""
    words = one_line(value).split(" ")
    odd = [n for n, word in enumerate(words) if not _plain(word)]
    if odd:
        first, last = odd[0], odd[-1] + 1
        words[first:last] = encoded_words(" ".join(words[first:last]))
    return _folded(name, words)


def mailboxes(name: str, addresses: Sequence[Address]) -> bytes:
    """Return a field of addresses: `From`, `To`, `Cc` or `Reply-To`."""
    return field(name, ", ".join(map(mailbox, addresses)))


def mailbox(address: Address) -> str:
    """Return a `name <local@domain>` whose name is an atom phrase, a quoted string or encoded words."""
    name, spec = one_line(address.name), addr_spec(address.address)
    if not name:
        return spec
    if not _plain(name):
        return f"{' '.join(encoded_words(name))} <{spec}>"
    if _ATOMS.fullmatch(name):
        return f"{name} <{spec}>"
    return f"{_quoted(name)} <{spec}>"


def addr_spec(address: str) -> str:
    """Return an address in ASCII where that can be: the domain as A-labels, an odd local part quoted."""
    local, _, domain = one_line(address).replace(" ", "").rpartition("@")
    if not local or not domain:
        raise ValueError(f"not an address: {address!r}")
    if not _DOT_ATOM.fullmatch(local):
        local = _quoted(local)
    return f"{local}@{a_labels(domain)}"


def a_labels(domain: str) -> str:
    """Return a domain in ASCII (IDNA 2008, with the mapping browsers use)."""
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise ValueError(f"not a domain: {domain!r}") from error
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f"not a domain: {domain!r}")
    return domain


def message_ids(name: str, ids: Iterable[str]) -> bytes:
    """Return a field of message ids; what is none is left out. Empty where nothing is left."""
    good = [one for one in ids if _MESSAGE_ID.fullmatch(one)]
    return field(name, " ".join(good)) if good else b""


def encoded_words(text: str) -> list[str]:
    """Return the text as encoded-words (RFC 2047, B), each with whole characters; joined they need a space."""
    chunks: list[bytes] = []
    chunk = b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if len(chunk) + len(octets) > _WORD:
            chunks.append(chunk)
            chunk = b""
        chunk += octets
    chunks.append(chunk)
    return [f"=?utf-8?b?{binascii.b2a_base64(one, newline=False).decode()}?=" for one in chunks]


def parameter(name: str, value: str) -> str:
    """Return `; name=value` for Content-Type or Content-Disposition, with RFC 2231 beside a fallback in ASCII."""
    text = one_line(value)
    if text.isascii():
        return "; " + _parameter(name, text)
    fallback = text.encode("ascii", "replace").decode().replace("?", "_")
    # Readers should prefer the extended form wherever it stands; those that do not take the first.
    return f";{_extended(name, text)}; {_parameter(name, fallback)}"


def _parameter(name: str, value: str) -> str:
    return f"{name}={_quoted(value)}"


def _extended(name: str, value: str) -> str:
    """Return name*0*=utf-8''...; name*1*=... in pieces that fit a line each."""
    coded = [_percent(octet) for octet in value.encode("utf-8", "replace")]
    lines, line = [], ""
    for piece in coded:
        if len(line) + len(piece) > _FOLD - 24:
            lines.append(line)
            line = ""
        line += piece
    lines.append(line)
    if len(lines) == 1:
        return f" {name}*=utf-8''{line}"
    return ";".join(f" {name}*{n}*={'' if n else chr(39).join(('utf-8', '', ''))}{one}" for n, one in enumerate(lines))


def _percent(octet: int) -> str:
    character = chr(octet)
    return character if octet < 128 and (character.isalnum() or character in "._-") else f"%{octet:02X}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(word: str) -> bool:
    """Tell whether a word may stand as it is: ASCII, not too long, not to be taken for an encoded-word."""
    return word.isascii() and "=?" not in word and len(word) < _LONGEST


def _folded(name: str, words: list[str]) -> bytes:
    if name not in FIELDS:
        raise ValueError(f"no such header leaves: {name!r}")
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > _FOLD and line.strip() != f"{name}:":
            lines.append(line)
            line = ""
        line += " " + word
    lines.append(line)
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n"
