"""What mail clients add to an address or a link they recognise: `a@x <mailto:a@x>`, `x.se <https://x.se>`."""

from __future__ import annotations

import re

_BEHIND = re.compile(r"(?<=\S) ?[<\[(](?:mailto:|tel:|https?://)[^<>\[\]()\s]{0,2000}[>\])]", re.IGNORECASE)
_ALONE = re.compile(r"[<\[(]mailto:([^<>\[\]()\s?]{1,320})[^<>\[\]()\s]{0,2000}[>\])]", re.IGNORECASE)
_ANGLES = re.compile(r"<([^<>\s@]{1,64}@[^<>\s@]{1,255})>")


def without_autolinks(argument: str) -> str:
    """Return the argument as it was typed."""
    plain = _ALONE.sub(r"\1", _BEHIND.sub("", argument))
    return _ANGLES.sub(r"\1", plain).strip()
