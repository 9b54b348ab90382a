"""What became of one attempt to deliver: three values, and how an SMTP reply becomes one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LONGEST_TEXT: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_QUEUED_AS: Final = re.compile(r"(?:queued as|\bid=|message-id:?)\s*<?([^\s<>\];,]{1,120})", re.IGNORECASE)

# Permanent by number, temporary in truth: quotas and throttles of the large providers.
PROVIDER_TEMPORARY: Final = (
    "550 5.4.5",  # Gmail: daily sending quota
    "550 5.1.90",  # Microsoft 365: daily limit of recipients
    "554 5.2.0",  # Microsoft 365: submission quota
)
# What is wrong with our login or our session is not wrong with the mail: it must wait, not bounce.
_OURS: Final = frozenset({503, 530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class Sent:
    """The smarthost took responsibility. `remote_id` is what it calls the mail, where it said so."""

    code: int
    text: str
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: try the same bytes again. `code` is None where there was no reply.

    `reached` is False where there was no connection or greeting: then the next smarthost may try at once.
    """

    code: int | None
    text: str
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Bounced:
    """Never: the smarthost, or we, refuse this mail for good."""

    code: int
    text: str


def outcome_of(code: int, text: str, temporary: Sequence[str] = PROVIDER_TEMPORARY) -> Sent | Deferred | Bounced:
    """Read a reply. `temporary` lists beginnings of replies that mean "later" whatever their number says."""
    text = clean(text)
    if 200 <= code < 300:
        queued = _QUEUED_AS.search(text)
        return Sent(code, text, queued[1] if queued else None)
    if not 500 <= code < 600 or code in _OURS or f"{code} {text}".startswith(tuple(temporary)):
        return Deferred(code, text)
    return Bounced(code, text)


def clean(text: str | bytes) -> str:
    """Return a reply's text on one line, for logs and people."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return _CONTROL.sub(" ", text).strip()[:_LONGEST_TEXT]
