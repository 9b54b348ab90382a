"""The arguments of MAIL and RCPT: a path and its parameters (RFC 5321 §4.1.1.2, §4.1.1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

# The brackets are required by the RFC and missing in the mail of some devices. No nesting, no repetition of
# alternatives that could match the same text: linear.
_PATH: Final = re.compile(r"\s*(?:<(?P<framed>[^<>]*)>|(?P<bare>[^\s<>]+))(?:\s+(?P<parameters>.*))?", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
# Ways to name a mailbox behind a mailbox: percent hack, bang path, quoted local part, source route, spaces (A25).
_INDIRECT: Final = re.compile(r'[%!"\\:,;()\[\]\s]')
_LONGEST: Final = 320


@dataclass(frozen=True, slots=True)
class Path:
    """An address as the client wrote it, "" for the null sender, and parameters with upper-case names."""

    address: str
    parameters: dict[str, str] = field(default_factory=dict)


def read_path(argument: str, keyword: str) -> Path | None:
    """Read `FROM:<address> SIZE=1`; None where it is malformed. `keyword` is FROM or TO."""
    head, colon, tail = argument.partition(":")
    if not colon or head.strip().upper() != keyword:
        return None
    match = _PATH.fullmatch(tail.rstrip())
    if match is None:
        return None
    address = match["framed"] if match["framed"] is not None else match["bare"]
    if _CONTROL.search(address) or len(address) > _LONGEST:
        return None
    parameters: dict[str, str] = {}
    for word in (match["parameters"] or "").split():
        name, _, value = word.partition("=")
        parameters[name.upper()] = value
    return Path(address, parameters)


def is_plain(address: str) -> bool:
    """Say whether a recipient names one mailbox at one domain, with none of the tricks of open relays."""
    if not address or _INDIRECT.search(address) or address.startswith("@"):
        return False
    return address.count("@") <= 1 and not address.endswith("@")
