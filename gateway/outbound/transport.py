"""Handing mails to a smarthost: kept connections, verified TLS, one recipient per envelope."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway import clock as wall
from gateway.outbound.outcome import PROVIDER_TEMPORARY, Bounced, Deferred, Sent, clean, outcome_of
from gateway.outbound.pace import Pace
from gateway.outbound.smarthost import SmarthostOptions
from gateway.outbound.wire import envelope_address, stuffed, xtext

__all__ = ["PROVIDER_TEMPORARY", "Bounced", "Deferred", "Relay", "Sent", "SmarthostOptions", "choose", "send_by"]

_FRESH: Final = 10.0  # seconds a connection may lie unused before it is asked whether it lives
_STALE: Final = 240.0  # and before it is not worth asking
_DOT_TIMEOUT: Final = 600.0  # RFC 5321 §4.5.3.2.6


class _Setup(Exception):  # noqa: N818  # carries an outcome
    """No conversation came about."""

    def __init__(self, outcome: Deferred) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


@dataclass(slots=True)
class _Kept:
    """A connection and when it was last used (monotonic seconds)."""

    smtp: smtplib.SMTP
    used: float
    fresh: bool = True  # nothing was sent on it yet


class Relay:
    """A smarthost. Threads may call `send` at once; so many wait as there are no connections for."""

    def __init__(self, options: SmarthostOptions, clock: Callable[[], float] = wall.monotonic) -> None:
        self.options = options
        self._clock = clock
        self._idle: list[_Kept] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(options.connections)
        self._pace = Pace(options.rate)
        self._closing = threading.Event()

    def send(
        self, mail_from: str, rcpt_to: str, raw: bytes, envelope_id: str | None = None
    ) -> Sent | Deferred | Bounced:
        """Deliver finished bytes to one recipient. Never raises for what a network or a server can do.

        A connection lost after the dot is Deferred: the mail may have arrived, and goes again with the same
        Message-ID. `envelope_id` becomes ENVID where DSN is offered (RFC 3461).
        """
        try:
            sender, recipient = envelope_address(mail_from), envelope_address(rcpt_to)
        except ValueError as error:
            return Bounced(553, f"5.1.3 {error}")
        if not recipient:
            return Bounced(553, "5.1.3 no recipient")
        with self._slots:
            if self._closing.wait(self._pace.take(self._clock())) or self._closing.is_set():
                return Deferred(None, "shutting down", reached=False)
            return self._send(_Mail(sender, recipient, raw, envelope_id))

    def close(self) -> None:
        """End the kept connections and refuse further mail."""
        self._closing.set()
        with self._lock:
            idle, self._idle = self._idle, []
        for kept in idle:
            _quit(kept.smtp)

    def _send(self, mail: _Mail) -> Sent | Deferred | Bounced:
        """Try on a kept connection; if that had died before the mail was sent, once more on a new one."""
        kept = self._take()
        if kept is not None:
            with contextlib.suppress(_Lost):
                return self._converse(kept, mail)
        try:
            return self._converse(self._connect(), mail)
        except _Setup as none:
            return none.outcome
        except _Lost as lost:
            return Deferred(None, str(lost))

    def _converse(self, kept: _Kept, mail: _Mail) -> Sent | Deferred | Bounced:
        """Deliver on this connection and keep it if it is still good for another mail."""
        outcome, reusable = _deliver(kept.smtp, mail, self.options)
        if reusable and not self._closing.is_set():
            kept.used = self._clock()
            with self._lock:
                self._idle.append(kept)
        else:
            _quit(kept.smtp)
        return outcome

    def _take(self) -> _Kept | None:
        """Return a connection that answers, or None."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                kept = self._idle.pop()
            unused = self._clock() - kept.used
            if unused < _FRESH or (unused < _STALE and _answers(kept.smtp)):
                return kept
            _drop(kept.smtp)

    def _connect(self) -> _Kept:
        try:
            smtp = _greet(self.options)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise _Setup(_not_reached(error)) from error
        try:
            _log_in(smtp, self.options)
        except smtplib.SMTPResponseException as error:
            _drop(smtp)
            raise _Setup(Deferred(error.smtp_code, clean(error.smtp_error))) from error
        except (OSError, smtplib.SMTPException) as error:
            _drop(smtp)
            raise _Setup(Deferred(None, clean(str(error)))) from error
        return _Kept(smtp, self._clock())


