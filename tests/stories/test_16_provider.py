"""A provider that lets nobody in by password: the gateway logs in with tokens, and a person lets it in once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.dovecot import Dovecot
from tests.support.sink import Sink
from tests.support.token_server import TokenServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

KARIN = "karin@umbrella.example"


class Smarthost:
    """What the sink says to who logs in: yes to a token that was issued, no to anything else."""

    def __init__(self, provider: TokenServer) -> None:
        self.provider, self.refused, self.let_in = provider, False, 0

    def __call__(self, verb: str, argument: str) -> str | None:
        if verb == "AUTH":
            said = base64.b64decode(argument.removeprefix("XOAUTH2 ")).decode()
            self.refused = said.partition("Bearer ")[2].rstrip("\x01") not in self.provider.issued
            self.let_in += not self.refused
            return "334 e30=" if self.refused else "235 2.7.0 in"
        if verb == "" and self.refused:
            return "535 5.7.8 no"
        return "530 5.7.0 log in first" if verb == "MAIL" and not self.let_in else None


@pytest.fixture
def provider(users: Callable[[], str]) -> Iterator[TokenServer]:
    with TokenServer(users()) as server:
        yield server


@pytest.fixture
def daemon(tmp_path, sink: Sink, dovecot: Dovecot, provider: TokenServer) -> Daemon:
    """Settings of a mailbox and a smarthost that share a login by device code; not started."""
    sink.script = Smarthost(provider)
    box = {
        "name": "support", "desk": "acme", "host": "127.0.0.1", "port": dovecot.port, "tls": "none", "poll": "1s",
        "user": provider.user, "oauth": "m365", "since": "2020-01-01", "trust": {"authserv_id": "mx.acme.example"},
    }  # fmt: skip
    oauth = {
        "provider": "custom", "client_id": "c1", "token_url": f"{provider.url}/token", "flow": "device", "scope": "mail",
        "device_url": f"{provider.url}/device", "secret_expires": (datetime.now(UTC) + timedelta(days=20)).date(),
    }  # fmt: skip
    out = {"name": "sink", "host": "127.0.0.1", "port": sink.port, "tls": "none", "user": "support@acme.example"}
    settings = {"oauth": {"m365": oauth}, "mailbox": [box], "smarthost": [{**out, "oauth": "m365"}]}
    return Daemon(tmp_path / "gateway", sink=sink, settings=settings)


def test_a_person_types_a_code_and_mail_comes_and_goes(
    daemon: Daemon, provider: TokenServer, dovecot: Dovecot, sink: Sink
):
    (before,) = daemon.json("mailbox", "list")
    assert (before["state"], before["error"]) == ("never read", "nobody has logged in: gateway mailbox login support")
    assert daemon.run("mailbox", "list").returncode == 1
    assert "secret runs out" in daemon.gateway("check")
    said = daemon.gateway("mailbox", "login", "support")
    assert "ABCD-EFGH" in said
    assert "logged in: [oauth.m365]" in said
    assert "r1" not in said, "a refresh token is shown to nobody"
    with daemon:
        with dovecot.client(provider.user) as client:
            client.append("INBOX", letters.proven(letters.customer("Skrivaren", "Den är trasig.")))
        sink.wait_for(1, KARIN, "registered", seconds=60)
        (row,) = eventually(lambda: [r for r in daemon.json("mailbox", "list") if r["last_success"]], 30)
        assert (row["name"], row["error"], row["failures"]) == ("support", None, 0)
        assert daemon.run("mailbox", "list").returncode == 0
    assert [form.get("refresh_token") for form in provider.asked if form.get("grant_type") == "refresh_token"] == ["r1"]
    for token in (provider.issued[-1], "r1", "r2"):
        assert token not in daemon.log


def test_the_next_start_goes_on_with_the_token_that_came_last(daemon: Daemon, provider: TokenServer, sink: Sink):
    daemon.gateway("mailbox", "login", "m365")
    for token in ("r1", "r2"):
        with daemon:
            eventually(lambda: provider.refresh_token != token, 30)  # noqa: B023  # asked at once
            eventually(lambda: daemon.json("mailbox", "list")[0]["state"] == "waiting", 30)
    assert [form.get("refresh_token") for form in provider.asked if form.get("grant_type") == "refresh_token"] == [
        "r1",
        "r2",
    ]


@pytest.mark.parametrize(("name", "why"), [("nobody", "no mailbox"), ("sink", "")])
def test_a_login_is_for_who_is_there(daemon: Daemon, name: str, why: str):
    done = daemon.run("mailbox", "login", name)
    assert done.returncode == (1 if why else 0)
    assert why in done.stderr


def test_a_login_that_is_refused_says_why(daemon: Daemon, provider: TokenServer):
    provider.answers.append((400, {}, {"error": "unauthorized_client", "error_description": "not for devices"}))
    done = daemon.run("mailbox", "login", "support")
    assert done.returncode == 1
    assert "not for devices" in done.stderr


def test_whether_subaddresses_arrive_is_asked_by_a_mail_to_oneself(start: Callable[..., Daemon], sink: Sink):
    running = start()
    said = running.gateway("addresses", "--probe")
    assert "acme\tsubaddresses not known yet" in said
    (mail,) = sink.wait_for(1)
    (address,) = mail.recipients
    assert address.startswith("support+probe-")
    assert address in said
    running.send(mail.raw, sender="", recipients=[address])
    running.idle()
    assert "acme\tsubaddresses arrive" in running.gateway("addresses", "--probe")
    assert running.tickets() == []
