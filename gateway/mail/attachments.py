"""Files in a message: their names made harmless (A43), their bytes hashed, never opened."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from gateway.mail import limits, text
from gateway.mail.message import Attachment

_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u2028\u2029\ud800-\udfff]')
_ENDINGS: Final = {
    "text/plain": "txt", "text/html": "html", "text/calendar": "ics", "text/csv": "csv", "text/vcard": "vcf", "text/x-vcard": "vcf", "text/rtf": "rtf",
    "text/rfc822-headers": "txt", "text/xml": "xml", "application/pdf": "pdf", "application/zip": "zip", "application/json": "json", "application/xml": "xml",
    "application/rtf": "rtf", "application/msword": "doc", "application/vnd.ms-excel": "xls", "application/ms-tnef": "dat",
    "application/pgp-signature": "asc", "application/pgp-encrypted": "asc", "application/pgp-keys": "asc",
    "application/pkcs7-signature": "p7s", "application/x-pkcs7-signature": "p7s", "application/pkcs7-mime": "p7m", "application/x-pkcs7-mime": "p7m",
    "image/jpeg": "jpg", "image/jpg": "jpg", "image/pjpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/tiff": "tif", "image/webp": "webp",
    "image/svg+xml": "svg", "image/bmp": "bmp", "image/heic": "heic", "audio/mpeg": "mp3", "audio/wav": "wav", "video/mp4": "mp4",
    "message/rfc822": "eml", "message/global": "eml", "message/delivery-status": "txt", "message/disposition-notification": "txt", "message/feedback-report": "txt",
}  # fmt: skip
_KINDS: Final = {ending: kind for kind, ending in reversed(_ENDINGS.items()) if ending not in {"txt", "asc", "dat"}} | {
    "txt": "text/plain"
}
_KNOWN_NAMES: Final = {
    "application/ms-tnef": "winmail.dat",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "text/calendar": "invite.ics",
    "message/delivery-status": "delivery-status.txt",
    "text/rfc822-headers": "headers.txt",
}


def build(
    content: bytes, kind: str, name: str, *, inline: bool, content_id: str | None, default: str = ""
) -> Attachment:
    """Make an attachment with its content; a nameless one is called by its kind, or `default`."""
    shown = neutral(name) or _default(kind, default)
    digest = hashlib.sha256(content).hexdigest()
    return Attachment(shown, kind, len(content), inline, content_id, digest, content)


def kind(name: str) -> str:
    """Return the content type that the ending of a file name tells."""
    return _KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def neutral(name: str) -> str:
    """Return a file name that is only a name: no path, nothing invisible, no leading dots, at most 120 bytes; maybe empty."""
    plain = text.visible(unicodedata.normalize("NFC", _FORBIDDEN.sub("", name)))
    plain = re.split(r"[/\\]", plain)[-1]
    plain = re.sub(r"\s+", " ", plain).strip().lstrip(". ").rstrip(". ")
    # Checked after normalising, not before: what hides in front of the dot is gone now.
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    return _shorten(plain)


def _shorten(name: str) -> str:
    if len(name.encode()) <= limits.FILE_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, ending = name, ""
    tail = f"{dot}{ending}" if ending else ""
    return stem.encode()[: limits.FILE_NAME - len(tail.encode())].decode("utf-8", "ignore").rstrip(". ") + tail


def _default(kind: str, default: str) -> str:
    if default and (named := neutral(default)):
        return _shorten(f"{named}.{_ENDINGS.get(kind, 'bin')}")
    if kind in _KNOWN_NAMES:
        return _KNOWN_NAMES[kind]
    stem = "message" if kind.startswith("message/") else "picture" if kind.startswith("image/") else "attachment"
    ending = _ENDINGS.get(kind) or ("txt" if kind.startswith("text/") else "bin")
    return f"{stem}.{ending}"
