"""What a spam filter wrote into the headers. Whether that filter is to be believed is asked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

_SCL: Final = re.compile(r"SCL:\s{0,3}(-?\d{1,2})", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?\d{1,4}")
_WORST_FIRST: Final = ("yes", "suspect", "no")


def spam(headers: Sequence[tuple[str, str]]) -> str | None:
    """Return `yes`, `suspect` or `no`, the worst that any filter wrote; None where none did."""
    found = {reader(value.strip().casefold()) for name, value in headers if (reader := _READERS.get(name.lower()))}
    return next((verdict for verdict in _WORST_FIRST if verdict in found), None)


def _flag(value: str) -> str | None:
    """SpamAssassin's X-Spam-Flag and X-Spam-Status, Rspamd's X-Spamd-Result."""
    if "default: true" in value or value.startswith(("yes", "true", "spam")):
        return "yes"
    if "default: false" in value or value.startswith(("no", "false", "ham")):
        return "no"
    return None


def _action(value: str) -> str | None:
    return {
        "reject": "yes",
        "add header": "yes",
        "rewrite subject": "suspect",
        "soft reject": "suspect",
        "greylist": "suspect",
        "no action": "no",
    }.get(value)


def _level(value: str) -> str | None:
    """Exchange's spam confidence level: -1 to 4 no, 5 and 6 spam by guess, 7 to 9 spam by certainty."""
    number = _NUMBER.match(value)
    if number is None:
        return None
    level = int(number[0])
    return "yes" if level >= 7 else "suspect" if level >= 5 else "no"


def _report(value: str) -> str | None:
    """X-Forefront-Antispam-Report holds the level among other things."""
    level = _SCL.search(value)
    return None if level is None else _level(level[1])


def _verdict(value: str) -> str | None:
    """Amazon SES."""
    return {"fail": "yes", "spam": "yes", "gray": "suspect", "pass": "no", "ham": "no"}.get(value)


def _bogosity(value: str) -> str | None:
    return "suspect" if value.startswith("unsure") else _flag(value)


def _stars(value: str) -> str | None:
    """SpamAssassin's X-Spam-Level: one star a point."""
    stars = value.count("*")
    return "yes" if stars >= 10 else "suspect" if stars >= 5 else None


_READERS: Final[dict[str, Callable[[str], str | None]]] = {
    **dict.fromkeys(("x-spam-flag", "x-spam", "x-spam-detected", "x-barracuda-spam-flag", "x-ovh-spam-flag"), _flag),
    **dict.fromkeys(("x-spam-status", "x-barracuda-spam-status", "x-spamd-result"), _flag),
    **dict.fromkeys(("x-rspamd-action", "x-spam-action"), _action),
    **dict.fromkeys(("x-ms-exchange-organization-scl", "x-scl"), _level),
    "x-forefront-antispam-report": _report,
    **dict.fromkeys(("x-spam-verdict", "x-ses-spam-verdict"), _verdict),
    "x-bogosity": _bogosity,
    "x-spam-level": _stars,
}
