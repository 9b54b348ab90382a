"""A finished mail as bytes: 7-bit safe, CRLF, no relay has a reason to change it (RFC 2045, 2046, 2387)."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Sequence
from functools import lru_cache

from gateway.mail.headers import field, parameter
from gateway.render.files import File

CRLF = b"\r\n"
_PLAIN_LINE = 900  # octets; longer lines, or anything that is not ASCII, are encoded


def text_part(text: str, subtype: str) -> bytes:
    """Return a leaf of text: as it is where it is ASCII with short lines, else quoted-printable, or base64 where that is shorter."""
    charset = (
        "xmlcharrefreplace" if subtype == "html" else "replace"
    )  # HTML in ASCII: nothing left to encode, nothing to misread
    content = (
        text.encode("ascii" if subtype == "html" else "utf-8", charset)
        .replace(b"\r\n", b"\n")
        .replace(b"\r", b"\n")
        .replace(b"\0", b"")
    )
    if not content.endswith(b"\n"):
        content += b"\n"
    encoding, coded = _coded(content)
    head = field("Content-Type", f"text/{subtype}; charset=utf-8") + field("Content-Transfer-Encoding", encoding)
    return head + CRLF + coded


def _coded(content: bytes) -> tuple[str, bytes]:
    plain = content.isascii() and b"=_" not in content and b"\nFrom " not in content and content[:5] != b"From "
    if plain and max(map(len, content.split(b"\n"))) <= _PLAIN_LINE:
        return "7bit", content.replace(b"\n", CRLF)
    quoted = binascii.b2a_qp(content, istext=True).replace(b"\nFrom ", b"\n=46rom ")
    if len(quoted) < 2 * len(content):
        return "quoted-printable", quoted.replace(b"\n", CRLF)
    return "base64", _base64(content.replace(b"\n", CRLF))


def _base64(content: bytes) -> bytes:
    coded = binascii.b2a_base64(content, newline=False)
    return CRLF.join([coded[n : n + 76] for n in range(0, len(coded), 76)]) + CRLF


def file_part(file: File) -> bytes:
    """Return a leaf with a file: inline where it has a Content-ID, else an attachment."""
    if file.content_id and len(file.content) <= 64_000:  # logos: the same in every mail of a brand
        return _file_part(file)
    return _file_part.__wrapped__(file)


@lru_cache(maxsize=64)
def _file_part(file: File) -> bytes:
    name = parameter("name", file.name)
    head = field("Content-Type", f"{file.type}{name}") + field("Content-Transfer-Encoding", "base64")
    disposition = "inline" if file.content_id else "attachment"
    head += field("Content-Disposition", f"{disposition}{parameter('filename', file.name)}")
    if file.content_id:
        head += field("Content-ID", f"<{file.content_id}>")
    return head + CRLF + _base64(file.content)


def multipart(subtype: str, parts: Sequence[bytes], seed: str, extra: str = "") -> bytes:
    """Return the parts in one multipart; a single part stays as it is.

    The boundary holds `=_`, which neither quoted-printable nor base64 can contain; 7-bit parts with it are encoded.
    """
    if len(parts) == 1:
        return parts[0]
    boundary = "=_" + hashlib.sha256(f"{subtype} {seed}".encode()).hexdigest()[:32]
    line = b"--" + boundary.encode()
    body = b"".join(line + CRLF + part for part in parts)
    return (
        field("Content-Type", f'multipart/{subtype}; boundary="{boundary}"{extra}') + CRLF + body + line + b"--" + CRLF
    )
