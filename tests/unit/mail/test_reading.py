from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.mail import reading
from gateway.mail.message import Address, Envelope, InboundMail, MailClass

ENVELOPE = Envelope("a@x.se", ("s@acme.se",), "smtp")

# --- mails as they might come, and as they never should

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
charsets = st.sampled_from(
    [
        "utf-8",
        "iso-8859-1",
        "windows-1252",
        "us-ascii",
        "gb2312",
        "x-bogus",
        "utf-16",
        "undefined",
        "iso-2022-jp",
        "unicode_escape",
    ]
)
names = st.sampled_from(
    [
        "Subject",
        "From",
        "To",
        "Date",
        "Message-ID",
        "References",
        "Content-ID",
        "Received",
        "X-A",
        "Auto-Submitted",
        "Reply-To",
        "Content-Type",
    ]
)
values = st.one_of(
    texts.map(str.encode), st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b""))
)
headers = st.lists(st.tuples(names, values), max_size=8).map(
    lambda pairs: b"".join(name.encode() + b": " + value + b"\r\n" for name, value in pairs)
)
types = st.sampled_from(
    [
        "text/plain",
        "text/html",
        "application/pdf",
        "image/png",
        "text/calendar",
        "message/delivery-status",
        "text/t",
        "message/rfc822",
        "",
        "x",
    ]
)
encodings = st.sampled_from(["7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "bogus"])
dispositions = st.sampled_from(
    [
        "",
        'Content-Disposition: inline; filename="a.txt"\r\n',
        "Content-Disposition: attachment\r\n",
        "Content-Disposition: \r\n",
    ]
)
bodies = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [b"<p>hej<blockquote>x", b"On 1 Jan 2026 a wrote:\r\n> b\r\n", b"-----Original Message-----\r\nFrom: a@b\r\n"]
    ),
)


@st.composite
def leaves(draw: st.DrawFn) -> bytes:
    head = f"Content-Type: {draw(types)}; charset={draw(charsets)}\r\nContent-Transfer-Encoding: {draw(encodings)}\r\n{draw(dispositions)}"
    return head.encode() + b"\r\n" + draw(bodies)


@st.composite
def containers(draw: st.DrawFn, parts: st.SearchStrategy[bytes]) -> bytes:
    boundary = draw(st.from_regex(r"[A-Za-z0-9]{1,3}", fullmatch=True)).encode()
    kind = draw(st.sampled_from([b"mixed", b"alternative", b"related", b"report", b"signed", b"encrypted", b"digest"]))
    content = b"".join(b"\r\n--" + boundary + b"\r\n" + part for part in draw(st.lists(parts, max_size=3)))
    end = draw(st.sampled_from([b"\r\n--" + boundary + b"--\r\n", b""]))
    return b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n\r\n' + content + end


mails = st.builds(bytes.__add__, headers, st.recursive(leaves(), containers, max_leaves=6))


def _assert_clean(mail: InboundMail) -> None:
    assert not [defect for defect in mail.defects if defect.startswith("could not")]
    for field in dataclasses.fields(mail):
        value = getattr(mail, field.name)
        if isinstance(value, str):
            value.encode("utf-8")
            assert "\0" not in value
    assert mail.subject.isprintable() or not any(sign in mail.subject for sign in "\r\n\x1b\x85")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(mails)
def test_every_made_up_mail_is_understood(raw: bytes) -> None:
    _assert_clean(reading.understand(raw, ENVELOPE))


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    _assert_clean(reading.understand(raw, None))


@settings(max_examples=100)
@given(mails, st.data())
def test_a_cut_or_damaged_mail_is_understood(raw: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(raw)))
    _assert_clean(
        reading.understand(raw[:at] + data.draw(st.binary(max_size=4)) + raw[at + data.draw(st.integers(0, 4)) :], None)
    )


# --- the whole


def test_a_reply_is_told_apart_from_what_it_quotes() -> None:
    raw = "From: a@x.se\r\nSubject: Re: [ACME-1042] Skrivaren\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNu går det!\r\n\r\nDen 2 nov. 2026 kl. 10:00 skrev ACME:\r\n> Har du startat om?\r\n"
    mail = reading.read(raw.encode(), ENVELOPE)
    assert (mail.new_text, mail.reference, mail.mail_class) == ("Nu går det!", "ACME-1042", MailClass.PERSON)
    assert "Har du startat om?" in mail.quoted_text


def test_a_forward_keeps_the_forwarders_words_as_new_text() -> None:
    inner = b"From: Kund <k@kund.se>\r\nSubject: Trasig\r\n\r\nhjalp"
    raw = (
        b"From: a@x.se\r\nSubject: Fwd: Trasig\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nKan ni ta den?\r\n--q\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--q--"
    )
    mail = reading.read(raw, ENVELOPE)
    assert mail.forwarded is not None
    assert (mail.new_text, mail.forwarded.sender, mail.forwarded.text) == (
        "Kan ni ta den?",
        Address("Kund", "k@kund.se"),
        "hjalp",
    )


def test_a_report_without_parts_is_still_sent_as_a_report() -> None:
    raw = b"From: MAILER-DAEMON@x.se\r\nSubject: x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\nnothing here"
    assert reading.read(raw, Envelope("", ("s@acme.se",), "smtp")).mail_class is not MailClass.PERSON


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n\r\n", b"\0", b"From", b"\xff" * 1000, b":" * 1000, b"--\r\n--\r\n"])
def test_next_to_nothing_is_a_mail_too(raw: bytes) -> None:
    assert isinstance(reading.read(raw), InboundMail)


def test_the_shell_of_a_mail_is_its_headers_without_its_body() -> None:
    raw = b"From: Anna <a@x.se>\r\nSubject: =?utf-8?q?h=C3=A5?=\r\nContent-Type: text/html; charset=x;\r\n boundary=y\r\n\r\n<p>body"
    mail = reading.shell(raw, "too bad")
    assert (mail.sender_from, mail.subject, mail.text, mail.attachments) == (Address("Anna", "a@x.se"), "hå", "", ())
    assert "too bad" in mail.defects


def test_the_shell_of_an_automatic_mail_is_still_automatic() -> None:
    raw = b"From: a@x.se\r\nSubject: x\r\nAuto-Submitted: auto-generated\r\n\r\nbody"
    assert reading.shell(raw, "too bad", ENVELOPE).mail_class is not MailClass.PERSON
    assert (
        reading.shell(raw.replace(b"Auto-Submitted: auto-generated\r\n", b""), "too bad", ENVELOPE).mail_class
        is MailClass.PERSON
    )
