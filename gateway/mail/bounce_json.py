"""Bounces that Amazon SES tells by its notification service: a mail whose body is one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.mail.bounce_reason import HARD, enhanced_status, reason
from gateway.mail.message import DeliveryReport, RecipientReport

_LONGEST: Final = 256 * 1024
_MOST_RECIPIENTS: Final = 200


def read(headers: Sequence[tuple[str, str]], text: str) -> DeliveryReport | None:
    """Return the report such a notification makes; None where the text is none, or tells of no bounce."""
    sender = next((value for name, value in headers if name.lower() == "from"), "")
    body = text.lstrip()
    if "sns.amazonaws.com" not in sender.casefold() or not body.startswith("{") or len(body) > _LONGEST:
        return None
    told = _object(body)
    told = _object(str(told["Message"])) if isinstance(told.get("Message"), str) else told
    bounce, mail = told.get("bounce"), told.get("mail")
    if told.get("notificationType", told.get("eventType")) != "Bounce" or not isinstance(bounce, dict):
        return None
    wanted = bounce.get("bouncedRecipients")
    each = [one for one in wanted if isinstance(one, dict)] if isinstance(wanted, list) else []
    reports = tuple(_recipient(one, str(bounce.get("bounceType"))) for one in each[:_MOST_RECIPIENTS])
    return DeliveryReport(reports, _message_id(mail if isinstance(mail, dict) else {})) if reports else None


def _object(text: str) -> Mapping[str, Any]:
    try:
        found, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _recipient(one: Mapping[str, Any], kind: str) -> RecipientReport:
    said = str(one.get("diagnosticCode") or "")
    status = enhanced_status(str(one.get("status") or "")) or enhanced_status(said)
    hard = kind == "Permanent" and reason(status, said) in HARD
    return RecipientReport(str(one.get("emailAddress") or ""), "failed", status, hard)


def _message_id(mail: Mapping[str, Any]) -> str | None:
    named = mail.get("commonHeaders")
    found = named.get("messageId") if isinstance(named, dict) else None
    return str(found) if found else None
