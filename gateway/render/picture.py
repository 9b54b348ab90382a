"""The pictures of a brand, logo and signatures: read and checked once, they travel inline with every mail that shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

LIMIT = 40_000  # bytes: a picture travels with every mail
_TYPES: Mapping[str, tuple[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
        ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
        ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
        ".gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    }
)
"""Ending -> type and what such a file begins with; every mail client shows these three."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes along inline; `width` in CSS pixels."""

    content: bytes
    type: str
    name: str
    width: int
    content_id: str


def is_one(name: str) -> bool:
    """Say whether a file's name is that of a picture mails can show."""
    return Path(name).suffix.lower() in _TYPES


def read(path: Path, width: int, role: str) -> Picture | str:
    """Read a picture, or say what is wrong with it; `role` is what stands behind the @ of its Content-ID."""
    kind, beginnings = _TYPES[path.suffix.lower()]
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"{path.name} cannot be read ({error.strerror})"
    if len(content) > LIMIT:
        return f"{path.name} has {len(content):,} bytes; at most {LIMIT:,}"
    if not content.startswith(beginnings):
        return f"{path.name} is no {kind.removeprefix('image/').upper()} inside, whatever its name says"
    return Picture(content, kind, path.name, width, f"{hashlib.sha256(content).hexdigest()[:24]}@{role}")
