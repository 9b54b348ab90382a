"""The stage of an attack: a running gateway, what left at its sink, and fresh people for each test.

The tests of a module share one daemon, so nobody's name is used twice and nothing is counted over all mails.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import smtplib
import socket
import sqlite3
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Self

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.sink import Delivery, Sink
from tests.support.waiting import eventually

PATIENCE = 60.0
_NUMBERS = itertools.count(1)
_WAITING = """
SELECT (SELECT count(*) FROM journal WHERE state = 'received')
     + (SELECT count(*) FROM notices WHERE state = 'ready')
     + (SELECT count(*) FROM outbox WHERE state IN ('ready', 'deferred'))
"""


def unused(name: str, domain: str = "cust.example") -> str:
    """Return an address that no other test uses."""
    return f"{name}{next(_NUMBERS)}@{domain}"


@dataclass(frozen=True)
class Opened:
    """A ticket that a customer opened: who, its reference, the mails that told of it."""

    customer: str
    reference: str
    receipt: Delivery
    notice: Delivery  # to Anna
    raw: bytes


@dataclass(frozen=True)
class Scene:
    daemon: Daemon
    sink: Sink

    def opens(self, text: str = "Den är trasig.", *, subject: str = "Skrivaren", **rest: Any) -> Opened:
        """Let a customer nobody met before open a ticket."""
        customer = rest.pop("customer", None) or unused("alice")
        subject = f"{subject} {next(_NUMBERS)}"
        raw = letters.proven(
            letters.customer(subject, text, sender=f"Alice Alm <{customer}>", signature="Alice", **rest)
        )
        self.daemon.send(raw)
        receipt = self.sink.wait_for(1, customer, "registered", PATIENCE)[0]
        reference = str(receipt.message["X-Ticket-Reference"])
        return Opened(customer, reference, receipt, self.to_anna(reference, "registered"), raw)

    def to_anna(self, reference: str, event: str, count: int = 1) -> Delivery:
        """Return the newest mail of an event about a ticket to Anna, when there are `count` of them."""
        return self.mail("anna@acme.example", event, reference, count)

    def mail(self, address: str, event: str, reference: str | None = None, count: int = 1) -> Delivery:
        """Wait for `count` such mails and return the newest."""

        def there() -> list[Delivery]:
            mails = [
                mail
                for mail in self.sink.to(address, event)
                if reference is None or mail.message["X-Ticket-Reference"] == reference
            ]
            return mails if len(mails) >= count else []

        return eventually(there, PATIENCE, lambda: f"{event} of {reference} to {address}; came: {self.sink.summary()}")[
            -1
        ]

    def about(self, reference: str) -> list[Delivery]:
        """Return every mail that left about a ticket."""
        return [mail for mail in self.sink.mails if mail.message["X-Ticket-Reference"] == reference]

    def settled(self, seconds: float = PATIENCE) -> None:
        """Wait until nothing waits. The tables are read directly: a command a second would load what is watched."""

        def waiting() -> int:
            with contextlib.closing(sqlite3.connect(f"file:{self.daemon.database}?mode=ro", uri=True)) as found:
                return int(found.execute(_WAITING).fetchone()[0])

        eventually(lambda: waiting() == 0, seconds, lambda: f"still waiting\n{self.daemon.log}")

    def send(self, raw: bytes, sender: str | None = None, to: str | None = None) -> None:
        """Hand a mail over as any relay of the world does: nothing is added."""
        self.daemon.send(raw, sender, [to] if to else ())

    def journal(self, *raws: bytes) -> list[Any]:
        """Wait until all is settled and return the journal rows of these mails, in their order."""
        self.settled()
        rows = {row["sha256"]: row for row in self.daemon.json("journal", "list", "--limit", "1000")}
        return [rows[hashlib.sha256(raw).hexdigest()] for raw in raws]

    def ticket(self, reference: str) -> Any:
        return self.daemon.ticket(reference)

    def tickets(self) -> dict[str, Any]:
        """Return all tickets by subject."""
        return {ticket["subject"]: ticket for ticket in self.daemon.json("ticket", "list")}

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP(*self.daemon.address(), timeout=30)

    def wire(self) -> Wire:
        return Wire(socket.create_connection(self.daemon.address(), 30))


class Wire:
    """An SMTP client that sends exactly the bytes it is given."""

    def __init__(self, sock: socket.socket, *, greeted: bool = True) -> None:
        self.socket = sock
        self._lines = sock.makefile("rb")
        self.greeting = self.reply() if greeted else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self.socket.close()

    def reply(self) -> str:
        """Return one reply, all its lines; "" where the peer closed."""
        said = b""
        while line := self._lines.readline():
            said += line
            if line[3:4] != b"-":
                break
        return said.decode("utf-8", "replace").rstrip("\r\n")

    def say(self, line: bytes | str) -> str:
        self.socket.sendall(line if isinstance(line, bytes) else line.encode() + b"\r\n")
        return self.reply()

    def up_to_data(self, sender: str, recipient: str = letters.DESK) -> None:
        for line, code in (
            ("EHLO evil.example", "250"), (f"MAIL FROM:<{sender}>", "250"), (f"RCPT TO:<{recipient}>", "250"), ("DATA", "354"),
        ):  # fmt: skip
            assert self.say(line).startswith(code), line


def everything(mail: Delivery) -> str:
    """Return all a reader or his client can see: headers, every text part decoded, names of files."""
    message = mail.message
    seen = [f"{name}: {value}" for name, value in message.items()]
    for part in message.walk():
        seen += [str(part.get_filename() or "")]
        if part.get_content_maintype() == "text" and isinstance(part, EmailMessage):
            seen.append(part.get_content())
    return "\n".join(seen)
