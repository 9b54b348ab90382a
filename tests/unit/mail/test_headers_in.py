from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import headers_in


def _read(raw: bytes) -> tuple[list[tuple[str, str]], bytes, tuple[str, ...]]:
    section, body = headers_in.read(raw, 0, len(raw))
    return [(field.name, field.decoded) for field in section.fields], raw[body:], section.defects


def test_folded_fields_are_one_line() -> None:
    assert _read(b"Subject: a\r\n  b\r\n\tc\r\n\r\nbody")[:2] == ([("Subject", "a b c")], b"body")


def test_encoded_words_and_raw_bytes_are_read() -> None:
    assert _read("Subject: =?utf-8?q?=C3=A5?=\nFrom: Åke <a@b>\n\n".encode())[0] == [
        ("Subject", "å"),
        ("From", "Åke <a@b>"),
    ]


def test_raw_latin_bytes_are_read_and_noted() -> None:
    fields, _, defects = _read("Subject: Räksmörgås\n\n".encode("cp1252"))
    assert fields == [("Subject", "Räksmörgås")]
    assert defects == ("raw 8-bit text in Subject",)


def test_raw_bytes_are_read_by_the_charset_of_the_body() -> None:
    raw = "Subject: Привет\nContent-Type: text/plain; charset=koi8-r\n\n".encode("koi8-r")
    assert _read(raw)[0][0] == ("Subject", "Привет")


def test_raw_japanese_is_read() -> None:
    assert _read("Subject: すみません\n\n".encode("iso2022_jp"))[0] == [("Subject", "すみません")]


@pytest.mark.parametrize(
    ("raw", "names", "body"),
    [
        (b"From a@b Fri Feb 22 17:06:23 2008\nSubject: x\n\nbody", ["Subject"], b"body"),
        (b"\nbody only", [], b"body only"),
        (b"just text\nmore", [], b"just text\nmore"),
        (b"Subject: x\nbody without empty line\n", ["Subject"], b"body without empty line\n"),
        (b"Subject: x\nlost its blank\nTo: a@b\n\nbody", ["Subject", "To"], b"body"),
        (b"Subject: x", ["Subject"], b""),
        (b"", [], b""),
        (b" From: a@b\nTo: c@d\n\nx", ["From", "To"], b"x"),
        (b"http://x.se/\n\nx", [], b"http://x.se/\n\nx"),
    ],
)
def test_headers_end_where_a_reader_would_say(raw: bytes, names: list[str], body: bytes) -> None:
    fields, rest, _ = _read(raw)
    assert [name for name, _ in fields] == names
    assert rest == body


def test_a_wrapped_line_that_lost_its_blank_belongs_to_the_field_before() -> None:
    assert _read(b"Subject: x\nlost its blank\nTo: a@b\n\n")[0][0] == ("Subject", "x lost its blank")


@pytest.mark.parametrize("raw", [b"From : a@b\n\n", b"From\t: a@b\n\n", b" From: a@b\n\n"])
def test_a_field_with_a_blank_before_its_colon_is_marked(raw: bytes) -> None:
    section, _ = headers_in.read(raw, 0, len(raw))
    assert [(field.name, field.spaced) for field in section.fields] == [("From", True)]


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (b"Subject: " + b"a" * 70_000 + b"\n\n", "header Subject over the limit"),
        (b"X: a\n" * 3_000 + b"\n", "too many headers"),
        (b"X: " + b"a\n " * 150_000 + b"\n\nbody", "header section over the limit"),
    ],
)
def test_limits_are_defects(raw: bytes, defect: str) -> None:
    assert defect in _read(raw)[2]


def test_no_control_character_survives() -> None:
    assert _read(b"Subject: a\x00b\x1b[31m\x0bc =?utf-8?q?d=0D=0ABcc:_e?=\n\n")[0] == [
        ("Subject", "a b [31m c d Bcc: e")
    ]


@given(st.binary(max_size=200))
def test_nothing_raises_and_the_body_lies_within(raw: bytes) -> None:
    section, body = headers_in.read(raw, 0, len(raw))
    assert 0 <= body <= len(raw)
    assert all(field.decoded.isprintable() or field.decoded for field in section.fields if field.value)
