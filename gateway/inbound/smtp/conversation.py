"""One client on an SMTP or LMTP connection: commands, DATA, replies.

aiosmtpd gives the connection, its reader and STARTTLS. Commands and DATA are ours: its DATA keeps a
bytearray per line, answers long lines with a permanent error and lets a dropped connection cancel a commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import datetime
from ssl import SSLContext
from typing import Final, Protocol, cast

from aiosmtpd.smtp import SMTP, TLSSetupException

from gateway import clock as wall
from gateway.errors import TryAgainError
from gateway.inbound.options import SmtpOptions
from gateway.inbound.path import is_plain, read_path
from gateway.inbound.proof import judge
from gateway.inbound.smtp.content import CHUNK, TALKS_EARLY, Hangup, Outcome, receive
from gateway.inbound.spool import Spool
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof
from gateway.mail.received import Accepted, Received

_log = logging.getLogger(__name__)

_LONGEST_COMMAND: Final = 2048

_LATER: Final = "451 4.3.0 Temporary trouble, try again later"
_FULL: Final = "452 4.3.1 Insufficient storage, try again later"
_TOO_BIG: Final = "552 5.3.4 Message too big"


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

    def opened(self, conversation: Conversation, peer: str | None) -> None:
        """Count a client."""

    def lost(self, conversation: Conversation, peer: str | None) -> None:
        """Count it out."""

    def crowded(self, peer: str) -> bool:
        """Say whether this address has more connections than one may."""

    def stressed(self) -> bool:
        """Say whether connections run short."""


class Conversation(SMTP):
    """One client. State of a mail is `_mail_from` (None until MAIL) and `_rcpt_to`."""

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
        self._mail_from: str | None = None
        self._rcpt_to: list[str] = []
        self._verbs = self._verb_table()

    def _verb_table(self) -> dict[bytes, Callable[[str], Awaitable[None]]]:
        greetings = {b"LHLO": self._ehlo} if self._lmtp else {b"EHLO": self._ehlo, b"HELO": self._helo}
        return {
            **greetings,
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"DATA": self._data,
            b"RSET": self._rset,
            b"NOOP": self._noop,
            b"VRFY": self._vrfy,
            b"QUIT": self._quit,
            b"STARTTLS": self._starttls,
        }

    # The connection.

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

    def _set_post_data_state(self) -> None:
        self.busy = False
        self._mail_from = None
        self._rcpt_to = []

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

    async def _obey(self, verb: bytes, argument: str) -> None:
        obey = self._verbs.get(verb)
        if obey is None:
            if verb in {b"GET", b"POST", b"CONNECT", b"HOST:"}:
                raise Hangup("554 5.5.0 This is not a web server")
            await self._refuse("500 5.5.1 Unknown command")
            return
        try:
            await obey(argument)
        except (asyncio.IncompleteReadError, Hangup):
            raise
        except Exception as error:  # trouble of ours is temporary; its text stays with us (A27)
            if self.transport is None or self.transport.is_closing():
                raise Hangup("") from error
            await self._answer(self._trouble(error))

    def _trouble(self, error: Exception) -> list[str]:
        if not isinstance(error, TryAgainError):  # who raised that has logged its cause
            _log.error("smtp trouble %s", wall.token(40), exc_info=error)
        return self._for_each(_LATER) if self.busy else [_LATER]

    def _patience(self) -> float:
        return self._limits.hurried_timeout if self._house.stressed() else self._limits.command_timeout

    async def _refuse(self, reply: str) -> None:
        """Answer with an error; too many of them end the conversation."""
        self._errors += 1
        if self._errors > self._limits.errors:
            raise Hangup("421 4.7.0 Too many errors, goodbye")
        await self.push(reply)

    # The commands.

    async def _helo(self, argument: str) -> None:
        await self._greet(argument, [])

    async def _ehlo(self, argument: str) -> None:
        offers = [f"SIZE {self._limits.max_size}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if self.tls_context and not self._secure():
            offers.append("STARTTLS")
        await self._greet(argument, offers)

    async def _greet(self, name: str, offers: list[str]) -> None:
        if not name:
            await self._refuse("501 5.5.4 Say your name")
            return
        self._set_post_data_state()
        self._greeted = True
        lines = [self.hostname, *offers]
        await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def _mail(self, argument: str) -> None:
        path = read_path(argument, "FROM")
        if not self._greeted:
            await self._refuse("503 5.5.1 Greet first")
        elif self._mail_from is not None:
            await self._refuse("503 5.5.1 Sender already given")
        elif path is None:
            await self._refuse("501 5.1.7 Malformed sender")
        elif reply := self._unbearable(path.parameters):
            await self._refuse(reply)
        elif not self._house.has_room():
            await self.push(_FULL)
        else:
            self._mail_from = path.address
            await self.push("250 2.1.0 Ok")

    def _unbearable(self, parameters: dict[str, str]) -> str | None:
        """Return the refusal for MAIL parameters we did not offer or cannot meet."""
        if unknown := parameters.keys() - {"SIZE", "BODY", "SMTPUTF8"}:
            return f"555 5.5.4 Unsupported: {' '.join(sorted(unknown))[:80]}".encode("ascii", "replace").decode()
        if parameters.get("BODY", "7BIT").upper() not in {"7BIT", "8BITMIME"}:
            return "501 5.5.4 BODY is 7BIT or 8BITMIME"
        size = parameters.get("SIZE", "0")
        if not (size.isascii() and size.isdigit()):
            return "501 5.5.4 Malformed SIZE"
        return _TOO_BIG if len(size) > 20 or int(size) > self._limits.max_size else None

    async def _rcpt(self, argument: str) -> None:
        path = read_path(argument, "TO")
        if self._mail_from is None:
            await self._refuse("503 5.5.1 Sender first")
        elif path is None or not path.address:
            await self._refuse("501 5.1.3 Malformed recipient")
        elif path.parameters:
            await self._refuse("555 5.5.4 No recipient parameters here")
        elif len(self._rcpt_to) >= self._limits.recipients:
            await self.push("452 4.5.3 Too many recipients, send the rest again")
        elif not (is_plain(path.address) and self._house.is_ours(path.address)):
            await self._refuse("550 5.7.1 No such recipient here")
        else:
            self._rcpt_to.append(path.address)
            await self.push("250 2.1.5 Ok")

    async def _rset(self, _argument: str) -> None:
        self._set_post_data_state()
        await self.push("250 2.0.0 Ok")

    async def _noop(self, _argument: str) -> None:
        await self.push("250 2.0.0 Ok")

    async def _vrfy(self, _argument: str) -> None:
        await self.push("252 2.1.5 Send it and see")

    async def _quit(self, _argument: str) -> None:
        raise Hangup("221 2.0.0 Bye")

    async def _starttls(self, argument: str) -> None:
        if argument or not self.tls_context or self._secure():
            await self._refuse("503 5.5.1 No STARTTLS here")
        elif self._more_came():  # what came in the clear must never count inside (A22)
            raise Hangup(TALKS_EARLY)
        else:
            await self._secure_the_line()

    async def _secure_the_line(self) -> None:
        """Shake hands. Where that fails asyncio tells nobody that the connection is gone, so it must be counted out here."""
        with contextlib.suppress(TLSSetupException):
            await self.smtp_STARTTLS(None)
        if not self._secure():
            if self._original_transport is not None:
                cast("asyncio.Transport", self._original_transport).abort()
            self.connection_lost(None)
            raise Hangup("")

    async def _data(self, argument: str) -> None:
        if argument or not self._rcpt_to:
            await self._refuse("503 5.5.1 Recipients first" if not argument else "501 5.5.4 DATA stands alone")
            return
        if not self._house.has_room():
            await self.push(_FULL)
            return
        await self.push("354 End with CRLF.CRLF")
        self.busy = True
        spool = Spool(self._limits.in_memory, self._options.spool)
        try:
            reply = await self._receive(spool) or await self._store(spool)
        finally:
            spool.drop()
        await self._answer(reply)

    async def _answer(self, replies: list[str]) -> None:
        """Reply, and forget the mail. Who spoke before our reply is no MTA (A20)."""
        self._set_post_data_state()
        await self.push("\r\n".join(replies))
        if self._more_came():
            raise Hangup(TALKS_EARLY)
        if self._house.draining:
            raise Hangup("421 4.3.2 Shutting down")

    async def _receive(self, spool: Spool) -> list[str]:
        """Stream DATA into the spool; empty where all is well, else the replies."""

        def touch() -> None:
            self._reset_timeout(self._limits.idle)

        match await receive(self._reader, spool, self._limits, touch):
            case Outcome.FULL:
                return self._for_each(_FULL)
            case Outcome.TOO_BIG:
                return self._for_each(_TOO_BIG)
            case Outcome.WHOLE:
                return []

    async def _store(self, spool: Spool) -> list[str]:
        """Commit, then answer. Large mails are taken into memory one at a time."""
        self._reset_timeout(self._limits.longest)
        if not spool.spilled:
            accepted = await self._commit(spool.read())
        else:
            async with self._house.one_large:
                accepted = await self._commit(await self.loop.run_in_executor(None, spool.read))
        self._commands = 0
        return self._for_each(f"250 2.0.0 Ok, queued as {accepted.journal_id}")

    async def _commit(self, raw: bytes) -> Accepted:
        envelope = Envelope(
            mail_from=self._mail_from or "",
            rcpt_to=tuple(self._rcpt_to),
            source=self._options.protocol,
            peer=self._peer,
        )
        proof = await self._judge(raw)
        received = Received(envelope, raw, self._house.now(), proof)
        waiting = asyncio.wrap_future(self._house.accept(received))
        # Nobody may be left to read the outcome: the client can hang up while we commit.
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(waiting)

    async def _judge(self, raw: bytes) -> Proof:
        trust = self._options.trust
        if trust.kind == "verify":  # asks DNS
            return await self.loop.run_in_executor(None, judge, raw, trust, self._peer)
        return judge(raw, trust, self._peer)

    def _for_each(self, reply: str) -> list[str]:
        """LMTP answers once for every recipient (RFC 2033 §4.2)."""
        return [reply] * len(self._rcpt_to) if self._lmtp else [reply]
