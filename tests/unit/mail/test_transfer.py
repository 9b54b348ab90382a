from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import transfer


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("base64", "base64"),
        ("BASE64;", "base64"),
        (" Quoted-Printable (x)", "qp"),
        ('"quoted-printable"', "qp"),
        ("quoted printable", "qp"),
        ("7-bit", ""),
        ("8bit", ""),
        ("", ""),
        ("x-uuencode", "uu"),
    ],
)
def test_encodings_are_known_by_all_their_spellings(header: str, name: str) -> None:
    assert transfer.name(header) == (name, None)


def test_an_unknown_encoding_is_a_defect_and_left_alone() -> None:
    assert transfer.name("base9000") == ("", "unknown transfer encoding 'base9000'")


@given(st.binary(max_size=500))
def test_base64_comes_back(content: bytes) -> None:
    assert transfer.decode(base64.encodebytes(content), "base64") == (content, None)


@given(st.binary(max_size=200))
def test_quoted_printable_comes_back(content: bytes) -> None:
    assert transfer.decode(binascii.b2a_qp(content, istext=False), "qp")[0] == content


@pytest.mark.parametrize(
    ("encoded", "content"),
    [
        (b"aGVq", b"hej"),
        (b"aGVqaA", b"hejh"),  # padding forgotten
        (b"aGVqa", b"hej"),  # one character too many
        (b"aG\r\nVq\r\n", b"hej"),
        (b"a!G.V*q", b"hej"),
        (b"aA==aGVq", b"hhej"),  # two encoded texts
        (b"aGVq\r\n_______________\r\nList footer here\r\n", b"hej"),
        (b"aGVqaA==\r\n-- \r\nMailing list info\r\n", b"hejh"),
        (b"", b""),
    ],
)
def test_broken_base64_is_read_as_far_as_it_makes_sense(encoded: bytes, content: bytes) -> None:
    assert transfer.decode(encoded, "base64")[0] == content


def test_text_that_only_says_it_is_base64_is_kept_as_it_is() -> None:
    assert transfer.decode(b"This is plain text.\n", "base64") == (
        b"This is plain text.\n",
        "text that says it is base64",
    )


@pytest.mark.parametrize(
    ("encoded", "content"),
    [
        (b"r=C3=A4k", "räk".encode()),
        (b"soft =\r\nbreak", b"soft break"),
        (b"soft =  \r\nbreak", b"soft break"),
        (b"=XY =3d =", b"=XY = "),
        (b"end  \r\nnext", b"end\r\nnext"),
    ],
)
def test_quoted_printable_is_read_leniently(encoded: bytes, content: bytes) -> None:
    assert transfer.decode(encoded, "qp")[0] == content


def test_uuencode_is_undone() -> None:
    content = bytes(range(100))
    lines = b"".join(binascii.b2a_uu(content[i : i + 45]) for i in range(0, 100, 45))
    assert transfer.decode(b"begin 644 a.bin\n" + lines + b"`\nend\n", "uu")[0] == content


def test_uuencoded_files_are_taken_out_of_text() -> None:
    content = bytes(range(100))
    lines = b"".join(binascii.b2a_uu(content[i : i + 45]) for i in range(0, 100, 45))
    text = b"Hej!\n\nbegin 644 min fil.bin\n" + lines + b"`\nend\n\nHej igen.\n"
    assert transfer.files_in_text(text) == (b"Hej!\n\n\n\nHej igen.\n", [(b"min fil.bin", content)])
    assert transfer.files_in_text(text.replace(b"\n", b"\r\n"))[1] == [(b"min fil.bin", content)]


@pytest.mark.parametrize(
    "text",
    [
        b"We begin 644 things today.\nthe end\n",
        b"begin 644 x\nnothing of the kind, and no end\n",
        b"begin 644 x\n" * 20_000,
    ],
)
def test_text_about_beginnings_is_text(text: bytes) -> None:
    assert transfer.files_in_text(text) == (text, [])


@given(st.binary(max_size=200), st.sampled_from(["base64", "qp", "uu", ""]))
def test_nothing_raises(content: bytes, encoding: str) -> None:
    transfer.decode(content, encoding)
