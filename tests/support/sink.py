"""A strict SMTP peer that keeps what it gets: the outside world of a test.

It notes every breach of the wire format (bare CR or LF, lines over 998 bytes, 8-bit without 8BITMIME) as a
fault instead of refusing, so that a test sees the mail and the breach. A script answers any verb otherwise:

    sink.script = lambda verb, argument: "451 4.3.0 later" if verb == "RCPT" and "bo@" in argument else None
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import re
import socket
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cached_property
from typing import Self

from tests.support.waiting import eventually

Script = Callable[[str, str], str | None]

DROP = "drop"  # as an answer: close the connection without a word
TAKE_AND_DROP = "2drop"  # as an answer to the content: keep the mail, then close without a word
_OFFERS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 35000000", "DSN", "ENHANCEDSTATUSCODES")
_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Delivery:
    """One mail as it came over the wire: envelope, bytes after unstuffing, breaches of the wire format."""

    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    parameters: str = ""  # of MAIL and RCPT, as written
    faults: tuple[str, ...] = ()

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def message_id(self) -> str:
        """As it stands in the bytes; parsing thousands of mails for it would be slow."""
        found = re.search(rb"^message-id:\s*(<[^>]*>)", self.raw, re.IGNORECASE | re.MULTILINE)
        return found[1].decode() if found else ""

    @property
    def text(self) -> str:
        """The plain part, `\\n` at line ends; empty where there is none."""
        part = self.message.get_body(("plain",))
        return part.get_content().replace("\r\n", "\n") if part else ""

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        return part.get_content() if part else ""


class _Session(socketserver.StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True
    mail_from: str
    recipients: list[str]
    parameters: str
    refused: bool  # by the script's last answer

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            self._talk()

    def _talk(self) -> None:
        self.connection.settimeout(60)
        self._forget()
        if not self._answer("CONNECT", "", "220 sink.example ESMTP"):
            return
        while line := self.rfile.readline(4096):
            verb, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
            if not self._command(verb.upper(), argument):
                return

    def _command(self, verb: str, argument: str) -> bool:
        """Return False where the connection ends."""
        match verb:
            case "EHLO":
                self._forget()
                offers = "".join(f"250-{offer}\r\n" for offer in self.server.offers)
                return self._answer(verb, argument, f"250-sink.example\r\n{offers}250 HELP")
            case "MAIL":
                self._forget()
                return self._path(verb, argument)
            case "RCPT":
                return self._path(verb, argument)
            case "DATA" if not self.recipients:
                return self._answer(verb, argument, "503 5.5.1 no recipient")
            case "DATA":
                return self._answer(verb, argument, "354 go on") and (self.refused or self._content())
            case "QUIT":
                self._answer(verb, argument, "221 2.0.0 bye")
                return False
            case "HELO" | "RSET" | "NOOP":
                self._forget()
                return self._answer(verb, argument, "250 2.0.0 ok")
            case _:
                return self._answer(verb, argument, "500 5.5.2 what?")

    def _path(self, verb: str, argument: str) -> bool:
        found = _PATH.fullmatch(argument)
        if not found:
            return self._answer(verb, argument, "501 5.5.4 syntax")
        if not self._answer(verb, argument, "250 2.1.0 ok"):
            return False
        if not self.refused:
            self.parameters += found[2]
            if verb == "MAIL":
                self.mail_from = found[1]
            else:
                self.recipients.append(found[1])
        return True

    def _content(self) -> bool:
        wire = bytearray()
        while not (wire.endswith(b"\r\n.\r\n") or wire == b".\r\n"):
            line = self.rfile.readline(65536)
            if not line:
                return False
            wire += line
        raw, faults = unstuffed(bytes(wire))
        delivery = Delivery(self.mail_from, tuple(self.recipients), raw, self.parameters, tuple(faults))
        # Kept before the answer: a sender that dies in between has delivered all the same.
        answer = self.server.scripted(".", ",".join(self.recipients))
        if answer is None or answer.startswith("2"):
            with self.server.lock:
                self.server.kept.append(delivery)
        self._forget()
        return self._say(answer or "250 2.0.0 kept")

    def _answer(self, verb: str, argument: str, normally: str) -> bool:
        answer = self.server.scripted(verb, argument)
        self.refused = answer is not None and answer[:1] in "45"
        return self._say(answer or normally)

    def _say(self, answer: str) -> bool:
        if answer in {DROP, TAKE_AND_DROP}:
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return not answer.startswith("421")

    def _forget(self) -> None:
        self.mail_from, self.parameters, self.refused = "", "", False
        self.recipients = []


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.lock = threading.Lock()
        self.kept: list[Delivery] = []
        self.script: Script | None = None
        self.offers: tuple[str, ...] = _OFFERS

    def scripted(self, verb: str, argument: str) -> str | None:
        return self.script(verb, argument) if self.script else None


def unstuffed(wire: bytes) -> tuple[bytes, list[str]]:
    """Return the mail in a DATA stream that ends in `CRLF.CRLF`, and its breaches of RFC 5321 §2.3.8 and §4.5.2."""
    faults = []
    body = wire[: -len(b".\r\n")]
    if re.search(rb"(?<!\r)\n", body):
        faults.append("bare LF")
    if re.search(rb"\r(?!\n)", body):
        faults.append("bare CR")
    lines = body.split(b"\r\n")
    if any(len(line) > 998 for line in lines):
        faults.append("line over 998 bytes")
    if any(line.startswith(b".") and not line.startswith(b"..") for line in lines):
        faults.append("dot not stuffed")
    return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines), faults


class Sink:
    """The peer as a context manager: `with Sink() as sink: ...; sink.wait_for(2)`."""

    def __init__(self, port: int = 0) -> None:
        self._server = _Server(port)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def script(self) -> Script | None:
        """Asked with (verb, argument) before each answer; None is the normal one. Verbs also: `CONNECT` and `.`."""
        return self._server.script

    @script.setter
    def script(self, script: Script | None) -> None:
        self._server.script = script

    @property
    def mails(self) -> list[Delivery]:
        """What came so far, oldest first."""
        with self._server.lock:
            return list(self._server.kept)

    @property
    def faults(self) -> list[str]:
        return [fault for mail in self.mails for fault in mail.faults]

    def to(self, address: str, event: str | None = None) -> list[Delivery]:
        """Return the mails for one address; `event` is compared with X-Ticket-Event."""
        found = [mail for mail in self.mails if address.lower() in (to.lower() for to in mail.recipients)]
        return [mail for mail in found if event is None or mail.message["X-Ticket-Event"] == event]

    def wait_for(
        self, count: int, address: str | None = None, event: str | None = None, seconds: float = 20.0
    ) -> list[Delivery]:
        """Return the mails (for `address`, of `event`) as soon as there are `count` of them."""

        def enough() -> list[Delivery]:
            mails = self.to(address, event) if address else self.mails
            return mails if len(mails) >= count else []

        return eventually(enough, seconds, lambda: f"{count} mails for {address or 'anybody'}; came: {self.summary()}")

    def summary(self) -> str:
        """One line per mail, for messages of failed assertions."""
        return "".join(
            f"\n  {','.join(mail.recipients)}: {mail.message['X-Ticket-Event']}: {mail.subject}" for mail in self.mails
        )

    def forget(self) -> None:
        """Drop what came, so that the next part of a story counts from nothing."""
        with self._server.lock:
            self._server.kept.clear()


def closed_port() -> int:
    """Return a loopback port where nobody listens: a smarthost that is down."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
