"""The only reader of the wall clock and of randomness; everything else takes them as arguments."""

from __future__ import annotations

import base64
import secrets
import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the time in UTC, aware."""
    return datetime.now(UTC)  # noqa: TID251  # the one place


def monotonic() -> float:
    """Return seconds that never go back; for durations only."""
    return time.monotonic()


def token(bits: int = 80) -> str:
    """Return a random token in lower-case base32 without padding; 80 bits are 16 characters."""
    return base64.b32encode(secrets.token_bytes(bits // 8)).decode("ascii").rstrip("=").lower()


def secret(size: int = 32) -> bytes:
    """Return `size` random bytes for a MAC key."""
    return secrets.token_bytes(size)
