"""Which files go along: inline pictures first, then the smallest, up to a limit; nothing that could run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.mail.headers import one_line

_RUNS = frozenset(
    [
        "ade",
        "adp",
        "apk",
        "app",
        "appx",
        "bat",
        "cab",
        "chm",
        "cmd",
        "com",
        "cpl",
        "dll",
        "dmg",
        "exe",
        "gadget",
        "hta",
        "inf",
        "ins",
        "iso",
        "isp",
        "img",
        "jar",
        "js",
        "jse",
        "lib",
        "lnk",
        "mde",
        "msc",
        "msi",
        "msix",
        "msp",
        "mst",
        "pif",
        "ps1",
        "ps1xml",
        "ps2",
        "psc1",
        "reg",
        "scr",
        "sct",
        "sh",
        "shb",
        "sys",
        "vb",
        "vbe",
        "vbs",
        "vhd",
        "vhdx",
        "vxd",
        "wsc",
        "wsf",
        "wsh",
        "xll",
    ]
)
_RUNNING_TYPES = frozenset(
    {"application/x-msdownload", "application/x-msdos-program", "application/x-sh", "application/hta"}
)
_PATHS = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class File:
    """An attached file with its content; `content_id` is ours and only for pictures shown in the text."""

    name: str
    type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What goes along, and the names of what does not."""

    inline: tuple[File, ...]
    attached: tuple[File, ...]
    left_out: tuple[str, ...]


def content_id(attachment: Mapping[str, Any]) -> str:
    """Return the Content-ID a picture leaves with; its own one may say who made it."""
    return f"{attachment['sha256'][:24]}@inline"


def choose(
    attachments: Sequence[Mapping[str, Any]], limit: int, blob: Callable[[str], bytes], *, asked_for: bool = False
) -> Chosen:
    """Take files while they fit; `blob` gives the content of a sha256.

    `asked_for`: a person of ours wants just these (`#files`), also what can be run or is locked (A44).
    """
    order = sorted(attachments, key=lambda one: (not _shown(one), int(one["size"])))
    taken: dict[int, File] = {}
    for one in order:
        if int(one["size"]) > limit or (_runs(one) and not asked_for):
            continue
        content = blob(str(one["sha256"]))
        if _locked(content) and not asked_for:
            continue
        limit -= int(one["size"])
        taken[id(one)] = File(
            safe_name(str(one["name"])), _type(str(one["type"])), content, content_id(one) if _shown(one) else None
        )
    files = [taken[id(one)] for one in attachments if id(one) in taken]
    return Chosen(
        tuple(file for file in files if file.content_id),
        tuple(file for file in files if not file.content_id),
        tuple(safe_name(str(one["name"])) for one in attachments if id(one) not in taken),
    )


def safe_name(name: str) -> str:
    """Return a file name without paths, controls and leading dots, at most 120 characters with its ending."""
    name = one_line(name).translate(_PATHS).strip(". ") or "file"
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= 120 else f"{(stem or ending)[:100]}{dot}{ending[:19]}" if stem else name[:120]


def _shown(one: Mapping[str, Any]) -> bool:
    return bool(one.get("inline") and one.get("content_id")) and str(one["type"]).startswith("image/")


def _type(kind: str) -> str:
    main, _, sub = kind.partition("/")
    fits = (
        main.isascii()
        and sub.isascii()
        and main.isalnum()
        and sub.replace("-", "").replace(".", "").replace("+", "").isalnum()
    )
    return kind.lower() if fits and main.lower() not in {"multipart", "message"} else "application/octet-stream"


def _runs(one: Mapping[str, Any]) -> bool:
    ending = one_line(str(one["name"])).strip(". ").lower().rpartition(".")[2]
    return ending in _RUNS or str(one["type"]).lower() in _RUNNING_TYPES or bool(one.get("locked"))


def _locked(content: bytes) -> bool:
    """Tell an encrypted ZIP: bit 0 of the first entry's flags."""
    return content.startswith(_ZIP) and len(content) > 7 and bool(content[6] & 1)
