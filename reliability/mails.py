"""The seeded mails of a campaign: new ones, replies, large ones, and some that end a parser."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

_DESK = "support@acme.example"
_WORDS = (
    "skrivaren",
    "är",
    "trasig",
    "igen",
    "lösenord",
    "kontoret",
    "och",
    "ingen",
    "hittar",
    "felet",
    "sedan",
    "tisdags",
)
_CUSTOMERS = 500
_DEPTH = 1000  # nested multiparts: the standard parser ends by RecursionError


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with the token that finds it again: in Subject and Message-ID."""

    token: str
    sender: str
    raw: bytes = field(repr=False)
    answers: str | None = None  # the token of the mail it replies to
    poison: bool = False

    @property
    def message_id(self) -> str:
        """The sender's own id, by which its entry is found."""
        return f"<{self.token}@camp.example>"


def write(number: int, answered: Mail | None, seed: int, *, poison: bool = True) -> Mail:
    """Return mail `number`; a reply where it is given a mail to answer. The same arguments give the same bytes but Date."""
    choice = random.Random(f"{seed}/{number}")  # noqa: S311  # a load, not a secret
    token = f"t{number:06d}"
    if poison and choice.random() < 0.02:
        sender = f"mallory{choice.randrange(_CUSTOMERS)}@evil.example"
        return Mail(token, sender, _head(token, sender, None) + _nested(), poison=True)
    if answered is not None and choice.random() < 0.25:
        sender = answered.sender
        head = _head(token, sender, answered)
        return Mail(token, sender, head + _body(choice), answers=answered.token)
    sender = f"customer{choice.randrange(_CUSTOMERS)}@umbrella.example"
    return Mail(token, sender, _head(token, sender, None) + _body(choice))


def _head(token: str, sender: str, answered: Mail | None) -> bytes:
    subject = f"SV: {answered.token}" if answered else token
    lines = [f"From: <{sender}>", f"To: <{_DESK}>", f"Subject: {subject}", f"Message-ID: <{token}@camp.example>"]
    if answered:
        lines += [f"In-Reply-To: {answered.message_id}", f"References: {answered.message_id}"]
    lines += [f"Date: {format_datetime(datetime.now(UTC))}", "MIME-Version: 1.0"]  # noqa: TID251  # as a client does
    return "".join(f"{line}\r\n" for line in lines).encode()


def _body(choice: random.Random) -> bytes:
    words = " ".join(choice.choices(_WORDS, k=choice.randrange(20, 200)))
    text = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{words}\r\n".encode()
    if choice.random() > 0.05:
        return text
    # Large enough to leave the journal row for the blob store.
    content = base64.encodebytes(choice.randbytes(150_000)).replace(b"\n", b"\r\n")
    attached = (
        b'Content-Type: application/octet-stream; name="log.bin"\r\nContent-Disposition: attachment; filename="log.bin"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + content
    )
    return b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + text + b"--b\r\n" + attached + b"--b--\r\n"


def _nested() -> bytes:
    parts = (f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(_DEPTH))
    return ("".join(parts) + "Content-Type: text/plain\r\n\r\nat the bottom\r\n").encode()
