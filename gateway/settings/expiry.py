"""Which secrets of gateway.toml run out, by the dates ops wrote beside them."""

from __future__ import annotations

from datetime import date
from typing import Final

from gateway.settings.schema import Settings

WARNINGS: Final = (60, 30, 7)
"""Days before at which admins are told, once each."""


def secrets(settings: Settings) -> tuple[tuple[str, date], ...]:
    """Return `[oauth.NAME]` and when its secret runs out, of those that say so."""
    return tuple(
        (f"[oauth.{name}]", each.secret_expires) for name, each in settings.oauth.items() if each.secret_expires
    )


def running_out(settings: Settings, today: date, within: int = WARNINGS[0]) -> list[str]:
    """Return a sentence for each secret that runs out within so many days, or did."""
    return [
        f"{name}: its secret {'ran' if days < 0 else 'runs'} out on {at}, {abs(days)} days {'ago' if days < 0 else 'left'}"
        for name, at in secrets(settings)
        if (days := (at - today).days) <= within
    ]
