"""`gateway mail inspect`: what the gateway reads in a mail, for people as a card and for scripts as JSON Lines."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from gateway.mail import address, text
from gateway.mail.message import Address, Attachment, Forwarded, InboundMail

_WIDTH: Final = 80
_LABEL: Final = 12
_SHOWN_LINES: Final = 12
_EIGHT_BIT: Final = frozenset({"utf-8", "utf8"})


def inspect(files: list[Path], as_json: bool) -> int:
    """Print one card, or one JSON object on one line, per file; 1 if a file could not be opened, else 0."""
    from gateway.mail import reading  # mail-parser and the HTML parser: not on the way to `--help`

    status = 0
    for place, file in enumerate(files):
        try:
            raw = file.read_bytes()
        except OSError as error:
            print(f"{file}: {error.strerror or error}", file=sys.stderr)
            status = 1
            continue
        mail = reading.read(raw)
        name = str(file).encode("utf-8", "backslashreplace").decode()  # a name that is no UTF-8 is still a name
        print(_line(name, mail) if as_json else "\n" * bool(place) + "\n".join(card(name, mail)))
    return status


def _line(file: str, mail: InboundMail) -> str:
    plain = (sys.stdout.encoding or "").lower() not in _EIGHT_BIT
    return json.dumps(described(file, mail), ensure_ascii=plain)


def described(file: str, mail: InboundMail) -> dict[str, Any]:
    """Return the public JSON form of a mail; scripts depend on its keys and their order."""
    return {
        "file": file,
        "message_id": mail.message_id,
        "date": mail.date,
        "from": _mailbox(mail.sender_from),
        "sender": _mailbox(mail.sender),
        "reply_to": [_mailbox(one) for one in mail.reply_to],
        "to": [_mailbox(one) for one in mail.to],
        "cc": [_mailbox(one) for one in mail.cc],
        "subject": mail.subject,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "text": mail.text,
        "new_text": mail.new_text,
        "quoted_text": mail.quoted_text,
        "signature": mail.signature,
        "html": mail.html is not None,
        "attachments": [_attachment(one) for one in mail.attachments],
        "class": mail.mail_class.value,
        "why": list(mail.why),
        "thanks": mail.thanks,
        "spam": mail.spam,
        "delivery_report": _report(mail),
        "forwarded": _forwarded(mail.forwarded),
        "reference": mail.reference,
        "language": mail.language,
        "defects": list(mail.defects),
    }


def _mailbox(one: Address | None) -> dict[str, str] | None:
    return {"name": one.name, "address": one.address} if one else None


def _attachment(one: Attachment) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type,
        "size": one.size,
        "inline": one.inline,
        "content_id": one.content_id,
        "sha256": one.sha256,
    }


def _report(mail: InboundMail) -> dict[str, Any] | None:
    report = mail.delivery_report
    if report is None:
        return None
    recipients = [
        {"address": one.address, "action": one.action, "status": one.status, "permanent": one.permanent}
        for one in report.recipients
    ]
    return {"recipients": recipients, "original_message_id": report.original_message_id}


def _forwarded(found: Forwarded | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "from": _mailbox(found.sender),
        "to": [_mailbox(one) for one in found.to],
        "date": found.date,
        "subject": found.subject,
        "text": found.text,
    }


# --- for people


def card(file: str, mail: InboundMail) -> Iterator[str]:
    """Give the lines of a card, none over 80 columns; nothing in a mail can steer the terminal."""
    yield _cut(text.visible(text.line(file)))
    yield "-" * min(_WIDTH, max(8, len(text.visible(text.line(file)))))
    for label, value in _facts(mail):
        yield from _fact(label, value)
    yield from _block("New text", mail.new_text)
    yield from _block("Quoted", mail.quoted_text)
    yield from _block("Signature", mail.signature)


def _facts(mail: InboundMail) -> Iterator[tuple[str, str]]:
    yield "From", address.display(mail.sender_from) if mail.sender_from else "(not exactly one address)"
    yield "Sender", address.display(mail.sender) if mail.sender else ""
    yield "Reply-To", ", ".join(map(address.display, mail.reply_to))
    yield "To", ", ".join(map(address.display, mail.to))
    yield "Cc", ", ".join(map(address.display, mail.cc))
    yield "Subject", mail.subject
    yield "Date", mail.date or ""
    yield "Message-ID", mail.message_id or ""
    yield "Class", mail.mail_class.value + (f" ({'; '.join(mail.why)})" if mail.why else "")
    yield "Reference", mail.reference or ""
    yield "Language", mail.language or ""
    yield "Spam", mail.spam or ""
    yield "Thanks", "yes" if mail.thanks else ""
    yield "Body", "HTML" if mail.html is not None else "text" if mail.text else "empty"
    for one in mail.attachments:
        yield "Attachment", f"{one.name} ({one.type}, {one.size} bytes{', inline' if one.inline else ''})"
    for recipient in mail.delivery_report.recipients if mail.delivery_report else ():
        yield "Delivery", f"{recipient.address}: {recipient.action} {recipient.status or ''}"
    if mail.forwarded:
        yield "Forwarded", f"{address.display(mail.forwarded.sender)}: {mail.forwarded.subject or ''}"
    for defect in mail.defects:
        yield "Defect", defect


def _fact(label: str, value: str) -> list[str]:
    shown = text.visible(text.line(value))
    if not shown:
        return []
    return textwrap.wrap(
        shown[:1000],
        _WIDTH,
        initial_indent=f"{label + ':':<{_LABEL}}",
        subsequent_indent=" " * _LABEL,
    )


def _block(label: str, value: str) -> Iterator[str]:
    lines = [_cut("  " + text.visible(line).expandtabs(4)) for line in value.split("\n")[:_SHOWN_LINES]]
    if not value:
        return
    yield f"{label}:"
    yield from lines
    if value.count("\n") >= _SHOWN_LINES:
        yield f"  … {value.count(chr(10)) + 1 - _SHOWN_LINES} more lines"


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
