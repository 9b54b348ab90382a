"""An SMTP server that says what a test tells it to say.

`script` maps a verb (CONNECT, EHLO, MAIL, RCPT, DATA, DOT, STARTTLS, ...) to answers given one after the other;
when they are used up the peer answers as a good server does. An answer may be a reply, DROP (close the
connection without a word) or a number of seconds to wait before answering well.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Self

from tests.support.certificates import Certificate

DROP = "drop"


@dataclass(frozen=True)
class Taken:
    """One mail as it came over the wire."""

    mail_from: str  # everything behind "MAIL FROM:"
    rcpt_to: tuple[str, ...]
    wire: bytes = field(repr=False)  # with dots still doubled, without the end

    @property
    def raw(self) -> bytes:
        """The content, dots taken out."""
        return (b"\r\n" + self.wire).replace(b"\r\n.", b"\r\n")[2:]


class SmtpPeer:
    """A server on a loopback port of its own; use it in a `with`."""

    def __init__(
        self,
        script: dict[str, list[str | float]] | None = None,
        offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SIZE 35000000"),
        tls: Certificate | None = None,
    ) -> None:
        self.script = defaultdict(deque, {verb: deque(answers) for verb, answers in (script or {}).items()})
        self.offers = offers
        self.tls = tls
        self.taken: list[Taken] = []
        self.connections = 0
        self.commands: list[str] = []
        peer = self

        class Session(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                _Talk(peer, self.request).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session, bind_and_activate=True)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Talk:
    """One connection."""

    def __init__(self, peer: SmtpPeer, connection) -> None:
        self.peer = peer
        self.connection = connection
        self.lines = connection.makefile("rb")
        self.mail_from = ""
        self.rcpt_to: list[str] = []

    def run(self) -> None:
        self.peer.connections += 1
        try:
            if self.answer("CONNECT", "220 peer ESMTP"):
                while (line := self.lines.readline()) and self.obey(line.decode().rstrip("\r\n")):
                    pass
        except OSError:
            pass
        finally:
            self.lines.close()
            self.connection.close()

    def answer(self, verb: str, good: str) -> bool:
        """Say what the script says; False where the connection is over."""
        waiting = self.peer.script[verb]
        said = waiting.popleft() if waiting else good
        if said == DROP:
            return False
        if isinstance(said, (int, float)):
            time.sleep(said)
            said = good
        self.connection.sendall(said.encode() + b"\r\n")
        self.last = said
        return not said.startswith("421")

    def obey(self, line: str) -> bool:
        self.peer.commands.append(line)
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        if verb == "EHLO":
            offers = ["peer", *self.peer.offers]
            reply = "\r\n".join([*(f"250-{word}" for word in offers[:-1]), f"250 {offers[-1]}"])
            return self.answer(verb, reply)
        if verb == "MAIL":
            self.mail_from, self.rcpt_to = argument.partition(":")[2], []
        if verb == "RCPT" and self.answer(verb, "250 2.1.5 Ok"):
            if self.last.startswith("250"):
                self.rcpt_to.append(argument.partition(":")[2])
            return True
        if verb == "RCPT":
            return False
        if verb == "DATA":
            return self.data()
        if verb == "STARTTLS":
            return self.starttls()
        if verb == "AUTH":
            return self.answer(verb, "235 2.7.0 Ok")
        return self.answer(verb, "221 Bye" if verb == "QUIT" else "250 Ok") and verb != "QUIT"

    def data(self) -> bool:
        if not self.rcpt_to:
            return self.answer("DATA", "503 5.5.1 no recipients")
        if not self.answer("DATA", "354 Go on"):
            return False
        if not self.last.startswith("354"):
            return True
        content = bytearray()
        while (line := self.lines.readline()) != b".\r\n":
            if not line:
                return False
            content += line
        self.peer.taken.append(Taken(self.mail_from, tuple(self.rcpt_to), bytes(content)))
        return self.answer("DOT", f"250 2.0.0 Ok: queued as Q{len(self.peer.taken)}")

    def starttls(self) -> bool:
        if not self.answer("STARTTLS", "220 Go on"):
            return False
        assert self.peer.tls is not None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.peer.tls.chain, self.peer.tls.key)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.lines = self.connection.makefile("rb")
        return True
