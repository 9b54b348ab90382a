"""What goes over an SMTP connection."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.inbound.unstuff import Unstuffer
from gateway.outbound.wire import envelope_address, stuffed, xtext

PIECES = st.lists(st.sampled_from([b".", b"\r\n", b"\r", b"\n", b"a", b"\r\n.\r\n", b".."]), max_size=30)


@given(PIECES)
def test_the_wire_holds_exactly_one_message_without_bare_ends_of_line(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    wire = stuffed(raw)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    receiver = Unstuffer()
    content = receiver.feed(wire)
    assert receiver.done
    assert receiver.rest == b""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    assert content == lines + (b"" if not lines or lines.endswith(b"\r\n") else b"\r\n")


@given(st.text(max_size=60))
def test_no_address_can_speak_smtp(text: str) -> None:
    for address in (text, f"{text}@kund.example", f"a@{text}"):
        try:
            written = envelope_address(address)
        except ValueError:
            continue
        assert not re.search(r"[\x00-\x20<>\x7f\x80-\x9f\u2028\u2029]", written)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("", ""),
        ("a@kund.example", "a@kund.example"),
        ("åke@kund.example", "åke@kund.example"),
        ("a@räksmörgås.example", "a@xn--rksmrgs-5wao1o.example"),
        ('"a@b"@kund.example', '"a@b"@kund.example'),
    ],
)
def test_an_address_is_written_with_a_domain_in_ascii(address: str, written: str) -> None:
    assert envelope_address(address) == written


@given(st.text(max_size=200))
def test_an_envelope_id_is_printable_and_short(text: str) -> None:
    assert re.fullmatch(r"[!-~]{0,100}", xtext(text))
    assert "=" not in xtext(text)
