from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import attachments


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("rapport.pdf", "rapport.pdf"),
        ("../../etc/cron.d/x", "x"),
        ("..\\..\\x.bat", "x.bat"),
        ("../x\0.txt", "x.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u200b.htaccess", "htaccess"),
        (".\u200b.\u200b/\u200b.htaccess", "htaccess"),
        ("CON.txt", "_CON.txt"),
        ("con", "_con"),
        ("a\r\nContent-Type: x", "aContent-Type x"),
        ("räksmo\u0308rgås.pdf", "räksmörgås.pdf"),
        ("trailing. ", "trailing"),
        ("C:\\temp\\a.doc", "a.doc"),
        ("", ""),
        ("...", ""),
        ("a  b.txt", "a b.txt"),
    ],
)
def test_a_name_is_only_a_name(sent: str, kept: str) -> None:
    assert attachments.neutral(sent) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = attachments.neutral("å" * 200 + ".pdf")
    assert len(kept.encode()) <= 120
    assert kept.endswith("å.pdf")


@given(st.text(max_size=200))
def test_every_name_is_harmless_and_stays_as_it_is_the_second_time(sent: str) -> None:
    kept = attachments.neutral(sent)
    assert not set(kept) & set('/\\\0:*?"<>|\n\r')
    assert not kept.startswith((".", " "))
    assert len(kept.encode()) <= 121  # one more for the mark before a reserved name
    assert attachments.neutral(kept) == kept


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("application/pkcs7-mime", "smime.p7m"),
        ("text/calendar", "invite.ics"),
        ("image/png", "picture.png"),
        ("application/x-nobody-knows", "attachment.bin"),
        ("message/rfc822", "message.eml"),
    ],
)
def test_a_nameless_file_is_called_by_its_kind(kind: str, name: str) -> None:
    assert attachments.build(b"x", kind, "", inline=False, content_id=None).name == name


def test_a_forwarded_message_is_called_by_its_subject() -> None:
    assert (
        attachments.build(b"x", "message/rfc822", "", inline=False, content_id=None, default="Re: Skrivaren/2").name
        == "2.eml"
    )


def test_content_and_hash_belong_together() -> None:
    one = attachments.build(b"hej", "text/plain", "a.txt", inline=True, content_id="x")
    assert (one.size, one.content, one.sha256) == (3, b"hej", hashlib.sha256(b"hej").hexdigest())
