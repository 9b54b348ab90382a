from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail import blank, frames
from gateway.mail.message import (
    Address,
    Attachment,
    DeliveryReport,
    Envelope,
    Forwarded,
    InboundMail,
    MailClass,
    RecipientReport,
)

words = st.text(max_size=8)
maybe = st.none() | words
addresses = st.builds(Address, words, words)
lists = st.lists(addresses, max_size=2).map(tuple)
strings = st.lists(words, max_size=2).map(tuple)
attachments = st.builds(
    Attachment, words, words, st.integers(0, 9), st.booleans(), maybe, words, st.none() | st.binary(max_size=9)
)
reports = st.builds(
    DeliveryReport,
    st.lists(st.builds(RecipientReport, words, words, maybe, st.booleans()), max_size=2).map(tuple),
    maybe,
)
mails = st.builds(
    InboundMail,
    message_id=maybe,
    date=maybe,
    sender_from=st.none() | addresses,
    sender=st.none() | addresses,
    reply_to=lists,
    to=lists,
    cc=lists,
    subject=words,
    in_reply_to=strings,
    references=strings,
    text=words,
    new_text=words,
    quoted_text=words,
    signature=words,
    html=maybe,
    attachments=st.lists(attachments, max_size=3).map(tuple),
    mail_class=st.sampled_from(MailClass),
    why=strings,
    thanks=st.booleans(),
    spam=maybe,
    delivery_report=st.none() | reports,
    forwarded=st.none() | st.builds(Forwarded, addresses, lists, maybe, maybe, words),
    reference=maybe,
    language=maybe,
    defects=strings,
    headers=st.lists(st.tuples(words, words), max_size=2).map(tuple),
    new_html=maybe,
    content_key=words,
)


def _unframed(stream: bytes) -> list[bytes]:
    found = []
    while stream:
        size = frames.length(stream[: frames.PREFIX])
        found.append(stream[frames.PREFIX : frames.PREFIX + size])
        stream = stream[frames.PREFIX + size :]
    return found


@settings(max_examples=60)
@given(mails)
def test_a_mail_comes_back_from_its_frames(mail: InboundMail) -> None:
    head, *contents = _unframed(b"".join(frames.reply(mail)))
    bare, places = frames.parse_reply(head)
    rebuilt = frames.with_contents(bare, places, contents)
    assert rebuilt == mail
    assert [one.content for one in rebuilt.attachments] == [one.content for one in mail.attachments]


@settings(max_examples=60)
@given(mails)
def test_a_mail_comes_back_from_json(mail: InboundMail) -> None:
    assert frames.from_json(json.loads(json.dumps(frames.to_json(mail)))) == mail


def test_every_field_is_in_the_json() -> None:
    assert set(frames.to_json(blank.mail())) == {field.name for field in dataclasses.fields(InboundMail)}


@pytest.mark.parametrize(
    "envelope",
    [
        None,
        Envelope("", ("a@x.se", "b@x.se"), "smtp", peer="192.0.2.1"),
        Envelope("a@x.se", (), "imap", "support", None, 1, 2, "INBOX"),
    ],
)
def test_a_request_comes_back(envelope: Envelope | None) -> None:
    sent = frames.request(b"raw bytes", envelope, "why")
    size = frames.length(sent[: frames.PREFIX])
    assert frames.parse_request(sent[frames.PREFIX :][:size]) == frames.Request(envelope, 9, "why")
    assert sent[frames.PREFIX + size :] == b"raw bytes"


@pytest.mark.parametrize("prefix", [b"", b"abc", b"\xff\xff\xff\xff"])
def test_a_broken_length_is_refused(prefix: bytes) -> None:
    with pytest.raises(frames.BrokenFrameError):
        frames.length(prefix)
