"""A smarthost as ops describe it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from gateway.outbound.outcome import PROVIDER_TEMPORARY
from gateway.outbound.pace import Rate


@dataclass(frozen=True, slots=True)
class SmarthostOptions:
    """One [[smarthost]]. Times in seconds."""

    name: str
    host: str
    port: int
    tls: Literal["tls", "starttls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)  # an access token for XOAUTH2
    senders: tuple[str, ...] = ()  # which From it may send, "a@x" or "@x"; empty for all
    connections: int = 2
    rate: Rate | None = None
    temporary: tuple[str, ...] = PROVIDER_TEMPORARY
    hostname: str = "localhost"  # ours, for EHLO
    cafile: Path | None = None  # default: the system's authorities
    allow_plain: bool = False  # credentials without TLS beyond loopback
    timeout: float = 60.0
    refused: Callable[[str], None] | None = field(default=None, repr=False)  # hears which token a server refused

    def hides_credentials(self) -> bool:
        """Say whether a password sent there is seen by nobody on the way, or ops accepted that it is."""
        return self.tls != "none" or self.allow_plain or _is_loopback(self.host)

    def may_send(self, from_address: str) -> bool:
        """Say whether mail with this From may go there."""
        wanted = from_address.casefold()
        senders = {sender.casefold() for sender in self.senders}
        return not senders or wanted in senders or "@" + wanted.rpartition("@")[2] in senders


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
