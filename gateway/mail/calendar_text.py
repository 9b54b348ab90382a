"""The words of an invitation (RFC 5545), for mails that hold nothing else."""

from __future__ import annotations

import re
from typing import Final

_FOLDED: Final = re.compile(r"\r?\n[ \t]")
_LINE: Final = re.compile(r"^(SUMMARY|DTSTART|LOCATION|DESCRIPTION)((?:;[^:\r\n]{0,200})?):([^\r\n]*)", re.MULTILINE | re.IGNORECASE)  # fmt: skip
_MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ESCAPED: Final = re.compile(r"\\([\\;,nN])")
_ORDER: Final = ("SUMMARY", "DTSTART", "LOCATION", "DESCRIPTION")


def to_text(calendar: str) -> str:
    """Return what, when, where and why of the first event, one below the other; empty where it says nothing."""
    event = calendar[max(0, calendar.upper().find("BEGIN:VEVENT")) :]
    found: dict[str, str] = {}
    for name, _, value in _LINE.findall(_FOLDED.sub("", event)):
        found.setdefault(name.upper(), _ESCAPED.sub(_unescaped, value).strip())
    if "DTSTART" in found:
        found["DTSTART"] = _MOMENT.sub(_written, found["DTSTART"])
    return "\n".join(found[name] for name in _ORDER if found.get(name))


def _unescaped(escape: re.Match[str]) -> str:
    return "\n" if escape[1] in "nN" else escape[1]


def _written(moment: re.Match[str]) -> str:
    """Return 2026-11-24 10:00, in the zone of the event; UTC is said."""
    day = f"{moment[1]}-{moment[2]}-{moment[3]}"
    return f"{day} {moment[4]}:{moment[5]}{' UTC' if moment[6] else ''}" if moment[4] else day
