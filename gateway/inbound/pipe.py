"""One mail from a pipe: `gateway receive < mail`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import IO

from gateway.errors import GatewayError
from gateway.inbound.trace_fields import return_path
from gateway.mail.message import Envelope
from gateway.mail.received import Received


class TooLargeError(GatewayError):
    """The mail is larger than may be; nothing was kept of it."""


def read(
    stream: IO[bytes],
    mail_from: str | None,
    rcpt_to: Sequence[str],
    now: datetime,
    max_size: int = 35_000_000,
) -> Received:
    """Read a mail to its end; a pipe proves nothing about its sender.

    An mbox "From " line in front is taken off, as MTAs put it there. Where `mail_from` is None or empty,
    Return-Path or From tell it; "<>" and MAILER-DAEMON, as Postfix hands it to a pipe, are the null sender.
    TooLargeError beyond `max_size` bytes.
    """
    raw = stream.read(max_size + 1)
    if len(raw) > max_size:
        raise TooLargeError(f"larger than {max_size} bytes")
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    return Received(Envelope(_sender(mail_from, raw), tuple(rcpt_to), "pipe"), raw, now)


def _sender(given: str | None, raw: bytes) -> str:
    if not given:
        return return_path(raw)
    return "" if given.upper() in {"<>", "MAILER-DAEMON"} else given.strip("<>")
