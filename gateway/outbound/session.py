"""One SMTP session with a smarthost: connect, secure, log in, hand over mails, leave."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from gateway.errors import GatewayError
from gateway.outbound.outcome import Bounced, Deferred, Sent, clean, outcome_of
from gateway.outbound.smarthost import SmarthostOptions
from gateway.outbound.wire import stuffed, xtext

Session = smtplib.SMTP
"""A session that is logged in and waits for a mail."""

_DOT_TIMEOUT: Final = 600.0  # RFC 5321 §4.5.3.2.6


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail and its envelope, for one recipient."""

    sender: str
    recipient: str
    raw: bytes
    envelope_id: str | None


class NoSession(Exception):  # noqa: N818  # carries an outcome
    """No session came about; `outcome` is what that means for the mail."""

    def __init__(self, outcome: Deferred) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


class Lost(Exception):  # noqa: N818  # not an error of the mail
    """The connection died before the mail was sent: it is safe to send it again at once."""


def connect(options: SmarthostOptions) -> Session:
    """Open a session; raises NoSession. A token that is refused is taken back, and once more tried with a new one."""
    token = _token(options)
    try:
        return _open(options, token)
    except _Refused as error:
        if token is None or options.refused is None:
            raise NoSession(error.outcome) from error
        options.refused(token)
    try:
        return _open(options, _token(options))
    except _Refused as error:
        raise NoSession(error.outcome) from error


class _Refused(Exception):  # noqa: N818  # carries an outcome
    """The smarthost would not let us in."""

    def __init__(self, outcome: Deferred) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


def _token(options: SmarthostOptions) -> str | None:
    """Return a token, before there is a connection that would wait for it."""
    try:
        return options.token() if options.token is not None and options.user is not None else None
    except GatewayError as error:
        raise NoSession(Deferred(None, clean(f"no token: {error}"), session=False)) from error


def _open(options: SmarthostOptions, token: str | None) -> Session:
    try:
        smtp = _greet(options)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NoSession(_not_reached(error)) from error
    try:
        _log_in(smtp, options, token)
    except smtplib.SMTPResponseException as error:
        drop(smtp)
        outcome = Deferred(error.smtp_code, clean(error.smtp_error), session=False)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            raise _Refused(outcome) from error
        raise NoSession(outcome) from error
    except (OSError, smtplib.SMTPException) as error:
        drop(smtp)
        raise NoSession(Deferred(None, clean(str(error)), session=False)) from error
    return smtp


def _greet(options: SmarthostOptions) -> Session:
    """Connect, secure and greet. Certificates are verified: smtplib's own contexts verify nothing (A30)."""
    secure = ssl.create_default_context(cafile=options.cafile) if options.tls != "none" else None
    if options.tls == "tls":
        smtp: Session = smtplib.SMTP_SSL(
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
        drop(smtp)
        raise
    return smtp


def _not_reached(error: Exception) -> Deferred:
    if isinstance(error, smtplib.SMTPResponseException):
        return Deferred(error.smtp_code, clean(error.smtp_error), reached=False, session=False)
    return Deferred(None, clean(str(error)) or type(error).__name__, reached=False, session=False)


def _log_in(smtp: Session, options: SmarthostOptions, token: str | None) -> None:
    user = options.user
    if user is None:
        return
    if not options.hides_credentials():
        raise smtplib.SMTPException("credentials are not sent without TLS")
    if token is not None:
        answer = f"user={user}\x01auth=Bearer {token}\x01\x01"
        # A refusal comes as a challenge that wants an empty answer before the real reply.
        smtp.auth("XOAUTH2", lambda challenge=None: answer if challenge is None else "")
    elif options.password is not None:
        smtp.login(user, options.password)


def deliver(smtp: Session, mail: Mail, options: SmarthostOptions) -> tuple[Sent | Deferred | Bounced, bool]:
    """Return what became of it, and whether the session is good for another mail; raises Lost."""
    limit = smtp.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(mail.raw):
        return Bounced(552, f"5.3.4 the smarthost takes {limit} bytes, this mail has {len(mail.raw)}"), True
    if not (mail.sender + mail.recipient).isascii() and not smtp.has_extn("smtputf8"):
        return Bounced(553, "5.6.7 the smarthost takes no addresses with letters beyond ASCII"), True
    try:
        refused, waiting = _offer(smtp, mail, options)
    except (OSError, smtplib.SMTPException) as error:
        drop(smtp)
        raise Lost(clean(str(error))) from error
    if refused is not None:
        gone = waiting or (isinstance(refused, Deferred) and refused.code == 421)
        # Where it waits for a mail it should not get, only closing says so.
        return refused, not gone and _reset(smtp)
    return _content(smtp, mail.raw, options)


def _offer(smtp: Session, mail: Mail, options: SmarthostOptions) -> tuple[Deferred | Bounced | None, bool]:
    """Say MAIL, RCPT, DATA, in one packet where PIPELINING is offered (RFC 2920).

    Returns the refusal or None, and whether the server waits for content.
    """
    commands = [
        f"MAIL FROM:<{mail.sender}>{_parameters(smtp, mail)}",
        f"RCPT TO:<{mail.recipient}>{_wanted_reports(smtp, mail)}",
        "DATA",
    ]
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


def _acknowledge(smtp: Session) -> None:
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


def _parameters(smtp: Session, mail: Mail) -> str:
    words = []
    if smtp.has_extn("size"):
        words.append(f"SIZE={len(mail.raw)}")
    if smtp.has_extn("8bitmime") and not mail.raw.isascii():
        words.append("BODY=8BITMIME")
    if not (mail.sender + mail.recipient).isascii():
        words.append("SMTPUTF8")
    if smtp.has_extn("dsn") and mail.envelope_id and mail.sender:
        words += ["RET=HDRS", f"ENVID={xtext(mail.envelope_id)}"]
    return "".join(f" {word}" for word in words)


def _wanted_reports(smtp: Session, mail: Mail) -> str:
    """Ask for reports of failure and delay with the address we used, or for none (RFC 3461 §4.1, §4.2).

    To the null sender nobody may report, and an address beyond ASCII would need the type utf-8 (RFC 6533).
    """
    if not smtp.has_extn("dsn"):
        return ""
    if not mail.sender:
        return " NOTIFY=NEVER"
    original = f" ORCPT=rfc822;{xtext(mail.recipient, 480)}" if mail.recipient.isascii() else ""
    return f" NOTIFY=FAILURE,DELAY{original}"


def _content(smtp: Session, raw: bytes, options: SmarthostOptions) -> tuple[Sent | Deferred | Bounced, bool]:
    """Send the bytes and the dot. From here on silence means "perhaps": never Bounced, never at once again."""
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(max(_DOT_TIMEOUT, options.timeout))
        smtp.send(stuffed(raw))
        code, text = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(options.timeout)
    except (OSError, smtplib.SMTPException) as error:
        drop(smtp)
        return Deferred(None, clean(f"no reply after the mail: {error}")), False
    outcome = outcome_of(code, clean(text), options.temporary, options.host)
    return outcome, code != 421


def _reset(smtp: Session) -> bool:
    try:
        return smtp.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def answers(smtp: Session) -> bool:
    """Say whether the other side is still there."""
    try:
        return smtp.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def leave(smtp: Session) -> None:
    """Leave politely, but wait for nobody."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        if smtp.sock is not None:
            smtp.sock.settimeout(2)
            smtp.send(b"QUIT\r\n")
    drop(smtp)


def drop(smtp: Session) -> None:
    """Close without a word."""
    with contextlib.suppress(OSError):
        smtp.close()
