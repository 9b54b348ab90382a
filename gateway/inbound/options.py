"""What a listener is told: where to listen and how much to bear (interfaces.md: limits)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gateway.inbound.trust import Trust


@dataclass(frozen=True, slots=True)
class SmtpLimits:
    """How much one client, and all of them together, may take. Sizes in bytes, times in seconds."""

    max_size: int = 35_000_000
    connections: int = 500
    per_address: int = 20
    recipients: int = 100
    commands: int = 1000  # between two accepted mails
    errors: int = 20
    sender_rate: int = 300  # mails a minute with one envelope sender, the null sender excepted
    unknown_recipients: int = 100  # an hour from one address that is no relay of ours (A32)
    command_timeout: float = 300.0  # RFC 5321 §4.5.3.2.7
    hurried_timeout: float = 10.0  # instead, while four of five connections are taken
    idle: float = 60.0  # between two chunks of DATA
    least_rate: float = 500.0  # bytes per second, once `idle` has passed
    longest: float = 1800.0  # a whole DATA
    in_memory: int = 128 * 1024  # what is larger lies in a file while it comes


@dataclass(frozen=True, slots=True)
class SmtpOptions:
    """One listener. Exactly one place is used: `fd` before `socket` before `address` and `port`."""

    address: str = "127.0.0.1"
    port: int = 2525  # 0: any free one
    socket: Path | None = None  # unix socket, made with mode 0660
    fd: int | None = None  # a listening socket of the service manager
    protocol: Literal["smtp", "lmtp"] = "smtp"
    hostname: str = "localhost"
    certificate: Path | None = None  # PEM chain; offers STARTTLS
    key: Path | None = None
    spool: Path | None = None  # folder for large mails on their way in; default the system's
    trust: Trust = field(default_factory=Trust)
    limits: SmtpLimits = field(default_factory=SmtpLimits)
