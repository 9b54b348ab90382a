"""The listener: places, counts, start and drain. One loop in one thread; commits happen elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from gateway import clock as wall
from gateway.inbound.options import SmtpOptions
from gateway.inbound.refusals import Refusals, Tally
from gateway.inbound.smtp.connection import Connection
from gateway.inbound.smtp.conversation import Conversation
from gateway.mail.received import Accepted, Received

_log = logging.getLogger(__name__)

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_STRESSED: Final = 0.8  # share of connections above which idle clients get little patience


class _Refusal(asyncio.Protocol):
    """A connection over the limit: one line, then closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = cast("asyncio.Transport", transport)
        stream.write(b"421 4.3.2 Too many connections, try again later\r\n")
        stream.close()


class Listener:
    """One SMTP or LMTP listener on a loop of its own in a thread.

    `accept` may be called at any rate and answers by a future that is done when the mail lies on disk.
    `is_ours` (exactly the desk's addresses: no relaying) and `has_room` are asked on the loop: they must
    not block. What they raise becomes 451. Who is put off is counted in `refusals`.
    """

    def __init__(
        self,
        options: SmtpOptions,
        accept: Callable[[Received], Future[Accepted]],
        is_ours: Callable[[str], bool],
        clock: Callable[[], datetime] = wall.now,
        has_room: Callable[[], bool] = lambda: True,
        refusals: Refusals | None = None,
    ) -> None:
        self.options = options
        self.accept = accept
        self.is_ours = is_ours
        self.now = clock
        self.has_room = has_room
        self.tls = _tls(options)
        self.draining = False
        self.one_large: asyncio.Semaphore
        self._open: set[Connection] = set()
        self._per_address: Counter[str] = Counter()
        self._refusals = refusals or Refusals()
        self._senders, self._guesses = Tally(_MINUTE), Tally(_HOUR)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event
        self._started: Future[tuple[str, int]] = Future()
        self._thread = threading.Thread(target=self._run, name=f"{options.protocol}-listener", daemon=True)

    def start(self) -> tuple[str, int]:
        """Listen; return where (a unix socket has port 0). OSError where the place is taken."""
        self._thread.start()
        return self._started.result(timeout=30)

    def drain(self, seconds: float) -> None:
        """Take no new connections, tell the idle 421, let DATA finish within `seconds`, then end the thread."""
        loop = self._loop
        if loop is None or not self._thread.is_alive():
            return
        with contextlib.suppress(RuntimeError):  # the loop ended by itself
            asyncio.run_coroutine_threadsafe(self._drain(seconds), loop).result(timeout=seconds + 10)
        self._thread.join(10)

    def healthy(self) -> bool:
        """Say whether the loop turns and nobody asked it to stop."""
        loop = self._loop
        if loop is None or self.draining or not self._thread.is_alive():
            return False
        turned = threading.Event()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(turned.set)
        return turned.wait(2)

    def renew_certificate(self) -> None:
        """Read certificate and key again; new connections use them. ssl.SSLError or OSError where they do not fit."""
        if self.tls is not None and self.options.certificate is not None:
            self.tls.load_cert_chain(self.options.certificate, self.options.key)

    # Called by connections, on the loop.

    def opened(self, connection: Connection, peer: str | None) -> None:
        """Count a client."""
        self._open.add(connection)
        if peer is not None:
            self._per_address[peer] += 1

    def lost(self, connection: Connection, peer: str | None) -> None:
        """Count it out, once."""
        if connection not in self._open:
            return
        self._open.discard(connection)
        if peer is not None:
            self._per_address[peer] -= 1
            if self._per_address[peer] <= 0:
                del self._per_address[peer]

    def crowded(self, peer: str) -> bool:
        """Say whether this address has more connections than one may."""
        crowded = self._per_address[peer] > self.options.limits.per_address
        if crowded:
            self._refusals.note("connections", peer)
        return crowded

    def guesses(self, peer: str) -> bool:
        """Say whether this address tried too many recipients that are not ours; a relay of ours is only told of."""
        if self.options.trust.covers(peer):
            return False
        return self._guesses.count(peer, wall.monotonic()) > self.options.limits.unknown_recipients

    def guessed(self, peer: str | None) -> None:
        """Count a recipient that is not ours."""
        tried = self._guesses.add(peer or "", wall.monotonic())
        if tried > self.options.limits.unknown_recipients:
            self._refusals.note("recipients", peer or self.options.protocol)

    def hurries(self, sender: str) -> bool:
        """Count a mail of this envelope sender; say whether it is more than one may send."""
        hurries = self._senders.add(sender.lower(), wall.monotonic()) > self.options.limits.sender_rate
        if hurries:
            self._refusals.note("sender", sender)
        return hurries

    def stressed(self) -> bool:
        """Say whether connections run short."""
        return len(self._open) > self.options.limits.connections * _STRESSED

    # The thread.

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001  # the thread guard: start() tells
            if self._started.done():
                _log.exception("listener died")
            else:
                self._started.set_exception(error)

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self.one_large = asyncio.Semaphore(1)
        loop = asyncio.get_running_loop()
        server = await self._listen(loop)
        try:
            self._loop = loop
            self._server = server
            self._started.set_result(_place(server))
            await self._stop.wait()
        finally:
            server.close()

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        options = self.options
        settings: dict[str, Any] = {"backlog": 512}
        if options.fd is not None:
            listening = socket.socket(fileno=options.fd)
            listening.setblocking(False)
            kind = loop.create_unix_server if listening.family == socket.AF_UNIX else loop.create_server
            return await kind(self._answer, sock=listening, **settings)
        if options.socket is not None:
            listening = _unix_socket(options)
            return await loop.create_unix_server(self._answer, sock=listening, **settings)
        return await loop.create_server(self._answer, options.address, options.port, **settings)

    def _answer(self) -> asyncio.Protocol:
        if not self.draining and len(self._open) >= self.options.limits.connections:
            self._refusals.note("connections", f"{len(self._open)}")
        if self.draining or len(self._open) >= self.options.limits.connections:
            return _Refusal()
        return Conversation(self)

    async def _drain(self, seconds: float) -> None:
        self.draining = True
        self._server.close()
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        for connection in [each for each in self._open if not each.busy]:
            connection.hang_up("421 4.3.2 Shutting down")
        while self._open and loop.time() < until:  # noqa: ASYNC110  # sockets close one by one; looking is enough
            await asyncio.sleep(0.02)
        for connection in list(self._open):
            connection.hang_up("421 4.3.2 Shutting down")
        await asyncio.sleep(0)  # let the word leave
        self._stop.set()


def _tls(options: SmtpOptions) -> ssl.SSLContext | None:
    if options.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.certificate, options.key)
    return context


def _unix_socket(options: SmtpOptions) -> socket.socket:
    """Bind with mode 0660 from the first moment on: a chmod afterwards would leave a gap."""
    place = options.socket
    assert place is not None
    _clear(place)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.setblocking(False)
    before = os.umask(0o117)
    try:
        listening.bind(str(place))
    finally:
        os.umask(before)
    return listening


def _clear(place: Path) -> None:
    """Remove a socket that a crash left behind, but never one that somebody listens on."""
    if not place.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(place))
        except ConnectionRefusedError:
            place.unlink(missing_ok=True)
        else:
            raise OSError(errno.EADDRINUSE, "somebody listens there", str(place))


def _place(server: asyncio.Server) -> tuple[str, int]:
    name = server.sockets[0].getsockname()
    return (name[0], name[1]) if isinstance(name, tuple) else (name, 0)
