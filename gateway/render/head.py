"""The header section of a mail that leaves (mails.md: headers)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from gateway.mail.headers import field, mailboxes, message_ids, unstructured
from gateway.mail.message import Address
from gateway.render.page import Page
from gateway.render.wording import zone

# Never `All`: it would hide bounces.
_SUPPRESS = "OOF, AutoReply, DR, RN, NRN"


def head(notice: Mapping[str, Any], written: Page) -> bytes:
    """Return all header fields but those of the content, each folded, without the empty line."""
    return b"".join(
        (*_who(notice), *_thread(notice, written.subject), *_automatic(notice), *_ticket(notice), *_mime(written))
    )


def _who(notice: Mapping[str, Any]) -> Iterator[bytes]:
    yield mailboxes("From", [_address(notice["from"])])
    yield mailboxes("To", [_address(notice["to"])])
    copies = [_address(one) for one in notice.get("cc") or ()]
    if copies:
        yield mailboxes("Cc", copies)
    if notice.get("reply_to"):
        yield mailboxes("Reply-To", [Address("", str(notice["reply_to"]))])


def _thread(notice: Mapping[str, Any], subject: str) -> Iterator[bytes]:
    yield unstructured("Subject", subject)
    date = datetime.fromisoformat(str(notice["date"])).astimezone(zone(str(notice.get("timezone") or "UTC")))
    yield field("Date", format_datetime(date))
    yield message_ids("Message-ID", [str(notice["message_id"])])
    if notice.get("in_reply_to"):
        yield message_ids("In-Reply-To", [str(notice["in_reply_to"])])
    yield message_ids("References", notice.get("references") or ())
    if notice.get("thread_index"):
        yield field("Thread-Index", str(notice["thread_index"]))
        yield unstructured("Thread-Topic", str(notice.get("subject") or ""))


def _automatic(notice: Mapping[str, Any]) -> Iterator[bytes]:
    if notice.get("auto"):
        yield field("Auto-Submitted", str(notice["auto"]))
        yield field("X-Auto-Response-Suppress", _SUPPRESS)
    if notice.get("loop"):
        yield field("X-Gateway-Loop", str(notice["loop"]))


def _ticket(notice: Mapping[str, Any]) -> Iterator[bytes]:
    if notice.get("reference"):
        yield unstructured("X-Ticket-Reference", str(notice["reference"]))
    yield unstructured("X-Ticket-Event", str(notice["event"]))
    if notice.get("reasons"):
        yield unstructured("X-Ticket-Reason", ", ".join(map(str, notice["reasons"])))
    if notice.get("list_id"):
        yield unstructured("List-Id", f"<{str(notice['list_id']).strip('<>')}>")
    if notice.get("list_unsubscribe"):
        yield unstructured("List-Unsubscribe", f"<{str(notice['list_unsubscribe']).strip('<>')}>")
    if notice.get("importance") == "high":
        yield field("Importance", "high")


def _mime(written: Page) -> Iterator[bytes]:
    yield field("Content-Language", written.language)
    yield field("MIME-Version", "1.0")


def _address(given: Mapping[str, Any]) -> Address:
    return Address(str(given.get("name") or ""), str(given["address"]))