@dataclass(frozen=True, slots=True)
class _Mail:
    sender: str
    recipient: str
    raw: bytes
    envelope_id: str | None


class _Lost(Exception):  # noqa: N818  # not an error of the mail
    """The connection died before the mail was sent: it is safe to send it again at once."""


def choose(relays: Sequence[Relay], from_address: str) -> tuple[Relay, ...]:
    """Return the smarthosts that may send this From, in the order they are tried."""
    return tuple(relay for relay in relays if relay.options.may_send(from_address))


def send_by(
    relays: Sequence[Relay], mail_from: str, rcpt_to: str, raw: bytes, envelope_id: str | None = None
) -> Sent | Deferred | Bounced:
    """Send by the first of the chosen; by the next only where there was no connection or greeting."""
    outcome: Sent | Deferred | Bounced = Deferred(None, "no smarthost may send this From", reached=False)
    for relay in relays:
        outcome = relay.send(mail_from, rcpt_to, raw, envelope_id)
        match outcome:
            case Deferred(reached=False):
                continue
            case _:
                break
    return outcome


def _greet(options: SmarthostOptions) -> smtplib.SMTP:
    """Connect, secure and greet. Certificates are verified: smtplib's own contexts verify nothing (A30)."""
    secure = ssl.create_default_context(cafile=options.cafile) if options.tls != "none" else None
    if options.tls == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            options.host, options.port, options.hostname, timeout=options.timeout, context=secure
        )
    else:
        smtp = smtplib.SMTP(options.host, options.port, options.hostname, timeout=options.timeout)
    try:
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if options.tls == "starttls":
            smtp.starttls(context=secure)  # raises where it is not offered: somebody took it out on the way
            smtp.ehlo_or_helo_if_needed()
    except BaseException:
        _drop(smtp)
        raise
    return smtp


def _log_in(smtp: smtplib.SMTP, options: SmarthostOptions) -> None:
    user, token = options.user, options.token
    if user is None:
        return
    if not options.hides_credentials():
        raise smtplib.SMTPException("credentials are not sent without TLS")
    if token is not None:
        answer = f"user={user}\x01auth=Bearer {token()}\x01\x01"
        # A refusal comes as a challenge that wants an empty answer before the real reply.
        smtp.auth("XOAUTH2", lambda challenge=None: answer if challenge is None else "")
    elif options.password is not None:
        smtp.login(user, options.password)


def _deliver(smtp: smtplib.SMTP, mail: _Mail, options: SmarthostOptions) -> tuple[Sent | Deferred | Bounced, bool]:
    """Return what became of it, and whether the connection is good for another mail."""
    limit = smtp.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(mail.raw):
        return Bounced(552, f"5.3.4 the smarthost takes {limit} bytes, this mail has {len(mail.raw)}"), True
    if not (mail.sender + mail.recipient).isascii() and not smtp.has_extn("smtputf8"):
        return Bounced(553, "5.6.7 the smarthost takes no addresses with letters beyond ASCII"), True
    try:
        refused, waiting = _offer(smtp, mail, options)
    except (OSError, smtplib.SMTPException) as error:
        _drop(smtp)
        raise _Lost(clean(str(error))) from error
    if refused is not None:
        gone = waiting or (isinstance(refused, Deferred) and refused.code == 421)
        # Where it waits for a mail it should not get, only closing says so.
        return refused, not gone and _reset(smtp)
    return _content(smtp, mail.raw, options)


