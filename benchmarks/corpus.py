"""A seeded corpus like a support address gets: 60 % new mails, 40 % replies, mean about 21 kB.

The mails of two seeds share no bytes, so a second run never meets what the first one stored.
"""

from __future__ import annotations

import base64
import quopri
import random
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from pathlib import Path

_WORDS = (
    "skrivaren", "fungerar", "inte", "längre", "och", "vi", "har", "provat", "att", "starta", "om", "den", "flera", "gånger", "fakturan",
    "från", "förra", "månaden", "saknar", "vårt", "ordernummer", "kan", "ni", "skicka", "en", "ny", "på", "måndag", "är", "kontoret", "stängt",
)  # fmt: skip
_ATTACHED = 75_000  # bytes of file; 100 kB on the wire


def write(count: int, seed: int, *, proven: bool = False) -> list[bytes]:
    """Return `count` mails; `proven` puts the trusted hop's results on top, so that receipts are due to them."""
    choice = random.Random(seed)
    mails: list[bytes] = []
    threads: list[tuple[str, str, str]] = []  # sender, subject, Message-ID of what can be answered
    for number in range(count):
        identity = f"<{seed}.{number}@bench.example>"
        if threads and choice.random() < 0.4:
            sender, subject, parent = choice.choice(threads)
            head = _head(sender, f"SV: {subject}", identity, parent)
        else:
            sender, subject = f"customer{seed}.{number}@umbrella.example", " ".join(choice.choices(_WORDS, k=5))
            head = _head(sender, subject, identity)
            threads.append((sender, subject, identity))
        results = (
            b"Authentication-Results: mx.acme.example; dmarc=pass header.from=umbrella.example\r\n" if proven else b""
        )
        mails.append(results + head + _content(choice))
    return mails


def save(mails: list[bytes], path: Path) -> Path:
    """Write mails for the load client: each as its length on a line of its own, envelope sender, then bytes to send after DATA."""
    with path.open("wb") as file:
        for number, mail in enumerate(mails):
            wire = mail.replace(b"\r\n.", b"\r\n..") + b".\r\n"
            file.write(b"%d bench%d@umbrella.example\n" % (len(wire), number))
            file.write(wire)
    return path


def _head(sender: str, subject: str, identity: str, parent: str | None = None) -> bytes:
    now = format_datetime(datetime.now(UTC))
    hop = "from mail.umbrella.example (mail.umbrella.example [192.0.2.7]) by mx.acme.example with ESMTPS id 4XyZ"
    lines = [
        f"Received: {hop};\r\n\t{now}",
        f"From: {Header('Åsa Lindström', 'utf-8').encode()} <{sender}>",
        "To: <support@acme.example>",
        f"Subject: {Header(subject, 'utf-8').encode()}",
        f"Date: {now}",
        f"Message-ID: {identity}",
    ]
    if parent:
        lines += [f"In-Reply-To: {parent}", f"References: {parent}"]
    return "".join(f"{line}\r\n" for line in (*lines, "MIME-Version: 1.0")).encode()


def _content(choice: random.Random) -> bytes:
    text = _text(choice, 400, 3000)
    if choice.random() < 0.3:
        body = _latin(text) if choice.random() < 0.3 else _part("text/plain", text)
    else:
        body = _mixed("alternative", "alt", [_part("text/plain", text), _part("text/html", _html(choice, text))])
    if choice.random() < 0.1:
        coded = base64.encodebytes(choice.randbytes(_ATTACHED)).replace(b"\n", b"\r\n")
        head = b'Content-Type: application/pdf; name="bilaga.pdf"\r\nContent-Disposition: attachment; filename="bilaga.pdf"\r\n'
        return _mixed("mixed", "mix", [body, head + b"Content-Transfer-Encoding: base64\r\n\r\n" + coded])
    return body


def _text(choice: random.Random, least: int, most: int) -> str:
    length, lines = choice.randrange(least, most), [""]
    while sum(map(len, lines)) < length:
        lines.append(" ".join(choice.choices(_WORDS, k=choice.randrange(5, 11))))
    return "Hej!\r\n" + "\r\n".join(lines) + "\r\n\r\nMed vänlig hälsning\r\nÅsa Lindström\r\n"


def _html(choice: random.Random, text: str) -> str:
    """Return the text as a word processor's HTML, padded by its style sheet to 5-20 kB."""
    body = "".join(
        f'<p class="MsoNormal" style="margin:0cm"><span lang="SV">{line or "&nbsp;"}</span></p>\r\n'
        for line in text.split("\r\n")
    )
    wanted = choice.randrange(5_000, 20_000)
    rules: list[str] = []
    while sum(map(len, rules)) + len(body) < wanted:
        rules.append(
            f"p.Style{len(rules)} {{margin-left:{choice.randrange(99)}cm; font-size:11.0pt; font-family:Calibri,sans-serif}}\r\n"
        )
    return f"<html><head><style>\r\n{''.join(rules)}</style></head><body>\r\n{body}</body></html>\r\n"


def _part(kind: str, text: str) -> bytes:
    return f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}".encode()


def _latin(text: str) -> bytes:
    coded = quopri.encodestring(text.replace("\r\n", "\n").encode("iso-8859-1")).replace(b"\n", b"\r\n")
    return (
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + coded
    )


def _mixed(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    joined = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
        + joined
        + f"--{boundary}--\r\n".encode()
    )
