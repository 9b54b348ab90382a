"""LMTP: the same conversation, one answer for each recipient."""

from __future__ import annotations

import socket
import stat

import pytest

from tests.adapters.conftest import Client

WIRE = b"Subject: hej\r\n\r\nx\r\n.\r\n"


def test_every_recipient_gets_an_answer(intake) -> None:
    intake.listen(protocol="lmtp")
    client = intake.connect()
    client.up_to_data("a@acme.example", "b@acme.example", "c@acme.example", hello="LHLO x")
    assert [client.say(WIRE)[:3], client.reply()[:3], client.reply()[:3]] == ["250"] * 3
    assert client.say("NOOP").startswith("250")
    assert len(intake.journal.rows) == 1
    assert intake.journal.rows[0].envelope.source == "lmtp"
    assert len(intake.journal.rows[0].envelope.rcpt_to) == 3


def test_trouble_is_told_to_every_recipient(intake) -> None:
    def broken(batch):
        raise RuntimeError("no")

    intake.journal.write = broken
    intake.listen(protocol="lmtp")
    client = intake.connect()
    client.up_to_data("a@acme.example", "b@acme.example", hello="LHLO x")
    assert [client.say(WIRE)[:3], client.reply()[:3]] == ["451", "451"]
    assert client.say("NOOP").startswith("250")


def test_smtp_greetings_are_refused(intake) -> None:
    intake.listen(protocol="lmtp")
    client = intake.connect()
    client.reply()
    assert client.say("EHLO x").startswith("500")
    assert client.say("HELO x").startswith("500")


def test_a_unix_socket_is_for_owner_and_group_only(intake, tmp_path_factory) -> None:
    place = tmp_path_factory.mktemp("s") / "lmtp"
    for _ in range(2):  # a socket left behind by a crash is replaced
        leftover = socket.socket(socket.AF_UNIX)
        if not place.exists():
            leftover.bind(str(place))
        leftover.close()
        listener = intake.listen(protocol="lmtp", socket=place)
        assert stat.S_IMODE(place.stat().st_mode) == 0o660
        client = Client.__new__(Client)
        client.socket, client.buffer = socket.socket(socket.AF_UNIX), b""
        client.socket.connect(str(place))
        client.up_to_data(hello="LHLO x")
        assert client.say(WIRE).startswith("250")
        client.socket.close()
        listener.drain(1)
    assert intake.journal.rows[0].envelope.peer is None


def test_a_unix_socket_in_use_is_not_taken_over(intake, tmp_path_factory) -> None:
    place = tmp_path_factory.mktemp("s") / "lmtp"
    intake.listen(protocol="lmtp", socket=place)
    with pytest.raises(OSError, match="somebody listens"):
        intake.listen(protocol="lmtp", socket=place)
    client = Client.__new__(Client)
    client.socket, client.buffer = socket.socket(socket.AF_UNIX), b""
    client.socket.connect(str(place))
    assert client.reply().startswith("220")
    client.socket.close()
