"""One client's connection: its place in the house, its deadline, TLS, reading a command.

aiosmtpd gives the reader and STARTTLS; what a command means is told by the conversation.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import abstractmethod
from concurrent.futures import Future
from datetime import datetime
from ssl import SSLContext
from typing import Final, Protocol, cast

from aiosmtpd.smtp import SMTP, TLSSetupException

from gateway.inbound.options import SmtpOptions
from gateway.inbound.smtp.content import CHUNK, Hangup
from gateway.mail.received import Accepted, Received

_LONGEST_COMMAND: Final = 2048


class House(Protocol):
    """What a conversation asks of its listener; all of it on the loop."""

    @property
    def options(self) -> SmtpOptions:
        """Limits, names, trust."""

    @property
    def tls(self) -> SSLContext | None:
        """For STARTTLS, None where it is not offered."""

    @property
    def one_large(self) -> asyncio.Semaphore:
        """Held while a large mail is in memory."""

    @property
    def draining(self) -> bool:
        """Whether clients are to be sent away."""

    def now(self) -> datetime:
        """Return the time of arrival."""

    def accept(self, received: Received, /) -> Future[Accepted]:
        """Commit a mail."""

    def is_ours(self, address: str, /) -> bool:
        """Say whether mail for this address is taken."""

    def has_room(self) -> bool:
        """Say whether there is disk left."""

    def opened(self, connection: Connection, peer: str | None) -> None:
        """Count a client."""

    def lost(self, connection: Connection, peer: str | None) -> None:
        """Count it out."""

    def crowded(self, peer: str) -> bool:
        """Say whether this address has more connections than one may."""

    def guesses(self, peer: str) -> bool:
        """Say whether this address tried too many recipients that are not ours."""

    def guessed(self, peer: str | None) -> None:
        """Count a recipient that is not ours."""

    def hurries(self, sender: str) -> bool:
        """Count a mail of this envelope sender; say whether it is more than one may send."""

    def stressed(self) -> bool:
        """Say whether connections run short."""


class Connection(SMTP):
    """A client's line. `_greeted` falls with STARTTLS; `busy` while a mail of its is under way."""

    line_length_limit = 16 * 1024  # half the reader's buffer; commands end far below, DATA has no line limit

    def __init__(self, house: House) -> None:
        options = house.options
        super().__init__(
            None,
            hostname=options.hostname,
            ident="ready",
            data_size_limit=options.limits.max_size,
            enable_SMTPUTF8=True,
            tls_context=house.tls,
            timeout=options.limits.command_timeout,
            loop=asyncio.get_running_loop(),
        )
        self._house = house
        self._options = options
        self._limits = options.limits
        self._lmtp = options.protocol == "lmtp"
        self._peer: str | None = None
        self._greeted = False
        self._commands = self._errors = 0
        self._last_chance = 0.0
        self.busy = False

    @abstractmethod
    async def _obey(self, verb: bytes, argument: str) -> None:
        """Do what a command says, and answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the client; after STARTTLS this is called once more and forgets all that was said (RFC 3207 §4.2)."""
        again = self.transport is not None
        super().connection_made(transport)
        if again:
            self._greeted = False
            return
        # asyncio takes 256 kB at a time from the kernel; hundreds of clients at once make that a lot.
        transport.max_size = CHUNK  # type: ignore[attr-defined]
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if isinstance(peer, tuple) else None
        self._house.opened(self, self._peer)

    def connection_lost(self, error: Exception | None) -> None:
        """Stop talking. A commit under way goes on (A29)."""
        self._house.lost(self, self._peer)
        super().connection_lost(error)

    def eof_received(self) -> bool:
        """Let a client that only closed its side hear the answer: its mail may be in the middle of a commit."""
        if self._secure():
            return False  # True has no effect under TLS
        self._reader.feed_eof()
        return True

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Move the deadline. One timer per connection that looks again, instead of one per command."""
        self._last_chance = self.loop.time() + (duration or self._timeout_duration)
        if self._timeout_handle is None:
            self._timeout_handle = self.loop.call_at(self._last_chance, self._timeout_cb)
        elif self._timeout_handle.when() > self._last_chance:
            self._timeout_handle.cancel()
            self._timeout_handle = self.loop.call_at(self._last_chance, self._timeout_cb)

    def _timeout_cb(self) -> None:
        if self.loop.time() < self._last_chance:
            self._timeout_handle = self.loop.call_at(self._last_chance, self._timeout_cb)
        elif self._writer.transport.get_write_buffer_size():
            self._writer.transport.abort()  # it does not read what we say either: closing would wait for it
        else:
            self.hang_up("421 4.4.2 Timeout, closing")

    def _secure(self) -> bool:
        return self.session is not None and self.session.ssl is not None

    def _more_came(self) -> bool:
        return bool(self._reader._buffer)  # type: ignore[attr-defined]  # noqa: SLF001  # no public way to look

    def hang_up(self, last_word: str) -> None:
        """Say it and close."""
        if self.transport is not None and not self.transport.is_closing():
            if last_word:
                self._writer.write(last_word.encode() + b"\r\n")
            self.transport.close()

    async def _handle_client(self) -> None:
        """Talk until one side has enough."""
        if self._peer is not None and self._house.crowded(self._peer):
            self.hang_up("421 4.7.0 Too many connections from you, try again later")
            return
        if self._peer is not None and self._house.guesses(self._peer):
            self.hang_up("421 4.7.0 Too many unknown recipients, try again later")
            return
        try:
            await self.push(f"220 {self.hostname} {'LMTP' if self._lmtp else 'ESMTP'} {self.__ident__}")
            while self.transport is not None:
                await self._turn()
        except Hangup as end:
            self.hang_up(end.args[0])
        except asyncio.CancelledError:
            # Our own connection_lost; nothing is left to say.
            self.hang_up("")
        except (OSError, asyncio.IncompleteReadError):
            self.hang_up("")

    async def _turn(self) -> None:
        """Read one command and obey it."""
        self._reset_timeout(self._patience())
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise Hangup("500 5.5.2 Line too long, goodbye") from None
        self._commands += 1
        if self._commands > self._limits.commands:
            raise Hangup("421 4.7.0 Too many commands, goodbye")
        if len(line) > _LONGEST_COMMAND:
            await self._refuse("500 5.5.2 Line too long")
            return
        verb, _, argument = line.rstrip(b"\r\n").partition(b" ")
        await self._obey(verb.upper(), argument.decode("utf-8", "replace").strip())

    def _patience(self) -> float:
        return self._limits.hurried_timeout if self._house.stressed() else self._limits.command_timeout

    async def _refuse(self, reply: str) -> None:
        """Answer with an error; too many of them end the conversation."""
        self._errors += 1
        if self._errors > self._limits.errors:
            raise Hangup("421 4.7.0 Too many errors, goodbye")
        await self.push(reply)

    async def _secure_the_line(self) -> None:
        """Shake hands. Where that fails asyncio tells nobody that the connection is gone, so it must be counted out here."""
        with contextlib.suppress(TLSSetupException):
            await self.smtp_STARTTLS(None)
        if not self._secure():
            if self._original_transport is not None:
                cast("asyncio.Transport", self._original_transport).abort()
            self.connection_lost(None)
            raise Hangup("")
