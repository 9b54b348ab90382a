"""What the parser process and its parent say to each other: length-prefixed frames, and a mail as JSON.

The process says an empty frame when it is ready. A request is a frame of JSON {"envelope": …, "size": N,
"only_headers": …}, then N raw bytes. The answer is a frame of JSON (the mail), then one frame for each attachment
that has content, in order. A frame is four bytes of length, big-endian, and that many bytes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

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

PREFIX: Final = 4  # bytes of a length
LONGEST: Final = 256 * 1024 * 1024  # more is no frame but a broken stream


class BrokenFrameError(ValueError):
    """The other side said something that is no frame of ours."""


def frame(payload: bytes) -> bytes:
    """Return the payload with its length in front."""
    return len(payload).to_bytes(PREFIX, "big") + payload


def length(prefix: bytes) -> int:
    """Return the length that a prefix announces."""
    size = int.from_bytes(prefix, "big")
    if len(prefix) != PREFIX or size > LONGEST:
        raise BrokenFrameError(f"no frame: {prefix!r}")
    return size


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: one mail to be read, or only its headers, with the defect that says why."""

    envelope: Envelope | None
    size: int  # raw bytes that follow
    only_headers: str | None = None


def request(raw: bytes, envelope: Envelope | None, only_headers: str | None = None) -> bytes:
    """Return the frame that asks, and the raw bytes."""
    return frame(_dump(dataclasses.asdict(Request(envelope, len(raw), only_headers)))) + raw


def parse_request(head: bytes) -> Request:
    """Return what a frame asks for."""
    found = json.loads(head)
    envelope = found["envelope"]
    if envelope is not None:
        envelope = Envelope(**envelope | {"rcpt_to": tuple(envelope["rcpt_to"])})
    return Request(envelope, int(found["size"]), found["only_headers"])


def reply(mail: InboundMail) -> Iterable[bytes]:
    """Give the frames of an answer."""
    yield frame(_dump(to_json(mail)))
    yield from (frame(one.content) for one in mail.attachments if one.content is not None)


def parse_reply(head: bytes) -> tuple[InboundMail, tuple[int, ...]]:
    """Return the mail without contents, and the places of the attachments whose content follows."""
    found = json.loads(head)
    mail = from_json(found)
    return mail, tuple(i for i, one in enumerate(found["attachments"]) if one["has_content"])


def with_contents(mail: InboundMail, places: Sequence[int], contents: Sequence[bytes]) -> InboundMail:
    """Return the mail with attachments' contents put back."""
    attachments = list(mail.attachments)
    for place, content in zip(places, contents, strict=True):
        attachments[place] = dataclasses.replace(attachments[place], content=content)
    return dataclasses.replace(mail, attachments=tuple(attachments))


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


# --- a mail as JSON


def to_json(mail: InboundMail) -> dict[str, Any]:
    """Return every field as JSON can hold it; attachments without their bytes, marked whether they had any."""
    plain = {field.name: getattr(mail, field.name) for field in dataclasses.fields(mail)}
    return plain | {
        "sender_from": _address(mail.sender_from),
        "sender": _address(mail.sender),
        "reply_to": [_address(one) for one in mail.reply_to],
        "to": [_address(one) for one in mail.to],
        "cc": [_address(one) for one in mail.cc],
        "attachments": [_attachment(one) for one in mail.attachments],
        "mail_class": mail.mail_class.value,
        "delivery_report": dataclasses.asdict(mail.delivery_report) if mail.delivery_report else None,
        "forwarded": dataclasses.asdict(mail.forwarded) if mail.forwarded else None,
    }


def from_json(found: dict[str, Any]) -> InboundMail:
    """Return the mail that `to_json` wrote down."""
    rebuilt = {name: tuple(found[name]) for name in ("in_reply_to", "references", "why", "defects")}
    return InboundMail(
        **found
        | rebuilt
        | {
            "sender_from": _mailbox(found["sender_from"]),
            "sender": _mailbox(found["sender"]),
            "reply_to": _mailboxes(found["reply_to"]),
            "to": _mailboxes(found["to"]),
            "cc": _mailboxes(found["cc"]),
            "attachments": tuple(_rebuilt(one) for one in found["attachments"]),
            "mail_class": MailClass(found["mail_class"]),
            "delivery_report": _report(found["delivery_report"]),
            "forwarded": _forwarded(found["forwarded"]),
            "headers": tuple((name, value) for name, value in found["headers"]),
        }
    )


def _address(one: Address | None) -> dict[str, str] | None:
    return {"name": one.name, "address": one.address} if one else None


def _mailbox(found: dict[str, str] | None) -> Address | None:
    return Address(found["name"], found["address"]) if found else None


def _mailboxes(found: list[dict[str, str]]) -> tuple[Address, ...]:
    return tuple(Address(one["name"], one["address"]) for one in found)


def _attachment(one: Attachment) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type,
        "size": one.size,
        "inline": one.inline,
        "content_id": one.content_id,
        "sha256": one.sha256,
        "has_content": one.content is not None,
    }


def _rebuilt(found: dict[str, Any]) -> Attachment:
    return Attachment(**{name: value for name, value in found.items() if name != "has_content"})


def _report(found: dict[str, Any] | None) -> DeliveryReport | None:
    if found is None:
        return None
    recipients = tuple(RecipientReport(**one) for one in found["recipients"])
    return DeliveryReport(recipients, found["original_message_id"], found.get("envelope_id"))


def _forwarded(found: dict[str, Any] | None) -> Forwarded | None:
    if found is None:
        return None
    return Forwarded(**found | {"sender": Address(**found["sender"]), "to": _mailboxes(found["to"])})
