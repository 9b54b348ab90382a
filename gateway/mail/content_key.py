"""The key by which a message that comes twice, by two paths, is known as one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from gateway.mail.headers_in import Section


def content_key(section: Section, leaves: Iterable[bytes]) -> str:
    """Return hex SHA-256 over Message-ID, Date, From, Subject and the decoded leaves.

    Trace fields and transfer encodings are left out: they differ by path. Every item is prefixed with its length,
    so that no two messages share a key by moving bytes from one item to the next.
    """
    digest = hashlib.sha256()
    for name in ("message-id", "date", "from", "subject"):
        for field in section.all(name):
            _add(digest, field.decoded.encode("utf-8", "surrogatepass"))
        _add(digest, name.encode())
    for leaf in leaves:
        _add(digest, leaf.replace(b"\r\n", b"\n").rstrip(b"\n") if b"\0" not in leaf[:1024] else leaf)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, item: bytes) -> None:
    digest.update(len(item).to_bytes(8, "big"))
    digest.update(item)