def _offer(smtp: smtplib.SMTP, mail: _Mail, options: SmarthostOptions) -> tuple[Deferred | Bounced | None, bool]:
    """Say MAIL, RCPT, DATA, in one packet where PIPELINING is offered (RFC 2920).

    Returns the refusal or None, and whether the server waits for content.
    """
    commands = [f"MAIL FROM:<{mail.sender}>{_parameters(smtp, mail)}", f"RCPT TO:<{mail.recipient}>", "DATA"]
    refused: Deferred | Bounced | None = None
    code = 0
    if smtp.has_extn("pipelining"):
        smtp.send("".join(f"{command}\r\n" for command in commands).encode())
        commands_to_say: list[str | None] = [None] * len(commands)
    else:
        commands_to_say = list(commands)
    for command, good in zip(commands_to_say, (250, 250, 354), strict=True):
        if command is not None:
            if refused is not None:
                break
            smtp.send(f"{command}\r\n".encode())
        else:
            _acknowledge(smtp)
        code, text = smtp.getreply()
        if refused is None and code != good and not (good == 250 and code == 251):
            refused = _refusal(code, text, options)
            if code == 421:
                break
    return refused, code == 354


def _acknowledge(smtp: smtplib.SMTP) -> None:
    """Acknowledge at once what comes next, where the system can.

    A server that writes its three answers one by one waits with the second for our acknowledgement of the first,
    and we, having nothing to say, would wait 40 ms with that (Nagle against delayed ACK).
    """
    option = getattr(socket, "TCP_QUICKACK", None)
    if option is not None and smtp.sock is not None:
        with contextlib.suppress(OSError):
            smtp.sock.setsockopt(socket.IPPROTO_TCP, option, 1)


def _refusal(code: int, text: bytes, options: SmarthostOptions) -> Deferred | Bounced:
    outcome = outcome_of(code, clean(text), options.temporary)
    return Deferred(code, clean(text)) if isinstance(outcome, Sent) else outcome


def _parameters(smtp: smtplib.SMTP, mail: _Mail) -> str:
    words = []
    if smtp.has_extn("size"):
        words.append(f"SIZE={len(mail.raw)}")
    if smtp.has_extn("8bitmime") and not mail.raw.isascii():
        words.append("BODY=8BITMIME")
    if not (mail.sender + mail.recipient).isascii():
        words.append("SMTPUTF8")
    if smtp.has_extn("dsn") and mail.envelope_id:
        words += ["RET=HDRS", f"ENVID={xtext(mail.envelope_id)}"]
    return "".join(f" {word}" for word in words)


def _content(smtp: smtplib.SMTP, raw: bytes, options: SmarthostOptions) -> tuple[Sent | Deferred | Bounced, bool]:
    """Send the bytes and the dot. From here on silence means "perhaps": never Bounced, never at once again."""
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(max(_DOT_TIMEOUT, options.timeout))
        smtp.send(stuffed(raw))
        code, text = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(options.timeout)
    except (OSError, smtplib.SMTPException) as error:
        _drop(smtp)
        return Deferred(None, clean(f"no reply after the mail: {error}")), False
    outcome = outcome_of(code, clean(text), options.temporary)
    return outcome, code != 421


def _not_reached(error: Exception) -> Deferred:
    if isinstance(error, smtplib.SMTPResponseException):
        return Deferred(error.smtp_code, clean(error.smtp_error), reached=False)
    return Deferred(None, clean(str(error)) or type(error).__name__, reached=False)


def _answers(smtp: smtplib.SMTP) -> bool:
    try:
        return smtp.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _reset(smtp: smtplib.SMTP) -> bool:
    try:
        return smtp.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _quit(smtp: smtplib.SMTP) -> None:
    """Leave politely, but wait for nobody."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        if smtp.sock is not None:
            smtp.sock.settimeout(2)
            smtp.send(b"QUIT\r\n")
    _drop(smtp)


def _drop(smtp: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError):
        smtp.close()
