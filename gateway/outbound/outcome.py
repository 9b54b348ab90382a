"""What became of one attempt to deliver: four values, and how an SMTP reply becomes one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LONGEST_TEXT: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_QUEUED_AS: Final = re.compile(r"(?:queued as|\bid=|message-id:?)\s*<?([^\s<>\];,]{1,120})", re.IGNORECASE)
# Only where such a name stands: elsewhere in a reply an address in brackets is the recipient.
_MESSAGE_ID: Final = re.compile(
    r"(?:^(?:2\.\d\.\d\s+)?(?:ok[:,]?\s+)?|message-id[:=]?\s*)(<[^<>\s@]{1,200}@[^<>\s@]{1,200}>)", re.IGNORECASE
)
_SES: Final = re.compile(r"(?:Ok|id=)\s*([0-9a-f]{16}-[0-9a-f-]{20,60})", re.IGNORECASE)
_SES_HOST: Final = re.compile(r"email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com", re.IGNORECASE)
_SES_FIRST: Final = "us-east-1"  # the region whose ids name none

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
    """The smarthost took responsibility.

    `remote_id` is what it calls the mail, where it said so: in angle brackets where that is a Message-ID, one that
    the mail may have got instead of ours (Amazon SES, Microsoft), else its queue's number.
    """

    code: int
    text: str
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: try the same bytes again. `code` is None where there was no reply.

    `reached` is False where there was no connection or greeting: then the next smarthost may try at once.
    `session` is False where nothing was said of this mail at all, not reached or not let in: the next mail would
    fare no better.
    """

    code: int | None
    text: str
    reached: bool = True
    session: bool = True


@dataclass(frozen=True, slots=True)
class Bounced:
    """Never: the smarthost, or we, refuse this mail for good."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Untried:
    """Nothing was tried: every smarthost it may go by is away or paused."""


def outcome_of(
    code: int, text: str, temporary: Sequence[str] = PROVIDER_TEMPORARY, host: str = ""
) -> Sent | Deferred | Bounced:
    """Read a reply of `host`. `temporary` lists beginnings of replies that mean "later" whatever their number says."""
    text = clean(text)
    if 200 <= code < 300:
        return Sent(code, text, remote_id(text, host))
    if not 500 <= code < 600 or code in _OURS or f"{code} {text}".startswith(tuple(temporary)):
        return Deferred(code, text)
    return Bounced(code, text)


def remote_id(text: str, host: str = "") -> str | None:
    """Return what the smarthost calls the mail, from the text of its 250.

    Exchange tells the Message-ID it gave; Amazon SES only its left part, the right one follows from the region.
    """
    written = _MESSAGE_ID.search(text)
    if written is not None:
        return written[1]
    region, given = _SES_HOST.fullmatch(host), _SES.search(text)
    if region is not None and given is not None:
        domain = "email" if region[1].lower() == _SES_FIRST else region[1].lower()
        return f"<{given[1]}@{domain}.amazonses.com>"
    queued = _QUEUED_AS.search(text)
    return queued[1] if queued else None


def clean(text: str | bytes) -> str:
    """Return a reply's text on one line, for logs and people."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return _CONTROL.sub(" ", text).strip()[:_LONGEST_TEXT]
