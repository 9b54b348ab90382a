"""Clients that retry like an MTA: a mail without a clear 250 is sent again, byte for byte, until there is one."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable

from reliability import mails
from reliability.mails import Mail

Target = Callable[[], tuple[str, int] | None]


class Senders:
    """Some clients on kept connections. `target` says where the gateway listens now, None while it is down.

    They write `most` mails together, or go on until finish(). The longest wait of a mail until its 250 is kept.
    """

    def __init__(self, target: Target, clients: int, seed: int, pace: float, most: int | None = None) -> None:
        self.acked: dict[str, Mail] = {}
        self.refused: dict[str, str] = {}  # token -> a permanent answer: always a fault
        self.retries = 0
        self.longest = 0.0  # seconds from the first try of a mail to its 250
        self._target = target
        self._seed = seed
        self._pace = pace  # mean seconds of rest between two mails of one client
        self._number = 0
        self._most = most
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(client,), daemon=True) for client in range(clients)]

    def start(self) -> None:
        """Let the clients send until finish()."""
        for thread in self._threads:
            thread.start()

    def all_sent(self, seconds: float) -> bool:
        """Wait until the clients have written as many mails as they were told; False where it takes longer."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def finish(self, seconds: float = 60.0) -> bool:
        """Write no new mails, but see each begun one through; False where a client did not manage in time."""
        self._stop.set()
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, client: int) -> None:
        rest = random.Random(f"{self._seed}/client{client}")  # noqa: S311  # pauses, not secrets
        answered: Mail | None = None
        connection: _Connection | None = None
        while not self._stop.is_set() and (number := self._next()):
            mail = mails.write(number, answered, self._seed)
            connection = self._see_through(mail, connection)
            if not mail.poison:
                answered = mail
            time.sleep(rest.uniform(0, 2 * self._pace))
        if connection:
            connection.close()

    def _next(self) -> int:
        """Return the number of the next mail, 0 after the last."""
        with self._lock:
            if self._number == self._most:
                return 0
            self._number += 1
            return self._number

    def _see_through(self, mail: Mail, connection: _Connection | None) -> _Connection | None:
        """Send until answered; return the connection, which may be a new one."""
        began = time.monotonic()
        while True:
            try:
                connection = connection or self._connect()
                answer = connection.send(mail)
            except (OSError, TimeoutError):
                answer = ""
            if answer.startswith("250"):
                self.acked[mail.token] = mail
                self.longest = max(self.longest, time.monotonic() - began)
                return connection
            if answer.startswith("5"):
                self.refused[mail.token] = answer
                return connection
            self.retries += 1
            if connection:
                connection.close()
            connection = None
            time.sleep(0.02)

    def _connect(self) -> _Connection:
        where = self._target()
        if where is None:
            raise ConnectionRefusedError
        return _Connection(where)


class _Connection:
    """One SMTP session over a plain socket."""

    def __init__(self, where: tuple[str, int]) -> None:
        self._socket = socket.create_connection(where, timeout=20)
        self._reader = self._socket.makefile("rb")
        try:
            self._expect("220")
            self._say(b"EHLO camp.example")
            self._expect("250")
        except OSError:
            self.close()
            raise

    def send(self, mail: Mail) -> str:
        """Return the answer to the mail: to its final dot, or the first that is no yes."""
        for line, expected in (
            (f"MAIL FROM:<{mail.sender}>", "250"),
            ("RCPT TO:<support@acme.example>", "250"),
            ("DATA", "354"),
        ):
            self._say(line.encode())
            answer = self._answer()
            if not answer.startswith(expected):
                return answer
        self._socket.sendall(mail.raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return self._answer()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._reader.close()
            self._socket.close()

    def _say(self, line: bytes) -> None:
        self._socket.sendall(line + b"\r\n")

    def _answer(self) -> str:
        """Return the last line of an answer; ConnectionError where it did not come whole."""
        while True:
            line = self._reader.readline()
            if not line.endswith(b"\r\n"):
                raise ConnectionResetError
            if line[3:4] != b"-":
                return line.decode("ascii", "replace").strip()

    def _expect(self, code: str) -> None:
        if not self._answer().startswith(code):
            raise ConnectionRefusedError
