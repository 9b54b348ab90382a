"""winmail.dat, written here piece by piece as Outlook writes it."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import reading, rtf, tnef

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(40))


def attribute(number: int, value: bytes, level: int = 2) -> bytes:
    return struct.pack("<BHHI", level, number, 0, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def padded(value: bytes) -> bytes:
    return value + b"\0" * (-len(value) % 4)


def words(name: int, text: str) -> bytes:
    value = f"{text}\0".encode("utf-16-le")
    return struct.pack("<HHII", 0x1F, name, 1, len(value)) + padded(value)


def binary(name: int, value: bytes, kind: int = 0x102) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(value)) + padded(value)


def named_number() -> bytes:
    return struct.pack("<HH16sIIi", 3, 0x8001, b"g" * 16, 0, 7, 5)


def named_words() -> bytes:
    name = "Keywords\0".encode("utf-16-le")
    return struct.pack("<HH16sII", 0x101F, 0x8002, b"g" * 16, 1, len(name)) + padded(name) + several("a", "bb")


def several(*texts: str) -> bytes:
    values = [f"{text}\0".encode("utf-16-le") for text in texts]
    return struct.pack("<I", len(values)) + b"".join(struct.pack("<I", len(one)) + padded(one) for one in values)


def properties(*each: bytes) -> bytes:
    return struct.pack("<I", len(each)) + b"".join(each)


def container(*attributes: bytes) -> bytes:
    page = attribute(0x9007, struct.pack("<II", 1252, 0), 1)
    return tnef.SIGNATURE + b"\x01\x00" + page + b"".join(attributes)


def file(*described: bytes, title: bytes = b"RAKSMO~1.PNG\0", content: bytes = PICTURE) -> bytes:
    return attribute(0x9002, b"\0" * 14) + attribute(0x8010, title) + attribute(0x800F, content) + attribute(0x9005, properties(*described))  # fmt: skip


WHOLE = container(
    attribute(
        0x9003, properties(named_number(), named_words(), words(0x0037, "Fråga"), words(0x1000, "Se bilden.")), 1
    ),
    file(words(0x3707, "Räksmörgås.png"), words(0x370E, "image/png"), words(0x3712, "bild@x")),
    file(title="Åsö.txt\0".encode("cp1252"), content=b"hej"),
)


def mail(packed: bytes, text: bytes = b"Se bilden.") -> bytes:
    return (
        b"From: Anna <anna@kund.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\n" + text
        + b"\r\n--q\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(packed) + b"--q--\r\n"
    )  # fmt: skip


def test_the_files_in_winmail_dat_stand_beside_the_text_in_its_place() -> None:
    read = reading.read(mail(WHOLE))
    assert read.text == "Se bilden."
    assert [(one.name, one.type, one.content) for one in read.attachments] == [
        ("Räksmörgås.png", "image/png", PICTURE),
        ("Åsö.txt", "text/plain", b"hej"),
    ]
    assert read.attachments[0].content_id == "bild@x"


def test_the_text_counts_where_the_mail_has_no_other() -> None:
    assert reading.read(mail(WHOLE, b"")).text == "Se bilden."


def test_the_body_may_be_html_or_rich_text() -> None:
    html = container(attribute(0x9003, properties(binary(0x1013, "<p>H\xe4r</p>".encode("cp1252"))), 1))
    assert reading.read(mail(html, b"")).html == "<p>Här</p>"
    rich = struct.pack("<II4sI", 0, 33, b"MELA", 0) + rb"{\rtf1\ansicpg1252 H\'e4r\par nu}"
    assert reading.read(mail(container(attribute(0x9003, properties(binary(0x1009, rich)), 1)), b"")).text == "Här\nnu"


def test_a_message_in_it_becomes_a_text_beside_its_own_files() -> None:
    inner = b"i" * 16 + WHOLE
    read = tnef.read(container(file(words(0x3001, "Fråga"), binary(0x3701, inner, 0x0D), content=b"")))
    assert read is not None
    assert [one.name for one in read.files] == ["Räksmörgås.png", "Åsö.txt", "Fråga.txt"]
    assert read.files[2].content.decode() == "Fråga\n\nSe bilden."


@pytest.mark.parametrize("cut", [len(WHOLE) - 30, len(WHOLE) // 2 + 3])
def test_a_damaged_one_gives_what_can_be_read_and_stays(cut: int) -> None:
    read = reading.read(mail(WHOLE[:cut]))
    assert "winmail.dat is damaged" in read.defects
    assert read.attachments[-1].name == "winmail.dat"
    assert read.attachments[-1].content == WHOLE[:cut]


def test_what_is_no_container_stays_as_it_came() -> None:
    assert [one.name for one in reading.read(mail(b"something else")).attachments] == ["winmail.dat"]


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=6))
def test_nothing_raises_on_changed_bytes(at: int, bytes_: bytes) -> None:
    tnef.read(WHOLE[:at] + bytes_ + WHOLE[at + len(bytes_) :])


@given(st.binary(max_size=200))
def test_rich_text_never_raises(raw: bytes) -> None:
    rtf.to_text(rtf.decompress(struct.pack("<II4sI", 0, 1000, b"LZFu", 0) + raw))
    rtf.to_text(b"{\\rtf1 " + raw)


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        # the examples of MS-OXRTFCP 4.1.1 and 4.1.2
        ("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0", rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n"),
        ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
    ],
)  # fmt: skip
def test_compressed_rich_text_is_undone(packed: str, plain: bytes) -> None:
    assert rtf.decompress(bytes.fromhex(packed)) == plain


@pytest.mark.parametrize(
    ("rich", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}R\'e4ksm\'f6rg\u229?s\par n\'e4sta \{x\}}", "Räksmörgås\nnästa {x}"),
        (rb"{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hej\htmlrtf\par}\htmlrtf0 d\u-10179?\u-8704?}", "Hejd😀"),
        (rb"{\rtf1\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}", "Привет"),
        (rb"{\rtf1 a\emdash b\tab c}}}", "a—b\tc"),
    ],
)  # fmt: skip
def test_the_words_of_rich_text_are_read(rich: bytes, text: str) -> None:
    assert rtf.to_text(rich) == text
