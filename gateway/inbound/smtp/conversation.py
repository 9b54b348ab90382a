"""One client on an SMTP or LMTP connection: commands, DATA, replies.

Commands and DATA are ours: aiosmtpd's DATA keeps a bytearray per line, answers long lines with a permanent
error and lets a dropped connection cancel a commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from gateway import clock as wall
from gateway.errors import TryAgainError
from gateway.inbound.path import is_plain, read_path
from gateway.inbound.proof import judge
from gateway.inbound.smtp.connection import Connection, House
from gateway.inbound.smtp.content import TALKS_EARLY, Hangup, Outcome, receive
from gateway.inbound.spool import Spool
from gateway.inbound.too_big import refusal
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof
from gateway.mail.received import Accepted, Received

_log = logging.getLogger(__name__)

_LATER: Final = "451 4.3.0 Temporary trouble, try again later"
_FULL: Final = "452 4.3.1 Insufficient storage, try again later"


class Conversation(Connection):
    """What one client says. State of a mail is `_mail_from` (None until MAIL) and `_rcpt_to`."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
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

    def _set_post_data_state(self) -> None:
        self.busy = False
        self._mail_from = None
        self._rcpt_to = []

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
        elif reply := self._unbearable(path.parameters, path.address):
            await self._refuse(reply)
        elif not self._house.has_room():
            await self.push(_FULL)
        elif path.address and self._house.hurries(path.address):
            await self.push("450 4.7.1 Too much mail from this sender, try again later")
        else:
            self._mail_from = path.address
            await self.push("250 2.1.0 Ok")

    def _unbearable(self, parameters: dict[str, str], sender: str) -> str | None:
        """Return the refusal for MAIL parameters we did not offer or cannot meet."""
        if unknown := parameters.keys() - {"SIZE", "BODY", "SMTPUTF8"}:
            return f"555 5.5.4 Unsupported: {' '.join(sorted(unknown))[:80]}".encode("ascii", "replace").decode()
        if parameters.get("BODY", "7BIT").upper() not in {"7BIT", "8BITMIME"}:
            return "501 5.5.4 BODY is 7BIT or 8BITMIME"
        size = parameters.get("SIZE", "0")
        if not (size.isascii() and size.isdigit()):
            return "501 5.5.4 Malformed SIZE"
        too_big = len(size) > 20 or int(size) > self._limits.max_size
        return refusal(sender, self._limits.max_size) if too_big else None

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
            self._house.guessed(self._peer)
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
                return self._for_each(refusal(self._mail_from, self._limits.max_size))
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
