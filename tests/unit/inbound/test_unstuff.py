"""The end of DATA, whatever the chunks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.inbound.unstuff import Unstuffer

PIECES = st.lists(st.sampled_from([b".", b"\r\n", b"a", b"..", b"\n", b"\r", b"\r\n.", b"bb"]), max_size=40)


def fed(wire: bytes, sizes: list[int]) -> tuple[bytes, Unstuffer]:
    unstuffer, content, sizes = Unstuffer(), b"", sizes or [1]
    turn = 0
    while wire and not unstuffer.done:
        size = sizes[turn % len(sizes)]
        turn += 1
        content += unstuffer.feed(wire[:size])
        wire = wire[size:]
    unstuffer.rest += wire
    return content, unstuffer


def stuffed(message: bytes) -> bytes:
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


@given(PIECES, st.lists(st.integers(1, 7), max_size=5))
def test_every_message_comes_out_as_it_went_in_however_it_was_cut(pieces: list[bytes], sizes: list[int]) -> None:
    message = b"".join(pieces) + b"\r\n"
    content, unstuffer = fed(stuffed(message) + b"NOOP\r\n", sizes)
    assert content == message
    assert unstuffer.done
    assert unstuffer.rest == b"NOOP\r\n"


def test_an_empty_message_ends_at_once() -> None:
    content, unstuffer = fed(b".\r\n", [3])
    assert (content, unstuffer.done, unstuffer.rest) == (b"", True, b"")


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n"],
)
def test_only_the_full_terminator_ends_a_message(end: bytes, size: int) -> None:
    _, unstuffer = fed(b"x" + end + b"MAIL FROM:<a@b>\r\n", [size])
    assert not unstuffer.done
    assert b"MAIL" not in unstuffer.rest


def test_memory_is_one_chunk() -> None:
    unstuffer = Unstuffer()
    for _ in range(100):
        unstuffer.feed(b"\r\n" * 5000)
        assert len(unstuffer._kept) < 10
