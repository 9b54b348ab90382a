"""One mail from a pipe."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from gateway.inbound.pipe import TooLargeError, read
from gateway.mail.proof import Proof

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MAIL = b"From: Karin <karin@kund.example>\nSubject: x\n\nhej\n"


def test_the_bytes_are_kept_and_nothing_is_proved() -> None:
    received = read(io.BytesIO(MAIL), "a@b.example", ["desk@acme.example"], NOW)
    assert received.raw == MAIL
    assert (received.envelope.source, received.envelope.mail_from) == ("pipe", "a@b.example")
    assert received.envelope.rcpt_to == ("desk@acme.example",)
    assert (received.received_at, received.proof) == (NOW, Proof())


@pytest.mark.parametrize(
    ("raw", "given", "sender"),
    [
        (MAIL, None, "karin@kund.example"),
        (b"Return-Path: <b@x.example>\n" + MAIL, None, "b@x.example"),
        (b"Return-Path: <>\n" + MAIL, None, ""),
        (b"Subject: x\n\n", None, ""),
        (MAIL, "<>", ""),
        (MAIL, "", "karin@kund.example"),
        (MAIL, "MAILER-DAEMON", ""),
        (MAIL, "<a@b.example>", "a@b.example"),
    ],
)
def test_the_sender_is_what_is_given_else_what_the_mail_tells(raw: bytes, given: str | None, sender: str) -> None:
    assert read(io.BytesIO(raw), given, (), NOW).envelope.mail_from == sender


def test_an_mbox_line_in_front_is_taken_off() -> None:
    assert read(io.BytesIO(b"From karin Sat Nov 21\n" + MAIL), None, (), NOW).raw == MAIL


def test_too_large_is_said() -> None:
    with pytest.raises(TooLargeError):
        read(io.BytesIO(MAIL), None, (), NOW, max_size=10)
    assert read(io.BytesIO(MAIL), None, (), NOW, max_size=len(MAIL)).raw == MAIL
