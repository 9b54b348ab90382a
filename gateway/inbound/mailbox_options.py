"""A mailbox that is read by IMAP: what the poller is told, what it remembers, how it is doing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal, Protocol

from gateway.inbound.trust import Trust

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_PAUSE: Final = 300.0
_AFTER_REFUSED_LOGIN: Final = 60.0  # providers lock accounts that try too often


@dataclass(frozen=True, slots=True)
class Move:
    """Move what was committed to another folder; it is made where it is missing."""

    folder: str


@dataclass(frozen=True, slots=True)
class MailboxOptions:
    """One [[mailbox]]. Times in seconds, sizes in bytes."""

    name: str
    host: str
    port: int = 993
    tls: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: str | None = field(default=None, repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)  # a fresh access token for XOAUTH2
    refused: Callable[[str], None] | None = field(default=None, repr=False)  # hears which token a server refused
    folders: tuple[str, ...] = ("INBOX",)
    junk: str | None = None  # also read, as held; left as it is
    sent: str | None = None  # also read; left as it is
    after: Move | Literal["delete", "seen"] = "seen"
    since: datetime | None = None  # default: the moment of the first connect
    poll: float = 60.0
    idle: float = 240.0  # of one IDLE; below what NAT forgets and providers cut
    max_size: int = 35_000_000
    trust: Trust = field(default_factory=Trust)
    cafile: Path | None = None  # default: the system's authorities
    allow_plain: bool = False  # credentials without TLS beyond loopback
    connect_timeout: float = 10.0
    read_timeout: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what could speak IMAP by itself, and passwords in the clear (ValueError)."""
        moved = [self.after.folder] if isinstance(self.after, Move) else []
        for text in (self.user, self.password, self.junk, self.sent, *self.folders, *moved):
            if text is not None and _CONTROL.search(text):
                raise ValueError(f"mailbox {self.name}: control characters in user, password or folder")
        if self.tls == "none" and not self.allow_plain and not is_loopback(self.host):
            raise ValueError(f"mailbox {self.name}: no TLS beyond loopback without allow_plain")

    def reads(self) -> tuple[str, ...]:
        """Return all folders that are read; the first is waited on."""
        return tuple(dict.fromkeys([*self.folders, *filter(None, (self.junk, self.sent))]))


class Page(Protocol):
    """How far a folder was read."""

    @property
    def uidvalidity(self) -> int | None:
        """The UIDVALIDITY its UIDs belong to."""

    @property
    def last_uid(self) -> int:
        """The highest UID committed."""

    @property
    def first_connect(self) -> datetime:
        """When the folder was seen first."""

    @property
    def scanning(self) -> int | None:
        """The UIDVALIDITY of a scan from the beginning that is not done; `last_uid` is how far it came."""

    @property
    def scanning_to(self) -> int | None:
        """The highest UID of that scan."""


class Book(Protocol):
    """What survives a restart."""

    def get(self, mailbox: str, folder: str) -> Page | None:
        """Return the folder's page, None where it was never read."""

    def put(
        self, mailbox: str, folder: str, uidvalidity: int, last_uid: int, now: datetime, scanning_to: int | None = None
    ) -> None:
        """Write it down, committed; the first time counts as the first connect."""

    def journalled(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
        """Return which of these UIDs the journal has already."""


class Phase(StrEnum):
    """What the poller is doing."""

    CONNECTING = "connecting"
    READING = "reading"
    WAITING = "waiting"  # in IDLE, or for the next poll
    PAUSING = "pausing"  # after trouble
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How the mailbox is doing, for health and `gateway status`."""

    phase: Phase = Phase.STOPPED
    error: str | None = None  # the last trouble, None since the last success
    last_success: datetime | None = None  # the last time all folders were read
    failures: int = 0  # in a row


def pause(failures: int, chance: float, *, refused: bool = False) -> float:
    """Return the seconds to wait after so many failures in a row: doubling to five minutes, spread by half.

    `chance` is a random number from 0 to 1. `refused` is a login the server would not have.
    """
    wait = min(2.0 ** min(failures, 10) / 2, _LONGEST_PAUSE)
    if refused:
        wait = max(wait, _AFTER_REFUSED_LOGIN)
    return wait * (0.75 + chance / 2)


def is_loopback(host: str) -> bool:
    """Say whether a host name or address never leaves this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
