from __future__ import annotations

import base64

import pytest

from gateway.mail import parse
from gateway.mail.message import Address


def _mail(body: bytes, *, head: bytes = b"", kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    return (
        b"From: Anna <a@x.se>\r\nTo: s@acme.se\r\nSubject: Hej\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@x.se>\r\n"
        + head
        + b"Content-Type: "
        + kind
        + b"\r\n\r\n"
        + body
    )


def _multi(kind: str, *parts: bytes) -> bytes:
    return _mail(
        b"".join(b"--q\r\n" + part + b"\r\n" for part in parts) + b"--q--\r\n",
        kind=f"multipart/{kind}; boundary=q".encode(),
    )


def _nested(kind: str, *parts: bytes) -> bytes:
    return (
        f"Content-Type: multipart/{kind}; boundary=n\r\n\r\n".encode()
        + b"".join(b"--n\r\n" + part + b"\r\n" for part in parts)
        + b"--n--"
    )


def _part(kind: str, content: bytes, extra: str = "") -> bytes:
    return f"Content-Type: {kind}\r\n{extra}\r\n".encode() + content


PLAIN = _part("text/plain", b"plain words")
HTML = _part("text/html", b"<p>html <b>words</b></p>")
PDF = _part("application/pdf; name=a.pdf", b"%PDF", "Content-Disposition: attachment\r\n")
PICTURE = _part("image/png", b"PNG", "Content-ID: <pic@x>\r\n")


def _names(raw: bytes) -> list[tuple[str, bool]]:
    return [(one.name, one.inline) for one in parse.parse(raw).attachments]


def test_the_fields_of_an_ordinary_mail() -> None:
    mail = parse.parse(
        _mail(
            "Räksmörgås\r\n".encode(),
            head=b"Cc: b@x.se, C <c@x.se>\r\nReply-To: d@x.se\r\nIn-Reply-To: <0@x.se>\r\nReferences: <a@x.se>\r\n <b@x.se>\r\n",
        )
    )
    assert (mail.sender_from, mail.to, mail.cc) == (
        Address("Anna", "a@x.se"),
        (Address("", "s@acme.se"),),
        (Address("", "b@x.se"), Address("C", "c@x.se")),
    )
    assert (mail.subject, mail.date, mail.message_id, mail.text) == (
        "Hej",
        "2026-11-02T09:00:00Z",
        "<1@x.se>",
        "Räksmörgås",
    )
    assert (mail.in_reply_to, mail.references, mail.reply_to) == (
        ("<0@x.se>",),
        ("<a@x.se>", "<b@x.se>"),
        (Address("", "d@x.se"),),
    )
    assert mail.defects == ()
    assert mail.html is None


@pytest.mark.parametrize(
    ("raw", "text", "html", "files"),
    [
        (_multi("alternative", PLAIN, HTML), "plain words", "<p>html <b>words</b></p>", []),
        (_multi("alternative", _part("text/plain", b" "), HTML), "html words", "<p>html <b>words</b></p>", []),
        (_multi("mixed", HTML, PDF), "html words", "<p>html <b>words</b></p>", [("a.pdf", False)]),
        (_multi("mixed", PDF, PLAIN), "plain words", None, [("a.pdf", False)]),
        (_multi("mixed", PLAIN, PICTURE, PLAIN), "plain words\n\nplain words", None, [("picture.png", False)]),
        (
            _multi("related", _part("text/html", b'<img src="cid:pic@x">'), PICTURE),
            "[image]",
            '<img src="cid:pic@x">',
            [("picture.png", True)],
        ),
        (
            _multi("mixed", _nested("alternative", PLAIN, HTML), PDF),
            "plain words",
            "<p>html <b>words</b></p>",
            [("a.pdf", False)],
        ),
        (
            _multi("alternative", PLAIN, _nested("mixed", HTML, PDF)),
            "plain words",
            "<p>html <b>words</b></p>",
            [("a.pdf", False)],
        ),
        (
            _multi("alternative", PLAIN, HTML, _part("text/calendar; method=REQUEST", b"BEGIN:VCALENDAR")),
            "plain words",
            "<p>html <b>words</b></p>",
            [("invite.ics", False)],
        ),
        (
            _multi("alternative", PLAIN, _part("text/x-amp-html", b"<html amp4email>"), HTML),
            "plain words",
            "<p>html <b>words</b></p>",
            [],
        ),
        (
            _multi("signed", PLAIN, _part("application/pgp-signature", b"sig")),
            "plain words",
            None,
            [("signature.asc", False)],
        ),
        (
            _multi(
                "encrypted",
                _part("application/pgp-encrypted", b"Version: 1"),
                _part("application/octet-stream", b"crypt"),
            ),
            "",
            None,
            [("attachment.asc", False), ("attachment.bin", False)],
        ),
        (_multi("mixed", _part("text/plain; name=note.txt", b"body with a name")), "body with a name", None, []),
        (
            _multi("mixed", PLAIN, _part("text/plain; name=log.txt", b"log", "Content-Disposition: inline\r\n")),
            "plain words",
            None,
            [("log.txt", True)],
        ),
        (_multi("mixed", PLAIN, _part("application/ms-tnef", b"x\x9f")), "plain words", None, [("winmail.dat", False)]),
        (_mail(b"MIME", kind=b"application/pkcs7-mime; smime-type=enveloped-data"), "", None, [("smime.p7m", False)]),
        (_mail(b"x", kind=b"image/jpeg; name=foto.jpg"), "", None, [("foto.jpg", False)]),
        (_mail(b"<p>a</p>", kind=b"text/html"), "a", "<p>a</p>", []),
        (_mail(b"hej", kind=b"text/x-unknown"), "hej", None, []),
    ],
)
def test_text_html_and_files_are_told_apart(
    raw: bytes, text: str, html: str | None, files: list[tuple[str, bool]]
) -> None:
    mail = parse.parse(raw)
    assert (mail.text, mail.html, _names(raw)) == (text, html, files)


def test_a_file_written_into_the_text_is_a_file() -> None:
    mail = parse.parse(_mail(b"Hej\r\n\r\nbegin 644 ../a.txt\r\n#:&5J\r\n`\r\nend\r\n"))
    assert mail.text == "Hej"
    assert [(one.name, one.content) for one in mail.attachments] == [("a.txt", b"hej")]


def test_a_byte_order_mark_before_the_first_field_is_stepped_over() -> None:
    assert parse.parse(b"\xef\xbb\xbf" + _mail(b"Hej")).sender_from == Address("Anna", "a@x.se")


def test_plain_text_beside_html_stays_in_the_html_body() -> None:
    mail = parse.parse(_multi("mixed", _part("text/plain", b"a < b"), HTML))
    assert mail.html == '<div style="white-space: pre-wrap">a &lt; b</div>\n<p>html <b>words</b></p>'


def test_flowed_text_is_unflowed() -> None:
    assert parse.parse(_mail(b"one \r\nline\r\n", kind=b"text/plain; format=flowed")).text == "one line"


def test_a_forwarded_message_is_a_file_and_is_read_as_well() -> None:
    inner = b"From: Kund <k@kund.se>\r\nTo: a@x.se\r\nSubject: Trasig\r\nDate: Sun, 1 Nov 2026 10:00:00 +0100\r\n\r\nskrivare ur funktion"
    mail = parse.parse(_multi("mixed", PLAIN, _part("message/rfc822", inner)))
    assert mail.text == "plain words"
    assert [(one.name, one.type, one.content) for one in mail.attachments] == [("Trasig.eml", "message/rfc822", inner)]
    (found,) = mail.inner
    assert (found.sender, found.subject, found.text, found.date) == (
        Address("Kund", "k@kund.se"),
        "Trasig",
        "skrivare ur funktion",
        "2026-11-01T09:00:00Z",
    )


def test_messages_in_messages_are_not_unpacked_without_end() -> None:
    raw = _mail(b"x")
    for _ in range(200):
        raw = (
            _multi("mixed", PLAIN, _part("message/rfc822", raw))
            .replace(b"--q", b"--q%d" % len(raw))
            .replace(b"boundary=q", b"boundary=q%d" % len(raw))
        )
    assert len(parse.parse(raw).inner) == 1


def test_the_parts_of_a_delivery_report_are_given_in_order() -> None:
    raw = _multi(
        "report",
        PLAIN,
        _part("message/delivery-status", b"Action: failed"),
        _part("message/rfc822", b"Subject: x\r\nMessage-ID: <1@us>\r\n\r\nold"),
    )
    assert parse.parse(raw).report_parts == (
        ("text/plain", "plain words"),
        ("message/delivery-status", "Action: failed"),
        ("message/rfc822", "Subject: x\nMessage-ID: <1@us>"),
    )


@pytest.mark.parametrize(
    ("head", "date"),
    [
        (b"", None),
        (b"Date: Mon, 2 Nov 2026 10:00:00 CET\r\n", "2026-11-02T09:00:00Z"),
        (b"Date: 2026-11-02 10:00:00 +0100\r\n", "2026-11-02T09:00:00Z"),
        (
            b"Date: Mon, 2 Nov 2026 10:00:00\r\nReceived: from a by b; Mon, 2 Nov 2026 10:00:09 +0100\r\n",
            "2026-11-02T09:00:09Z",
        ),
        (b"Date: Mon, 2 Nov 2026 10:00:00\r\n", "2026-11-02T10:00:00Z"),
        (b"Date: garbage\r\nReceived: x; Mon, 2 Nov 2026 10:00:09 +0100\r\n", "2026-11-02T09:00:09Z"),
        (b"Date: \xe5\r\n", None),
    ],
)
def test_the_date_is_found_where_it_can_be(head: bytes, date: str | None) -> None:
    assert parse.parse(head + b"From: a@x.se\r\n\r\nx").date == date


@pytest.mark.parametrize(
    ("head", "message_id"),
    [
        (b"Message-ID: <a@b>", "<a@b>"),
        (b"Message-ID:\r\n <a@b>", "<a@b>"),
        (b"Message-ID: a@b", "<a@b>"),
        (b"Message-ID: <a b@c>", "<ab@c>"),
        (b"Message-ID: ", None),
        (b"X: y", None),
    ],
)
def test_the_message_id_has_angle_brackets(head: bytes, message_id: str | None) -> None:
    assert parse.parse(head + b"\r\n\r\nx").message_id == message_id


def test_only_the_last_hundred_references_are_kept() -> None:
    many = b" ".join(b"<%d@x>" % n for n in range(3000))
    found = parse.parse(b"References: " + many + b"\r\n\r\n").references
    assert (len(found), found[-1]) == (100, "<2999@x>")


@pytest.mark.parametrize(
    "head", [b"From : a@x.se", b" From: a@x.se", b"From: a@x.se\r\nFrom: b@x.se", b"From: a@x.se, b@x.se", b"X: y"]
)
def test_a_doubtful_from_is_nobody(head: bytes) -> None:
    mail = parse.parse(head + b"\r\nTo: s@acme.se\r\n\r\nx")
    assert mail.sender_from is None
    assert any(defect.startswith("From is") for defect in mail.defects)


def test_a_bomb_of_html_is_a_file_and_its_words_are_text() -> None:
    mail = parse.parse(_mail(b"<div>" * 20_000 + b"hej", kind=b"text/html"))
    assert (mail.text, mail.html) == ("hej", None)
    assert [one.type for one in mail.attachments] == ["text/html"]
    assert "HTML nested too deeply" in mail.defects


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"word " * 200_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 70_000,
        b"To: " + b"a@x.se, " * 120_000,
        b"To: " + b"@," * 20_000,
        b"To: " + b"(" * 500,
        b"To: " + b"(" * 500_000,
        b"References: " + b"<a@b> " * 170_000,
        b"Content-Type: text/plain" + b"; a=b" * 20_000,
        b"\r\n".join(b"X-%d: y" % n for n in range(100_000)),
        b"Received: " + b"(" * 60_000,
        b"Date: " + b"(" * 60_000,
        b"DKIM-Signature: " + b"a=b; " * 200_000,
    ],
)
def test_a_megabyte_in_a_header_is_read_within_the_limits(head: bytes) -> None:
    mail = parse.parse(b"From: a@x.se\r\n" + head + b"\r\n\r\nhej")
    assert mail.sender_from == Address("", "a@x.se")
    assert len(mail.subject) <= 2000
    assert len(mail.to) <= 500


