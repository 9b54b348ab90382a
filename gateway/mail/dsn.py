"""Delivery status notifications: whom a mail of ours did not reach, and whether it ever will.

RFC 3464 reports are read by their fields; others by their words. Whether a report may be believed is decided
elsewhere: anybody can write one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.mail import bounce_json, bounce_text
from gateway.mail.bounce_reason import HARD, enhanced_status, reason
from gateway.mail.message import DeliveryReport, RecipientReport
from gateway.mail.references import Prefix, prefix

_STATUS_PARTS: Final = ("message/delivery-status", "message/global-delivery-status")
_ORIGINALS: Final = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
    "message/partial",
    "text/rfc822",
)
_MOST_RECIPIENTS: Final = 200
_STATUS: Final = re.compile(r"(?<!\d)([245]\.\d{1,3}\.\d{1,3})(?!\d)")
_REPLY_CODE: Final = re.compile(r"(?<![\d.-])([45]\d\d)(?=[ -]|$)")
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{0,3}:[ \t]{0,3}(.{0,4000})")
_TYPED: Final = re.compile(r"[A-Za-z0-9-]{1,20}\s?;\s{0,3}")
# A report that a gateway wrapped into one of its own.
_INNER: Final = re.compile(r"^final-recipient:", re.IGNORECASE | re.MULTILINE)
_ACTIONS: Final = ("failed", "delayed", "delivered", "relayed", "expanded")
_DELAY_SUBJECTS: Final = ("delay", "warning:", "försen", "forsink", "verzöger", "retard", "retraso", "vertrag", "opóźn")
_DELAY_WORDS: Final = (
    "will be retried", "will retry", "will be attempted", "attempts will continue", "will continue", "still trying", "keep trying", "do not need to resend", "no action is required", "not yet been delivered", "still being retried", "är försenat", "er forsinket", "försöker igen", "prøver igjen", "verzögert",
)  # fmt: skip
_FINAL_WORDS: Final = (
    "permanent error",
    "permanent fatal",
    "permanent delivery",
    "giving up",
    "given up",
    "could not be delivered for",
)
# Filters and delivery agents that refuse by themselves say why here; the fields are those of a sendmail they borrow.
_REJECTED: Final = re.compile(r"was automatically rejected:\s{0,4}(.{4,200})", re.IGNORECASE)
_CONTEXT: Final = 600  # characters around a recipient that speak of him


def read(
    root_type: str, parts: Sequence[tuple[str, str]], headers: Sequence[tuple[str, str]], text: str
) -> DeliveryReport | None:
    """Read a delivery report; None where the mail is none.

    `parts` are (content type, decoded text) of delivery-status, original headers and text leaves, in order;
    `text` is the body as people read it.
    """
    subject = next((value for name, value in headers if name.lower() == "subject"), "")
    if any(kind.startswith(("message/feedback-report", "message/disposition-notification")) for kind, _ in parts):
        return None
    status = [content for kind, content in parts if kind in _STATUS_PARTS]
    if status and root_type != "multipart/report" and prefix(subject) is Prefix.FORWARD:
        return None
    original = "\n".join(content for kind, content in parts if kind in _ORIGINALS)
    words = text or "\n".join(content for kind, content in parts if kind == "text/plain")
    notified = bounce_json.read(headers, words)
    if notified is not None:
        return notified
    if status:
        found = _by_fields("\n\n".join(status), words)
        if found:
            return DeliveryReport(found, _original_id(original, words, headers), _envelope_id(status))
    return _by_words(root_type, headers, words, original)


def _original_id(original: str, words: str, headers: Sequence[tuple[str, str]]) -> str | None:
    found = bounce_text.message_id(original, bounce_text.parted(words).original, words)
    if found is not None:
        return found
    for wanted in ("x-original-message-id", "in-reply-to", "references"):
        for name, value in headers:
            if name.lower() == wanted and (ids := re.findall(r"<[^<>\s]{1,900}>", value[:10_000])):
                return str(ids[-1])
    return None


def _envelope_id(status: Sequence[str]) -> str | None:
    fields = (line.partition(":") for part in status for line in part[: bounce_text.SCANNED].splitlines())
    found = (value.strip() for name, _, value in fields if name.strip().lower() == "original-envelope-id")
    return next((value[:100] for value in found if value), None)


def _by_fields(status: str, words: str) -> tuple[RecipientReport, ...]:
    """Read the per-recipient groups (RFC 3464 §2.3)."""
    reports = []
    for group in _groups(status):
        recipient = group.get("final-recipient") or group.get("original-recipient") or group.get("x-actual-recipient")
        if recipient is None and "action" not in group and "status" not in group:
            continue
        if recipient is None and not ({"action", "status"} <= group.keys() or "diagnostic-code" in group):
            continue
        reports.append(_recipient(_untyped(recipient or ""), group, words))
    return tuple(reports[:_MOST_RECIPIENTS])


def _groups(status: str) -> list[dict[str, str]]:
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in status[: bounce_text.SCANNED].replace("\r", "").split("\n"):
        if not line.strip():
            groups.append({})
            last = ""
        elif line[0] in " \t" and last:
            groups[-1][last] += " " + line.strip()
        elif field := _FIELD.match(line):
            last = field[1].lower()
            if last == "final-recipient" and last in groups[-1]:
                groups.append({})
            groups[-1].setdefault(last, field[2].strip())
    return [group for group in groups if group]


def _untyped(value: str) -> str:
    """Drop `rfc822;` and angle brackets."""
    return _TYPED.sub("", value, count=1).strip().strip("<>").strip()


def _recipient(address: str, group: dict[str, str], words: str) -> RecipientReport:
    diagnostic = group.get("diagnostic-code", "")
    if not _says_something(diagnostic) and "x-powermta-bouncecategory" in group:
        diagnostic = f"x-powermta-bouncecategory: {group['x-powermta-bouncecategory']}"
    code = _STATUS.search(group.get("status", ""))
    status = code[1] if code else None
    action = _action(group.get("action", ""), status)
    said = diagnostic if _says_something(diagnostic) else f"{diagnostic} {_words_about(address, words)}"
    if rejected := _REJECTED.search(words[:_CONTEXT]):
        said = rejected[1]
    if status is None or status.endswith(".0.0"):
        status = enhanced_status(diagnostic) or status or enhanced_status(said)
    return RecipientReport(address, action, status, action == "failed" and _is_permanent(status, said, diagnostic))


def _says_something(diagnostic: str) -> bool:
    return len(_TYPED.sub("", diagnostic, count=1).strip(" 0123456789.-;#")) > 3


def _action(written: str, status: str | None) -> str:
    word = written.strip().casefold()
    known = next((action for action in _ACTIONS if word.startswith(action[:6])), None)
    if known is not None:
        return known
    return (
        {"2": "delivered", "4": "delayed"}.get((status or "5")[0], "failed")
        if not word.startswith("fail")
        else "failed"
    )


def _words_about(address: str, words: str) -> str:
    """What stands around the recipient in the readable part; else its beginning."""
    said = bounce_text.parted(words).said
    place = said.casefold().find(address.casefold()) if address else -1
    return said[: _CONTEXT * 3] if place < 0 else said[max(0, place - _CONTEXT) : place + _CONTEXT * 2]


def _is_permanent(status: str | None, said: str, diagnostic: str = "") -> bool:
    if diagnostic.casefold().startswith("x-unix"):
        return False
    found = reason(status, said)
    if found not in HARD:
        return False
    codes = _REPLY_CODE.findall(said)
    return not (codes and status is None and all(code.startswith("4") for code in codes))


def _by_words(root_type: str, headers: Sequence[tuple[str, str]], words: str, original: str) -> DeliveryReport | None:
    report_type = next((value for name, value in headers if name.lower() == "content-type"), "").casefold()
    declared = root_type == "multipart/report" and "delivery-status" in report_type
    if not declared and not bounce_text.is_a_report(headers, words):
        return None
    notice = bounce_text.parted(words)
    if _INNER.search(original) and "@" not in notice.said and (inner := _by_fields(original, notice.said)):
        return DeliveryReport(
            inner, _original_id(original[original.lower().find("final-recipient:") :], words, headers)
        )
    subject = next((value for name, value in headers if name.lower() == "subject"), "")
    addresses = bounce_text.recipients(headers, notice, original) or ("",)
    reports = tuple(_spoken_of(address, notice, subject, alone=len(addresses) == 1) for address in addresses)
    return DeliveryReport(reports, _original_id(original, words, headers))


def _spoken_of(address: str, notice: bounce_text.Notice, subject: str, *, alone: bool) -> RecipientReport:
    said = notice.said if alone else _words_about(address, notice.said)
    status = enhanced_status(said) or enhanced_status(subject)
    whole = f"{said} {subject}"
    delayed = not (status or "4").startswith("5") and _speaks_of_delay(subject.casefold(), said.casefold())
    action = "delayed" if delayed else "failed"
    return RecipientReport(address, action, status, not delayed and _is_permanent(status, whole))


def _speaks_of_delay(subject: str, said: str) -> bool:
    if any(word in said for word in _FINAL_WORDS):
        return False
    return any(word in subject for word in _DELAY_SUBJECTS) or any(word in said for word in _DELAY_WORDS)
