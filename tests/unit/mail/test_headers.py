from __future__ import annotations

import email
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import headers
from gateway.mail.message import Address

BREAKS = "a\rb\nc\r\nd\ve\ff\x85g\u2028h\u2029i\x00j"


def parsed(raw: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(raw + b"\r\nbody", policy=policy.default)


@pytest.mark.parametrize("name", ["Subject", "X-Ticket-Reason", "List-Id", "Thread-Topic"])
def test_no_control_character_or_line_separator_leaves_in_a_header(name):
    raw = headers.unstructured(name, BREAKS + "\nBcc: evil@x.example")
    assert [key for key, _ in parsed(raw).items()] == [name]
    assert not any(octet < 32 for octet in raw.replace(b"\r\n", b""))


def test_an_encoded_line_break_in_a_subject_stays_text():
    raw = headers.unstructured("Subject", "=?utf-8?q?hi=0d=0aBcc:_e@x?=")
    assert parsed(raw).keys() == ["Subject"]
    assert parsed(raw)["Subject"] == "=?utf-8?q?hi=0d=0aBcc:_e@x?="


def test_only_the_words_that_need_it_are_encoded():
    raw = headers.unstructured("Subject", "Re: [ACME-1042] Skrivaren är trasig")
    assert raw.startswith(b"Subject: Re: [ACME-1042] Skrivaren =?utf-8?b?")
    assert raw.rstrip().endswith(b"trasig")
    assert parsed(raw)["Subject"] == "Re: [ACME-1042] Skrivaren är trasig"


@given(st.text(max_size=300))
def test_any_subject_comes_back_as_one_line_of_the_same_words(text):
    raw = headers.unstructured("Subject", text)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    assert parsed(raw).keys() == ["Subject"]
    decoded = str(email.header.make_header(email.header.decode_header(email.message_from_bytes(raw)["Subject"] or "")))
    assert decoded.split() == headers.one_line(text).split()


@given(st.text(max_size=120))
def test_any_display_name_leaves_exactly_one_address(name):
    raw = headers.mailboxes("From", [Address(name, "karin@kund.example")])
    assert email.message_from_bytes(raw).keys() == ["From"]
    assert [one.addr_spec for one in parsed(raw)["From"].addresses] == ["karin@kund.example"]


@pytest.mark.parametrize(
    ("name", "leaves"),
    [
        ("Karin Berg", b"Karin Berg <k@x.example>"),
        ("Berg, Karin", b'"Berg, Karin" <k@x.example>'),
        ('K "the" B', b'"K \\"the\\" B" <k@x.example>'),
        ("boss@x.example", b'"boss@x.example" <k@x.example>'),
        ("", b"k@x.example"),
    ],
)
def test_a_display_name_is_quoted_where_it_must_be(name, leaves):
    assert headers.mailboxes("To", [Address(name, "k@x.example")]) == b"To: " + leaves + b"\r\n"


def test_a_domain_of_other_letters_leaves_as_a_labels():
    assert headers.addr_spec("info@skärgård.example") == "info@xn--skrgrd-cuak.example"


@pytest.mark.parametrize("address", ["", "karin", "@x.example", "karin@", "a@b c<d>"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="not a"):
        headers.addr_spec(address)


def test_a_header_nobody_listed_never_leaves():
    with pytest.raises(ValueError, match="X-Mailer"):
        headers.field("X-Mailer", "us")


def test_long_references_are_folded():
    ids = [f"<{n}.{'a' * 40}@tickets.acme.example>" for n in range(20)]
    raw = headers.message_ids("References", ids)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert parsed(raw)["References"].split() == ids


def test_what_is_no_message_id_is_left_out():
    assert headers.message_ids("References", ["<a@b>", "c@d", "<e f@g>", "<x@y>\r\nBcc: z"]) == b"References: <a@b>\r\n"


@pytest.mark.parametrize("name", ["rapport.pdf", "räkning 2026.pdf", 'a"b\\c.txt', "ö" * 90 + ".txt"])
def test_a_file_name_comes_back_as_it_was(name):
    raw = headers.field("Content-Disposition", f"attachment{headers.parameter('filename', name)}")
    assert parsed(raw).get_filename() == name
    assert max(map(len, raw.split(b"\r\n"))) <= 998
