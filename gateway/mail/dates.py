"""Date fields that the strict reader refuses: named zones, ISO 8601, no zone, words in odd order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

_ZONES: Final = {
    "CET": "+0100", "MET": "+0100", "CEST": "+0200", "MEST": "+0200", "WET": "+0000", "WEST": "+0100", "BST": "+0100", "EET": "+0200", "EEST": "+0300",
    "MSK": "+0300", "JST": "+0900", "KST": "+0900", "HKT": "+0800", "SGT": "+0800", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
    "AKST": "-0900", "AKDT": "-0800", "HST": "-1000", "BRT": "-0300", "UTC": "+0000", "Z": "+0000",
}  # fmt: skip
_NAMED: Final = re.compile(r"(?<=[\d ])([A-Z]{1,4})(?=\s*(?:\([^()]*\)\s*)?\Z)")
_ZONED: Final = re.compile(r"[+-]\d{4}\b|\b[A-Z]{1,4}\s*(?:\(|\Z)")
_ISO: Final = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)


def with_offset(date: str) -> str:
    """Return the field with a named European or Asian zone as an offset: readers of RFC 5322 take those for UTC."""
    return _NAMED.sub(lambda match: _ZONES.get(match[1], match[1]), date.strip())


def lenient(date: str) -> tuple[datetime | None, bool]:
    """Read what RFC 5322 does not allow; second tells whether a zone was written (else UTC was taken)."""
    date = date[:200]
    try:
        return _iso(date) or _loose(date)
    except (ValueError, OverflowError, IndexError, TypeError):  # parsedate_tz trips over its own tokens
        return None, False


def rfc3339(moment: datetime) -> str:
    """Return 2026-11-21T22:36:00Z."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _iso(date: str) -> tuple[datetime, bool] | None:
    match = _ISO.match(date)
    if match is None:
        return None
    numbers = [int(number or 0) for number in match.groups()[:6]]
    zone = (match[7] or "").upper().replace(":", "")
    moment = datetime(*numbers[:5], min(numbers[5], 59), tzinfo=UTC)  # type: ignore[misc, arg-type]
    return moment - _offset(zone), bool(zone)


def _offset(zone: str) -> timedelta:
    if zone in {"", "Z"}:
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[3:5])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


def _loose(date: str) -> tuple[datetime | None, bool]:
    found = parsedate_tz(date)
    if found is None or found[0] < 1970:
        return None, False
    year, month, day, hour, minute, second = found[:6]
    moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return moment - timedelta(seconds=found[9] or 0), bool(_ZONED.search(date))
