"""Points in time as people say them: `fredag 27 november kl. 12.00`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

_WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Mapping[str, tuple[str, ...]] = {
    "sv": ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"),
    "nb": ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}  # fmt: skip


def when(local: datetime, language: str, this_year: int, *, day_only: bool = False) -> str:
    """Return weekday, day and month, the year where it is not this one, and the clock time."""
    known = language if language in _WEEKDAYS else "en"
    number = f"{local.day}." if known == "nb" else str(local.day)
    year = f" {local.year}" if local.year != this_year else ""
    day = f"{_WEEKDAYS[known][local.weekday()]} {number} {_MONTHS[known][local.month - 1]}{year}"
    if day_only:
        return day
    return f"{day} {local:%H:%M}" if known == "en" else f"{day} kl. {local:%H.%M}"
