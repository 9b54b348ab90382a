"""The stage: a gateway of its own in a temporary folder, a mail server for everybody outside, all on loopback."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self, TypeVar

from gateway import clock
from gateway.cli.story.rulebook import RULES
from gateway.cli.ticket import facts_of
from gateway.inbound.options import SmtpOptions
from gateway.inbound.smtp import Listener
from gateway.mail.message import Envelope
from gateway.mail.received import Accepted, Received
from gateway.outbound.transport import Relay, Sent, SmarthostOptions
from gateway.store.engine import Store
from gateway.store.status import status

PATIENCE = 20.0  # seconds until a step counts as failed
T = TypeVar("T")

CONFIG = """\
admin = ["root@acme.example"]
hostname = "tickets.acme.example"
[database]
url = "sqlite:///{state}/gateway.db"
[paths]
state = "{state}"
[listen.smtp]
address = "127.0.0.1"
port = 0
trust = {{authserv_id = "mx.acme.example", relays = ["127.0.0.1"]}}
[[smarthost]]
name = "outside"
host = "127.0.0.1"
port = {port}
tls = "none"
envelope = "verp"
"""


class StepFailedError(Exception):
    """What should have happened did not."""


def read(raw: bytes) -> EmailMessage:
    """Return a mail with decoded headers."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail of the gateway's, as somebody outside got it."""

    envelope: Envelope
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """Return it read."""
        return read(self.raw)

    @property
    def event(self) -> str:
        """Return which event it tells of."""
        return str(self.mail["X-Ticket-Event"])

    @property
    def text(self) -> str:
        """Return its text part."""
        body = self.mail.get_body(("plain",))
        return body.get_content() if body else ""


@dataclass(slots=True)
class Outside:
    """Everybody's mail server: takes what the gateway sends and keeps it."""

    mails: list[Arrived] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, received: Received) -> Future[Accepted]:
        """Keep one mail."""
        with self.lock:
            self.mails.append(Arrived(received.envelope, received.raw))
            done: Future[Accepted] = Future()
            done.set_result(Accepted(len(self.mails)))
        return done


class Stage:
    """Use as a context manager; everything it starts it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outside = Outside()
        self.letters: list[bytes] = []  # what was handed to the gateway
        self._read: list[int] = []
        self._store: Store | None = None
        self._sink = Listener(SmtpOptions(port=0, hostname="mx.outside.example"), self.outside.accept, lambda _: True)

    def __enter__(self) -> Self:
        _, port = self._sink.start()
        state = self.folder / "state"
        state.mkdir(parents=True, mode=0o700)
        self.config = self.folder / "gateway.toml"
        self.config.write_text(CONFIG.format(state=state, port=port), "utf-8")
        (self.folder / "rules.yaml").write_text(RULES, "utf-8")
        self._log = (self.folder / "gateway.log").open("wb")
        self._daemon = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", "gateway.cli", "run", "--config", str(self.config)],
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._relay = Relay(SmarthostOptions("gateway", "127.0.0.1", self._port(), tls="none"))
        return self

    def __exit__(self, *_: object) -> None:
        self._relay.close()
        if self._store is not None:
            self._store.close()
        self._daemon.terminate()
        self.status = self._daemon.wait(30)
        if self._daemon.stdout is not None:
            self._daemon.stdout.close()
        self._log.close()
        self._sink.drain(2)

    def _port(self) -> int:
        port = 0
        for line in self._daemon.stdout or ():
            words = line.decode().split()
            if words[:2] == ["listening", "smtp"]:
                port = int(words[2].rpartition(":")[2])
            if words == ["ready"]:
                return port
        raise StepFailedError(f"the gateway did not start; see {self.folder / 'gateway.log'}")

    def send(self, mail_from: str, raw: bytes, to: str = "support@acme.example") -> None:
        """Hand a letter to the gateway over SMTP."""
        self.letters.append(raw)
        outcome = self._relay.send(mail_from, to, raw)
        if not isinstance(outcome, Sent):
            raise StepFailedError(f"the gateway did not take the letter: {outcome}")

    def next(self, to: str, event: str) -> Arrived:
        """Wait for the next mail to that address about that event."""

        def look() -> Arrived | None:
            for number, arrived in enumerate(self.outside.mails):
                if number not in self._read and to in arrived.envelope.rcpt_to and arrived.event == event:
                    self._read.append(number)
                    return arrived
            return None

        return self.eventually(look, f"no {event} mail to {to}")

    @property
    def told(self) -> list[Arrived]:
        """Return the mails the story has looked at, in its own order."""
        return [self.outside.mails[number] for number in self._read]

    @property
    def untold(self) -> list[Arrived]:
        """Return the mails nobody looked at: the copies of colleagues."""
        return [mail for number, mail in enumerate(self.outside.mails) if number not in self._read]

    def count(self, to: str) -> int:
        """Return how many mails that address has got."""
        return sum(to in arrived.envelope.rcpt_to for arrived in self.outside.mails)

    def ticket(self, reference: str) -> dict[str, Any]:
        """Return what `gateway ticket show --json` prints."""
        shown = facts_of(self._opened(), reference)
        if shown is None:
            raise StepFailedError(f"there is no ticket {reference}")
        return shown

    def waiting(self) -> list[str]:
        """Return the queues that still have something to do."""
        with self._opened().read() as conn:
            queues = status(conn, clock.now()).queues
        return [name for name in queues if name in {"journal.received", "notices.ready", "outbox.ready"}]

    def _opened(self) -> Store:
        if self._store is None:
            self._store = Store(f"sqlite:///{self.folder / 'state' / 'gateway.db'}", self.folder / "state")
        return self._store

    def eventually(self, look: Callable[[], T | None], otherwise: str) -> T:
        """Return what `look` finds as soon as it finds something."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.02)
        raise StepFailedError(otherwise)
