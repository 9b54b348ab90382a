"""What intake hands to the journal, and what the journal answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gateway.mail.message import Envelope
from gateway.mail.proof import Proof


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came, not yet read: raw bytes, envelope, proof of sender, arrival."""

    envelope: Envelope
    raw: bytes = field(repr=False)
    received_at: datetime
    proof: Proof = field(default_factory=Proof)
    held: str | None = None  # set where it must not be worked on: "oversize", "junk"; the row starts as held


@dataclass(frozen=True, slots=True)
class Accepted:
    """The journal has it, committed and flushed. `duplicate`: the same bytes or the same UID were there already."""

    journal_id: int
    duplicate: bool = False
