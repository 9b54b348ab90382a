"""Whose word about a sender counts, for one listener or one mailbox (interfaces.md: trust)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, Literal

_LOOPBACK: Final = ("127.0.0.0/8", "::1")


@dataclass(frozen=True, slots=True)
class Trust:
    """The configured hop. The default trusts nobody.

    `authserv_id` goes with kind "authserv_id" and must match exactly (RFC 8601 §2.5). `relays` are addresses
    or networks, empty for loopback; a mail from any other peer proves nothing. A mail without a peer came from
    a mailbox or a local socket: the way itself is the trusted hop. With "verify" no hop is trusted: DKIM
    signatures are checked here.
    """

    kind: Literal["none", "authserv_id", "microsoft365", "google", "verify"] = "none"
    authserv_id: str = ""
    relays: tuple[str, ...] = ()

    def covers(self, peer: str | None) -> bool:
        """Say whether a mail from that peer came through the trusted hop."""
        if peer is None:
            return True
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(_within(address, relay) for relay in self.relays or _LOOPBACK)


def _within(address: IPv4Address | IPv6Address, relay: str) -> bool:
    try:
        return address in ip_network(relay, strict=False)
    except ValueError:
        return False
