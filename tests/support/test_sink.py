"""The sink is what the stories believe, so it is tried itself."""

from __future__ import annotations

import smtplib
import socket

import pytest

from tests.support.sink import DROP, Sink, unstuffed


def test_the_sink_gives_back_the_bytes_that_were_sent():
    raw = b"Subject: x\r\n\r\n.\r\n..\r\nhej \xc3\xa5\r\n"
    with Sink() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.sendmail("a@x.example", ["b@x.example"], raw)
        assert [(mail.mail_from, mail.recipients, mail.raw) for mail in sink.mails] == [
            ("a@x.example", ("b@x.example",), raw)
        ]
        assert sink.faults == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"a\nb\r\n", "bare LF"),
        (b"a\rb\r\n", "bare CR"),
        (b"." + b"a\r\n", "dot not stuffed"),
        (b"a" * 999 + b"\r\n", "line over 998 bytes"),
    ],
)
def test_the_sink_notes_a_breach_of_the_wire_format(body: bytes, fault: str):
    assert unstuffed(body + b".\r\n")[1] == [fault]


def test_a_script_refuses_one_recipient_and_the_mail_is_not_kept():
    with Sink() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        sink.script = lambda verb, argument: "550 5.1.1 unknown" if verb == "RCPT" and "bo@" in argument else None
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("a@x.example", ["bo@x.example"], b"\r\n")
        assert client.sendmail("a@x.example", ["bo@x.example", "b@x.example"], b"\r\n") == {
            "bo@x.example": (550, b"5.1.1 unknown")
        }
        assert [mail.recipients for mail in sink.mails] == [("b@x.example",)]


def test_a_script_drops_the_connection_after_the_dot():
    with Sink() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        sink.script = lambda verb, _: DROP if verb == "." else None
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.sendmail("a@x.example", ["b@x.example"], b"\r\n")
        assert sink.mails == []


def test_a_half_sent_mail_is_not_kept():
    with Sink() as sink:
        with socket.create_connection(("127.0.0.1", sink.port)) as client:
            reader = client.makefile("rb")
            for line in (b"HELO x", b"MAIL FROM:<a@x>", b"RCPT TO:<b@x>", b"DATA"):
                reader.readline()
                client.sendall(line + b"\r\n")
            assert reader.readline().startswith(b"354")
            client.sendall(b"Subject: half\r\n\r\nof a ma")
        with smtplib.SMTP("127.0.0.1", sink.port) as later:
            later.sendmail("a@x.example", ["b@x.example"], b"Subject: whole\r\n\r\n")
        assert [mail.subject for mail in sink.mails] == ["whole"]
