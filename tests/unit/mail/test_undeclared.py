"""What a part does not say of itself is found in its content: encoding, charset, kind."""

from __future__ import annotations

import base64

import pytest

from gateway.mail import calendar_text, reading, transfer

HEAD = b"From: Anna <anna@kund.example>\r\nMIME-Version: 1.0\r\n"


def test_quoted_printable_and_base64_that_nobody_declares_are_undone() -> None:
    assert transfer.undeclared(b"R=C3=A4ksm=C3=B6rg=C3=A5s =3D=\r\n gott", "") == "Räksmörgås = gott".encode()
    text = "Räksmörgås på Åsö är gott, säger Örjan. " * 4
    assert transfer.undeclared(base64.encodebytes(text.encode()), "") == text.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"1=C3=A4 ett enda tecken",
        b"R=C3=A4ksm=C3=B6rg=C3=A5s utan mjuk radbrytning",
        b"x" * 70 + b"\n" + b"y" * 70 + b"\n",
        base64.encodebytes(b"plain English words that fill more than just one line of base64 text, really"),
        b"",
    ],
)
def test_text_that_only_looks_so_stays(raw: bytes) -> None:
    assert transfer.undeclared(raw, "") is None


@pytest.mark.parametrize(
    ("label", "codec"), [("windows-1251", "cp1251"), ("gb2312", "gb18030"), ("shift_jis", "cp932")]
)
@pytest.mark.parametrize(
    "meta", ['<meta charset="{}">', '<meta http-equiv="Content-Type" content="text/html; charset={}">']
)
@pytest.mark.parametrize("declared", ["", "; charset=us-ascii"])
def test_a_document_names_its_charset_where_the_part_does_not(label: str, codec: str, meta: str, declared: str) -> None:
    word = {"cp1251": "Да", "gb18030": "你好", "cp932": "はい"}[codec]
    html = f"<html><head>{meta.format(label)}</head><body>{word}</body></html>".encode(codec)
    raw = HEAD + f"Content-Type: text/html{declared}\r\n\r\n".encode() + html
    assert reading.read(raw).text == word


def test_an_attached_mail_is_one_though_it_is_called_a_file() -> None:
    inner = b"From: Olle Lind <olle@kund.example>\r\nSubject: Inre\r\n\r\nHej"
    raw = (
        HEAD + b"Subject: Fwd: Inre\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nSe bifogat.\r\n--q\r\n"
        b"Content-Type: application/octet-stream; name=brev.eml\r\n\r\n" + inner + b"\r\n--q--\r\n"
    )  # fmt: skip
    read = reading.read(raw)
    assert read.forwarded is not None
    assert str(read.forwarded.sender) == "Olle Lind <olle@kund.example>"
    assert [(one.name, one.type) for one in read.attachments] == [("brev.eml", "message/rfc822")]


def test_an_invitation_alone_says_what_when_and_where() -> None:
    event = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Europe/Stockholm:20261124T100000\r\n"
        "SUMMARY;LANGUAGE=sv:Möte om dörren\r\nLOCATION:Plan 3\\, rum 1\r\nDESCRIPTION:Vi ses\\ndär\r\n .\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    raw = HEAD + b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + event.encode()
    read = reading.read(raw)
    assert read.text == "Möte om dörren\n2026-11-24 10:00\nPlan 3, rum 1\nVi ses\ndär."
    assert [one.name for one in read.attachments] == ["invite.ics"]
    assert calendar_text.to_text("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261124\n") == "2026-11-24"
