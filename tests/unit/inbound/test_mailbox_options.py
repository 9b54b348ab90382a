"""How long a poller waits after trouble, and what it is told."""

from __future__ import annotations

import pytest

from gateway.inbound.mailbox_options import MailboxOptions, is_loopback, pause


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 1.0), (2, 2.0), (3, 4.0), (9, 256.0), (10, 300.0), (1000, 300.0)]
)
def test_the_pause_doubles_to_five_minutes(failures: int, seconds: float) -> None:
    assert pause(failures, 0.5) == seconds
    assert pause(failures, 0.0) == seconds * 0.75
    assert pause(failures, 1.0) == seconds * 1.25


def test_a_refused_login_waits_a_minute_at_least() -> None:
    assert pause(1, 0.5, refused=True) == 60.0
    assert pause(10, 0.5, refused=True) == 300.0


def test_each_folder_is_read_once() -> None:
    options = MailboxOptions("m", "h", folders=("INBOX", "A"), junk="A", sent="S")
    assert options.reads() == ("INBOX", "A", "S")


def test_secrets_are_not_shown() -> None:
    assert "hemligt" not in repr(MailboxOptions("m", "h", password="hemligt"))


@pytest.mark.parametrize(("host", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("x", False)])
def test_loopback_is_known(host: str, local: bool) -> None:
    assert is_loopback(host) is local
