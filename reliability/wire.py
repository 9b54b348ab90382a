"""A smarthost that keeps what it gets in a file: it outlives the process that sends."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.outbound.transport import Deferred, Sent, SmarthostOptions


class FullError(OSError):
    """What the n-th step raises where it fails instead of ending the process."""


@dataclass
class Wire:
    """Takes every mail, unless a step before or after it fails."""

    path: Path
    step: Callable[[str], None]
    options = SmarthostOptions("out", "127.0.0.1", 25)

    @property
    def sent(self) -> list[tuple[str, str, bytes]]:
        """Return all mails that ever came, in order: envelope sender, recipient, bytes."""
        if not self.path.exists():
            return []
        rows = [json.loads(line) for line in self.path.read_text(encoding="ascii").splitlines()]
        return [(mail_from, rcpt_to, base64.b64decode(raw)) for mail_from, rcpt_to, raw in rows]

    def send(self, mail_from: str, rcpt_to: str, raw: bytes, _envelope_id: str | None = None) -> Sent | Deferred:
        """Take a mail."""
        try:
            self.step("smarthost before")
        except FullError:
            return Deferred(451, "4.3.1 full")
        with self.path.open("a", encoding="ascii") as wire:
            wire.write(json.dumps([mail_from, rcpt_to, base64.b64encode(raw).decode()]) + "\n")
        try:
            self.step("smarthost after")
        except FullError:
            return Deferred(None, "connection lost after DATA")
        return Sent(250, "ok", None)
