"""From bytes to what a message holds: headers, text, files, inner messages. The only importer of mail-parser.

mail-parser reads what it reads best, dates and the evidence of broken address fields, from a shell of the header
section. It stands behind a guard: broken multiparts and character sets make it raise outside its own exceptions.
"""

from __future__ import annotations

import email.message
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import mailparser

from gateway.mail import address, attachments, bodies, charset, content_key, dates, limits, structure, text
from gateway.mail.bodies import Bodies, File
from gateway.mail.headers_in import Section
from gateway.mail.message import Address, Attachment
from gateway.mail.structure import Part

_ID: Final = re.compile(r"<[^<>\s]{1,998}>")
_BARE_ID: Final = re.compile(r"[^<>\s\"(),;]{1,500}@[^<>\s\"(),;]{1,255}\Z")
_MESSAGES: Final = frozenset({"message/rfc822", "message/global"})
_SHOWN: Final = 2_000  # characters of a field that mail-parser sees: its address reader is quadratic
_TRACES: Final = 5
_WRAPPED_REPORT: Final = 16_000  # bytes of a report inside a report


@dataclass(frozen=True, slots=True)
class AttachedMessage:
    """A message attached to a message."""

    sender: Address | None
    to: tuple[Address, ...]
    date: str | None
    subject: str
    text: str
    headers: str  # as text, for delivery reports


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message taken apart; what it means is read elsewhere."""

    section: Section
    root: Part
    leaf_types: tuple[str, ...]
    message_id: str | None
    date: str | None
    sender_from: Address | None
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    report_parts: tuple[tuple[str, str], ...]  # (type, text), in order, for delivery reports
    inner: tuple[AttachedMessage, ...]
    defects: tuple[str, ...]
    content_key: str


def parse(raw: bytes, *, inside: bool = False) -> Parsed:
    """Take a message apart. `inside`: it is itself attached, so messages attached to it are not read."""
    root, found = structure.read(raw)
    section = root.section
    content = bodies.find(root)
    defects = [*found, *content.defects]
    sender_from = _sender_from(section, defects)
    inner = () if inside else _inner(content.files)
    return Parsed(
        section=section,
        root=root,
        leaf_types=tuple(leaf.type for leaf in structure.leaves(root)),
        message_id=_message_id(section, defects),
        date=_date(section, defects, inside=inside),
        sender_from=sender_from,
        sender=_first(section, "sender"),
        **_recipients(section, defects),
        subject=_subject(section, defects),
        in_reply_to=_ids(section, "in-reply-to"),
        references=_ids(section, "references")[-limits.REFERENCES :],
        headers=tuple((text.line(field.name), field.decoded) for field in section.fields),
        text=content.text,
        html=content.html,
        attachments=_attachments(content, inner),
        report_parts=() if inside else _report_parts(content, inner),
        inner=inner,
        defects=tuple(dict.fromkeys(defects)),
        content_key=content_key.content_key(section, content.digests),
    )


# --- fields


def _sender_from(section: Section, defects: list[str]) -> Address | None:
    fields = list(section.all("from"))
    known = None if any(field.spaced for field in fields) else address.identity([field.value for field in fields])
    if known is None:
        defects.append("From is missing" if not fields else "From is not exactly one address")
    return known


def _first(section: Section, name: str) -> Address | None:
    return next(iter(address.addresses(section.value(name))), None)


def _recipients(section: Section, defects: list[str]) -> dict[str, tuple[Address, ...]]:
    left = limits.ADDRESSES
    found: dict[str, tuple[Address, ...]] = {}
    for name in ("reply-to", "to", "cc"):
        listed = [one for field in section.all(name) for one in address.addresses(field.value)]
        if len(listed) >= limits.ADDRESSES or len(listed) > left:
            defects.append(f"too many addresses in {name}")
        found[name.replace("-", "_")] = tuple(listed[:left])
        left -= min(left, len(listed))
    return found


def _subject(section: Section, defects: list[str]) -> str:
    fields = list(section.all("subject"))
    if len(fields) > 1:
        defects.append("several Subject fields")
    return next((field.decoded for field in fields if field.value), "")[: limits.SUBJECT]


def _message_id(section: Section, defects: list[str]) -> str | None:
    value = section.value("message-id")
    if not value:
        defects.append("Message-ID is missing")
        return None
    found = _ID.search(value)
    if found:
        return found[0]
    defects.append("Message-ID is malformed")
    packed = re.sub(r"[\s<>]+", "", text.line(value))[:998]
    return f"<{packed}>" if packed else None


def _ids(section: Section, name: str) -> tuple[str, ...]:
    value = " ".join(field.value for field in section.all(name))
    found = _ID.findall(value)
    if not found and _BARE_ID.match(value.strip()):
        found = [f"<{value.strip()}>"]
    return tuple(dict.fromkeys(found))


# --- mail-parser and its guard


def _shell(fields: list[tuple[str, str]]) -> mailparser.MailParser | None:
    """Let mail-parser read some header fields; None where it fails, in whatever way it does."""
    message = email.message.Message()
    for name, value in fields:
        # Encoded-words are ours to decode: mail-parser would ask for any codec that a sender names.
        message[name] = value[:_SHOWN].replace("\r", " ").replace("\n", " ").replace("\0", "").replace("=?", "=_")
    try:
        return mailparser.MailParser(message)
    except Exception:  # noqa: BLE001  # AttributeError, TypeError, ValueError, RecursionError: all were seen
        return None


def _date(section: Section, defects: list[str], *, inside: bool) -> str | None:
    """Read Date; where it says no zone or nothing at all, the newest trace field knows better."""
    written = section.value("date")
    shown = [("Date", dates.with_offset(written))] if written else []
    shown += [] if inside else [(name, field.value) for name in ("from", "to", "cc") for field in section.all(name)]
    read = _shell(shown)
    if read is not None:
        defects += sorted(
            {
                f"{found['header']}: {found['reason']}"
                for found in read.address_header_defects + read.date_header_defects
            }
        )
    moment = _moment(read)
    if moment is None:
        loose, zoned = dates.lenient(written)
        moment = loose if zoned else (_trace(section) or loose)
        defects.append("Date is missing" if not written else "Date is not RFC 5322")
    return dates.rfc3339(moment) if moment else None


def _moment(read: mailparser.MailParser | None) -> datetime | None:
    moment = read.date if read is not None else None
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _trace(section: Section) -> datetime | None:
    """Return when the last hop took the message in."""
    traces = [("Date", dates.with_offset(field.value.rpartition(";")[2])) for field in section.all("received")]
    return next(filter(None, (_moment(_shell([trace])) for trace in traces[:_TRACES])), None)


# --- files and inner messages


def _inner(files: list[File]) -> tuple[AttachedMessage, ...]:
    messages = [file for file in files if file.part.type in _MESSAGES]
    return tuple(_one_inner(file.content) for file in messages[: limits.INNER_MESSAGES])


def _one_inner(raw: bytes) -> AttachedMessage:
    parsed = parse(raw, inside=True)
    sender = parsed.sender_from or _first(parsed.section, "from")
    lines = "\n".join(f"{name}: {value}" for name, value in parsed.headers)
    return AttachedMessage(sender, parsed.to, parsed.date, parsed.subject, parsed.text, lines)


def _attachments(content: Bodies, inner: tuple[AttachedMessage, ...]) -> tuple[Attachment, ...]:
    shown = content.html or ""
    subjects = iter([one.subject for one in inner])
    return tuple(_attachment(file, shown, subjects) for file in content.files)


def _attachment(file: File, shown: str, subjects: Iterator[str]) -> Attachment:
    part = file.part
    cid = part.content_id
    default = next(subjects, "") if part.type in _MESSAGES else ""
    inline = part.disposition == "inline" or bool(
        cid and (f"cid:{cid}" in shown or (file.related and part.disposition != "attachment"))
    )
    return attachments.build(
        file.content, part.type, part.file_name, inline=inline, content_id=cid and text.line(cid), default=default
    )


def _report_parts(content: Bodies, inner: tuple[AttachedMessage, ...]) -> tuple[tuple[str, str], ...]:
    """Give what a delivery report is read from: the words first, then its own parts in order."""
    parts = [("text/plain", words) for words in content.plain or [content.text]]
    heads = iter(inner)
    for file in content.files:
        kind = file.part.type
        if kind in _MESSAGES:
            one = next(heads, None)
            if one and "delivery-status" in one.headers.lower():  # a report that a gateway wrapped into one of its own
                parts.append((kind, text.body(charset.decode(file.content[:_WRAPPED_REPORT], None)[0])))
            else:
                parts += [(kind, one.headers)] if one else []
        elif kind.startswith("message/") or kind == "text/rfc822-headers":
            parts.append((kind, text.body(charset.decode(file.content, file.part.parameters.get("charset"))[0])))
    return tuple(parts)
