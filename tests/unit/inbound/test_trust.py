"""Which peers are the trusted hop."""

from __future__ import annotations

import pytest

from gateway.inbound.trust import Trust


@pytest.mark.parametrize(
    ("relays", "peer", "covered"),
    [
        ((), "127.0.0.1", True),
        ((), "::1", True),
        ((), "192.0.2.1", False),
        (("192.0.2.1",), "192.0.2.1", True),
        (("192.0.2.1",), "127.0.0.1", False),
        (("192.0.2.0/24",), "192.0.2.99", True),
        (("192.0.2.7/24",), "192.0.2.99", True),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("2001:db8::/32",), "192.0.2.1", False),
        (("192.0.2.1",), "::ffff:192.0.2.1", True),
        (("fe80::/10",), "fe80::1%eth0", True),
        (("nonsense",), "192.0.2.1", False),
        (("192.0.2.1",), "", False),
        (("192.0.2.1",), None, True),
    ],
)
def test_a_peer_is_covered_or_not(relays: tuple[str, ...], peer: str | None, covered: bool) -> None:
    assert Trust("authserv_id", "mx", relays).covers(peer) is covered
