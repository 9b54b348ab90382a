from __future__ import annotations

import pytest

from gateway.mail.first_look import message_id
from gateway.mail.parse import parse


@pytest.mark.parametrize(
    "raw",
    [
        b"Message-ID: <a@x>\r\n\r\nhej",
        b"From: a@b\r\nMESSAGE-Id:<a@x>\r\n\r\nhej",
        b"From: a@b\nMessage-ID:\n <a@x>\nTo: c@d\n\nhej",
        b"Message-ID :\t<a@x>\r\n\r\n",
    ],
)
def test_the_message_id_is_the_one_the_parser_finds(raw):
    assert message_id(raw) == parse(raw).message_id == "<a@x>"


@pytest.mark.parametrize(
    "raw",
    [b"", b"From: a@b\r\n\r\nMessage-ID: <in-the-body@x>", b"Message-ID: odd\r\n\r\n", b"X-Message-ID: <a@x>\r\n\r\n"],
)
def test_no_message_id_is_the_empty_string(raw):
    assert message_id(raw) == ""
