"""Real sockets on loopback: a listener with a journal in memory, a raw SMTP client, certificates."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gateway.inbound.accept import GroupCommit
from gateway.inbound.options import SmtpLimits, SmtpOptions
from gateway.inbound.smtp import Listener
from gateway.mail.received import Accepted, Received
from tests.support import dovecot as imap_server
from tests.support.certificates import Certificate, self_signed


class Journal:
    """Takes everything; `write` may be replaced by a test."""

    def __init__(self) -> None:
        self.rows: list[Received] = []

    def write(self, batch: Sequence[Received]) -> list[Accepted]:
        answers = []
        for received in batch:
            self.rows.append(received)
            answers.append(Accepted(len(self.rows)))
        return answers


class Client:
    """A client that says exactly what it is told, and reads whole replies."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what is sent is there
        self.buffer = b""

    def reply(self) -> str:
        """One reply, all its lines; empty where the peer closed."""
        lines = []
        while True:
            while b"\r\n" not in self.buffer:
                try:
                    more = self.socket.recv(65536)
                except ConnectionError:
                    more = b""
                if not more:
                    return ""
                self.buffer += more
            line, self.buffer = self.buffer.split(b"\r\n", 1)
            lines.append(line.decode())
            if line[3:4] != b"-":
                return "\n".join(lines)

    def say(self, line: bytes | str) -> str:
        self.send(line if isinstance(line, bytes) else line.encode() + b"\r\n")
        return self.reply()

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def closed(self) -> bool:
        return self.reply() == ""

    def up_to_data(self, *rcpt_to: str, hello: str = "EHLO client.example") -> None:
        """Greet and go on until 354."""
        assert self.reply().startswith("220")
        assert self.say(hello).startswith("250")
        assert self.say("MAIL FROM:<karin@kund.example>").startswith("250")
        for recipient in rcpt_to or ("desk@acme.example",):
            assert self.say(f"RCPT TO:<{recipient}>").startswith("250")
        assert self.say("DATA").startswith("354")


Connect = Callable[..., Client]


class Intake:
    """A listener, its journal and its clients."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal()
        self.folder = folder
        self.room = True
        self._group = GroupCommit(lambda batch: self.journal.write(batch))  # noqa: PLW0108  # looked up anew each time
        self._listeners: list[Listener] = []
        self._clients: list[Client] = []
        self.place = ("", 0)

    def listen(
        self, limits: SmtpLimits | None = None, is_ours: Callable[[str], bool] | None = None, **more
    ) -> Listener:
        options = SmtpOptions(
            **{"port": 0, "hostname": "mx.acme.example", "spool": self.folder, **more},
            limits=limits or SmtpLimits(),
        )
        ours = is_ours or (lambda address: address.endswith("@acme.example"))
        listener = Listener(options, self._group.submit, ours, has_room=lambda: self.room)
        self.place = listener.start()
        self._listeners.append(listener)
        return listener

    def connect(self) -> Client:
        client = Client(*self.place)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.socket.close()
        for listener in self._listeners:
            listener.drain(1)
        self._group.close()


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    made = Intake(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("tls"))


@contextlib.contextmanager
def serving(capability: str | None = None) -> Iterator[imap_server.Dovecot]:
    """Run a server; the paths of its sockets must stay under 108 bytes."""
    if imap_server.PROGRAM is None:
        pytest.skip("dovecot is not installed")
    folder = Path(tempfile.mkdtemp(prefix="dv"))
    folder.chmod(0o755)
    server = imap_server.Dovecot(folder, capability)
    try:
        yield server.start()
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[imap_server.Dovecot]:
    """One server for the session."""
    with serving() as server:
        yield server


_USERS = itertools.count()


@pytest.fixture
def user(dovecot: imap_server.Dovecot) -> str:
    """A user with an empty mailbox."""
    return f"u{next(_USERS)}"


@pytest.fixture
def client(dovecot: imap_server.Dovecot, user: str):
    """Another client of that user's mailbox."""
    client = dovecot.client(user)
    yield client
    with contextlib.suppress(Exception):
        client.shutdown()
