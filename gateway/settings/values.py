"""Values that gateway.toml writes as text: durations, sizes, rates, secrets, trust, what becomes of a read mail."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PER = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_FACTORS = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many in each such time."""

    count: int
    per: timedelta

    def __str__(self) -> str:
        unit = next(unit for unit, length in _PER.items() if length == self.per)
        return f"{self.count}/{unit}"


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def one_line(text: str) -> str:
    """Return it as it is; ValueError where it could end a line of IMAP or SMTP and begin another (A24)."""
    if _CONTROL.search(text):
        raise ValueError("control characters have no place here")
    return text


class Secret:
    """A password or key: shown nowhere by itself, `reveal` gives it to the one place that needs it."""

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: str) -> None:
        self._value = value
        self.source = source  # "file …" or "environment …", safe to print

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret(*** from {self.source})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True)
class After:
    """What becomes of a mail in the mailbox once it is journalled."""

    action: Literal["move", "delete", "seen"]
    folder: str | None = None

    def __str__(self) -> str:
        return f"move:{self.folder}" if self.folder else self.action


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose authentication results count for mail that comes this way (commands.md: authority)."""

    kind: Literal["none", "verify", "microsoft365", "google", "authserv"]
    authserv_id: str | None = None  # RFC 8601, only with kind authserv
    relays: tuple[str, ...] = ()  # addresses or networks of the hops that may say so; () any

    def __str__(self) -> str:
        return self.kind if self.authserv_id is None else f"authserv_id {self.authserv_id}"


def duration(value: Any) -> timedelta:
    """Read "60s", "5d"; ValueError says what is allowed."""
    match = re.fullmatch(r"(\d{1,6}) ?([a-z]{1,3})", value.strip()) if isinstance(value, str) else None
    if match is None or match[2] not in _UNITS:
        raise ValueError('a duration is written "60s", "15m", "2h", "5d" or "1w"')
    return int(match[1]) * _UNITS[match[2]]


def size(value: Any) -> int:
    """Read "35MB" to bytes; a MB is a million."""
    match = re.fullmatch(r"(\d{1,6}) ?(B|kB|MB|GB)", value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('a size is written "35MB", with B, kB, MB or GB')
    return int(match[1]) * _FACTORS[match[2]]


def rate(value: Any) -> Rate:
    """Read "25/min"."""
    match = re.fullmatch(r"(\d{1,6}) ?/ ?(s|min|h|d)", value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('a rate is written "25/min", with s, min, h or d')
    return Rate(int(match[1]), _PER[match[2]])


def after(value: Any) -> After:
    """Read "move:Processed", "delete" or "seen"."""
    action, _, folder = value.partition(":") if isinstance(value, str) else ("", "", "")
    if action == "move" and folder:
        return After("move", one_line(folder))
    if value in {"delete", "seen"}:
        return After(value)
    raise ValueError('write "move:FOLDER", "delete" or "seen"')


def trust(value: Any, words: tuple[str, ...]) -> Trust:
    """Read one of the words, or {authserv_id = "…", relays = […]}."""
    if isinstance(value, str) and value in words:
        return Trust(value)  # type: ignore[arg-type]  # the words are a part of its literals
    said = f'write {", ".join(words)} or {{authserv_id = "mx.acme.example"}}'
    if not isinstance(value, dict) or not isinstance(value.get("authserv_id"), str):
        raise ValueError(said)  # noqa: TRY004  # pydantic reports ValueError only
    relays = value.get("relays", [])
    if value.keys() - {"authserv_id", "relays"} or not _networks(relays):
        raise ValueError(said + '; relays = ["127.0.0.1"] may stand beside it')
    return Trust("authserv", value["authserv_id"], tuple(relays))


def _networks(value: Any) -> bool:
    """Say whether this is a list of IP addresses or networks."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return False
    try:
        return all(ipaddress.ip_network(item, strict=False) for item in value)
    except ValueError:
        return False