def test_nul_and_control_characters_do_not_reach_the_text() -> None:
    assert parse.parse(_mail(b"a\0b\x1b[31mc\r\nd\re")).text == "ab[31mc\nd\ne"


def test_text_is_composed() -> None:
    assert parse.parse(_mail("a\u030a".encode())).text == "å"


# --- the key of repeated mails


def _key(raw: bytes) -> str:
    return parse.parse(raw).content_key


def test_the_same_mail_by_two_paths_has_one_key() -> None:
    direct = _mail("Räksmörgås\r\n".encode())
    by_list = b"Received: from a by b\r\nX-Spam: no\r\n" + direct.replace(
        b"Content-Type", b"Content-Transfer-Encoding: base64\r\nContent-Type"
    )
    head, _, body = by_list.partition(b"\r\n\r\n")
    assert _key(head + b"\r\n\r\n" + base64.encodebytes(body)) == _key(direct)


@pytest.mark.parametrize(
    "change",
    [
        (b"Hej", b"Hopp"),
        (b"a@x.se", b"b@x.se"),
        (b"<1@x.se>", b"<2@x.se>"),
        (b"10:00:00", b"10:00:01"),
        (b"body", b"other"),
    ],
)
def test_another_mail_has_another_key(change: tuple[bytes, bytes]) -> None:
    mail = _mail(b"body")
    assert _key(mail.replace(*change, 1)) != _key(mail)


def test_bytes_cannot_move_from_one_part_to_the_next() -> None:
    assert _key(_multi("mixed", b"\r\nab", b"\r\nc")) != _key(_multi("mixed", b"\r\na", b"\r\nbc"))
