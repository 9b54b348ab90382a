from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli.reading import card, inspect
from gateway.mail import reading

KEYS = [
    "file",
    "message_id",
    "date",
    "from",
    "sender",
    "reply_to",
    "to",
    "cc",
    "subject",
    "in_reply_to",
    "references",
    "text",
    "new_text",
    "quoted_text",
    "signature",
    "html",
    "attachments",
    "class",
    "why",
    "thanks",
    "spam",
    "delivery_report",
    "forwarded",
    "reference",
    "language",
    "defects",
]
RAW = (
    "From: Åsa <a@x.se>\r\nTo: s@acme.se\r\nSubject: Hej \x1b[31m\r\nMessage-ID: <1@x.se>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\n"
    "Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSkrivaren är trasig "
    + "lång rad "
    * 30
    + "\r\n"
    '--q\r\nContent-Type: application/pdf; name="a.pdf"\r\n\r\n%PDF\r\n--q--\r\n'
).encode()


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    file = tmp_path / "mail.eml"
    file.write_bytes(RAW)
    return file


def test_json_is_one_object_a_line_with_all_keys_in_order(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect([mail, mail], as_json=True) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    found = json.loads(lines[0])
    assert list(found) == KEYS
    assert found["from"] == {"name": "Åsa", "address": "a@x.se"}
    assert found["html"] is False
    assert [list(one) for one in found["attachments"]] == [["name", "type", "size", "inline", "content_id", "sha256"]]
    assert found["class"] == "person"


def test_a_report_and_a_forward_have_their_own_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.eml"
    report.write_bytes(
        b"From: MAILER-DAEMON@x.se\r\nSubject: failed\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n--q\r\n\r\nno\r\n"
        b"--q\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.se\r\n\r\nFinal-Recipient: rfc822; a@b.se\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--q--\r\n"
    )
    forward = tmp_path / "forward.eml"
    forward.write_bytes(
        b"From: a@x.se\r\nSubject: Fwd: x\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: message/rfc822\r\n\r\nFrom: k@kund.se\r\nSubject: x\r\n\r\nhej\r\n--q--\r\n"
    )
    inspect([report, forward], as_json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["delivery_report"]["recipients"] == [
        {"address": "a@b.se", "action": "failed", "status": "5.1.1", "permanent": True}
    ]
    assert list(second["forwarded"]) == ["from", "to", "date", "subject", "text"]
    assert second["forwarded"]["from"]["address"] == "k@kund.se"


def test_only_a_file_that_cannot_be_opened_is_a_failure(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubbish = mail.with_name("rubbish")
    rubbish.write_bytes(b"\xff\0" * 50)
    assert inspect([rubbish], as_json=True) == 0
    assert inspect([mail.with_name("none"), mail], as_json=True) == 1
    said = capsys.readouterr()
    assert "none: No such file" in said.err
    assert len(said.out.splitlines()) == 2


def test_the_card_is_at_most_80_columns_and_cannot_steer_a_terminal(
    mail: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect([mail], as_json=False) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert "Subject:    Hej [31m" in out
    assert "Attachment: a.pdf (application/pdf, 4 bytes)" in out
    assert "Skrivaren är trasig" in out


def test_the_name_of_the_file_stays_as_it_was_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / "två  blanka \udce5.eml"
    odd.write_bytes(b"Subject: x\r\n\r\n")
    assert inspect([odd], as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["file"] == f"{tmp_path}/två  blanka \\udce5.eml"
    assert inspect([odd], as_json=False) == 0


def test_the_card_of_an_empty_mail_is_short() -> None:
    assert len(list(card("empty.eml", reading.read(b"")))) < 10
