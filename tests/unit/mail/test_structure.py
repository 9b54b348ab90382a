from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import structure
from gateway.mail.structure import Part


def _leaves(raw: bytes) -> list[tuple[str, bytes]]:
    return [(leaf.type, leaf.encoded) for leaf in structure.leaves(structure.read(raw)[0])]


def _mixed(*parts: bytes, boundary: bytes = b"q", end: bytes = b"--q--\r\n", head: bytes = b"") -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n" + head + b"\r\n" + body + end


ONE = b"Content-Type: text/plain\r\n\r\none"
TWO = b"Content-Type: text/html\r\n\r\n<p>two"
BOTH = [("text/plain", b"one"), ("text/html", b"<p>two")]


def test_parts_are_read_in_order_without_the_line_end_of_the_boundary() -> None:
    assert _leaves(_mixed(ONE, TWO)) == BOTH


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (_mixed(ONE, TWO, end=b""), "closing boundary is missing"),
        (_mixed(ONE, end=b"--q--\r\n\r\n--q\r\n" + TWO + b"\r\n--q--"), "parts after the closing boundary"),
        (_mixed(ONE, TWO).replace(b"; boundary=q", b""), "boundary is missing or wrong, guessed"),
        (_mixed(ONE, TWO).replace(b"; boundary=q", b"; boundary=other"), "boundary is missing or wrong, guessed"),
    ],
)
def test_broken_boundaries_lose_no_part(raw: bytes, defect: str) -> None:
    assert [(kind, content.strip()) for kind, content in _leaves(raw)] == BOTH
    assert defect in structure.read(raw)[1]


@pytest.mark.parametrize("line_end", [b"\n", b"\r"])
def test_other_line_ends_are_read(line_end: bytes) -> None:
    assert _leaves(_mixed(ONE, TWO).replace(b"\r\n", line_end)) == BOTH


def test_a_longer_boundary_that_begins_alike_is_another_one() -> None:
    inner = (
        b"Content-Type: multipart/alternative; boundary=qq\r\n\r\n--qq\r\n"
        + ONE
        + b"\r\n--qq\r\n"
        + TWO
        + b"\r\n--qq--"
    )
    assert _leaves(_mixed(inner)) == BOTH


def test_a_boundary_within_a_line_is_text() -> None:
    assert _leaves(_mixed(b"\r\none --q two")) == [("text/plain", b"one --q two")]


def test_a_multipart_without_parts_is_text() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=q\r\n\r\nonly text"
    assert _leaves(raw) == [("text/plain", b"only text")]
    assert structure.read(raw)[1] == ("multipart without parts",)


def test_a_whole_multipart_in_base64_is_read() -> None:
    import base64

    raw = _mixed(ONE, TWO)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert _leaves(head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(body)) == BOTH


def test_an_attached_message_stays_one_leaf_byte_for_byte() -> None:
    inner = _mixed(ONE, TWO, boundary=b"z", end=b"--z--")
    assert _leaves(_mixed(b"Content-Type: message/rfc822\r\n\r\n" + inner)) == [("message/rfc822", inner)]


def test_parts_of_a_digest_are_messages() -> None:
    raw = _mixed(b"\r\nSubject: a\r\n\r\nx").replace(b"multipart/mixed", b"multipart/digest")
    assert _leaves(raw) == [("message/rfc822", b"Subject: a\r\n\r\nx")]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (b"text", "text/plain"),
        (b"", "text/plain"),
        (b"text/plain>", "text/plain"),
        (b'application/pdf name="x.pdf"', "application/pdf"),
        (b"TEXT/HTML", "text/html"),
        (b"text / html", "text/html"),
        (b"bogus; name=x.bin", "application/octet-stream"),
    ],
)
def test_content_types_are_read_leniently(written: bytes, kind: str) -> None:
    assert structure.read(b"Content-Type: " + written + b"\r\n\r\nx")[0].type == kind


def test_html_without_a_content_type_is_html() -> None:
    assert structure.read(b"Subject: x\r\n\r\n<!DOCTYPE html><html>")[0].type == "text/html"


def _depth(part: Part) -> int:
    return 1 + max(map(_depth, part.children), default=0)


def test_nesting_ends_at_the_limit_and_keeps_the_rest_as_a_file() -> None:
    raw = (
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(10_000))
        + b"\r\nx"
    )
    root, defects = structure.read(raw)
    assert _depth(root) == 33
    assert "nested too deeply" in defects
    assert [leaf.type for leaf in structure.leaves(root)] == ["application/octet-stream"]


@pytest.mark.parametrize(
    "raw",
    [
        _mixed(*[b"\r\nx"] * 100_000),
        _mixed(*[_mixed(b"\r\nx", boundary=b"z")] * 5_000),
    ],
)
def test_a_hundred_thousand_siblings_end_at_the_limit(raw: bytes) -> None:
    root, defects = structure.read(raw)
    assert sum(1 for _ in structure.leaves(root)) <= 501
    assert "too many parts, the rest was not read" in defects


def test_a_boundary_of_a_megabyte_is_read() -> None:
    structure.read(b"Content-Type: multipart/mixed; boundary=" + b"a" * 1_000_000 + b"\r\n\r\n--" + b"a" * 1_000_000)


@given(
    st.lists(
        st.sampled_from(
            [
                b"--q",
                b"--q--",
                b"--",
                b"\r\n",
                b"\n",
                b"\r",
                b"Content-Type: multipart/mixed; boundary=q\r\n\r\n",
                b"x: y\r\n",
                b"text",
                b"\0\xff",
            ]
        ),
        max_size=30,
    )
)
def test_nothing_raises(pieces: list[bytes]) -> None:
    structure.read(b"Content-Type: multipart/mixed; boundary=q\r\n" + b"".join(pieces))
