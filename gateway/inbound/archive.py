"""Mail kept in files: mbox (mboxrd as well), Maildir, single .eml; listed first, in the order it was written, then read one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Final

from gateway.errors import GatewayError
from gateway.inbound.trace_fields import read_fields

MAX_SIZE: Final = 64 * 1024 * 1024  # bytes; a larger mail is told, not read
_HEAD: Final = 256 * 1024
_LINE: Final = 1 << 20
# A line of text may begin with "From " where the writer did not quote it: a separator names a time as well.
_SEPARATOR: Final = re.compile(rb"From (?:\S+|- ) ?.{0,80}?\d{1,2}:\d{2}")
_QUOTED_FROM: Final = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_ID: Final = re.compile(r"<[^<>\s]{1,998}>")
_STAMP: Final = re.compile(r"(\d{9,11})\.")  # a Maildir name begins with the second it was delivered in
_MAILDIR: Final = frozenset({"cur", "new"})


class ArchiveError(GatewayError):
    """Nothing there that could be read as mail."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a mail lies, when it was written, and which conversation of this archive it belongs to."""

    file: Path
    offset: int
    size: int
    in_mbox: bool
    written: datetime
    thread: int


@dataclass(slots=True)
class Contents:
    """What an archive holds: mails by the time they were written, and what was left out, in words."""

    mails: list[Kept] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    last: dict[int, datetime] = field(default_factory=dict)  # of each conversation: its newest mail


def contents(path: Path, now: datetime) -> Contents:
    """List an archive without keeping any mail in memory; ArchiveError where there is none.

    Mails that name each other, in whatever order they lie, are one conversation.
    """
    found, threads = Contents(), _Threads()
    for file, in_mbox in _files(path, found.left_out):
        pieces = _in_mbox(file) if in_mbox else _alone(file)
        for offset, size, head in pieces:
            if size > MAX_SIZE:
                found.left_out.append(f"{file} at byte {offset}: {size // 1_000_000} MB are too much for a mail")
                continue
            written, ids = _look(head, file, now)
            found.mails.append(Kept(file, offset, size, in_mbox, written, threads.join(ids)))
    if not found.mails and not found.left_out:
        raise ArchiveError(f"{path}: no mail in it; an mbox, a Maildir, a .eml or a folder of them is wanted")
    found.mails.sort(key=lambda mail: mail.written)
    found.mails = [_rooted(mail, threads) for mail in found.mails]
    found.last = {mail.thread: mail.written for mail in found.mails}
    return found


def read(mail: Kept) -> bytes:
    """Return the bytes of a mail as they once came: an mbox's `>From ` is `From ` again."""
    with mail.file.open("rb") as source:
        source.seek(mail.offset)
        raw = source.read(mail.size)
    return _QUOTED_FROM.sub(b"", raw) if mail.in_mbox else raw


class _Threads:
    """Conversations: ids that stand in one header section belong together (union-find over their hashes)."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}
        self._alone = 0

    def join(self, ids: list[str]) -> int:
        """Return a member of the conversation of these ids; its root is known when all were joined."""
        if not ids:
            self._alone -= 1  # a mail without any id is a conversation of its own
            self._above[self._alone] = self._alone
            return self._alone
        roots = [self.root(hash(name) & 0x7FFFFFFFFFFFFFFF) for name in ids]
        for root in roots:
            self._above[root] = roots[0]
        return roots[0]

    def root(self, member: int) -> int:
        above = self._above
        above.setdefault(member, member)
        while above[member] != member:
            above[member] = above[above[member]]
            member = above[member]
        return member


def _rooted(mail: Kept, threads: _Threads) -> Kept:
    return Kept(mail.file, mail.offset, mail.size, mail.in_mbox, mail.written, threads.root(mail.thread))


def _files(path: Path, left_out: list[str]) -> Iterator[tuple[Path, bool]]:
    """Yield each file that holds mail, and whether it is an mbox."""
    if path.is_file():
        yield path, _is_mbox(path)
        return
    if not path.is_dir():
        raise ArchiveError(f"{path}: is not there")
    strange = 0
    for file in sorted(path.rglob("*")):
        if not file.is_file() or file.parent.name == "tmp":
            continue
        if file.parent.name in _MAILDIR or file.suffix == ".eml":
            flags = file.name.rpartition(":2,")[2] if ":2," in file.name else ""
            if "T" in flags:
                left_out.append(f"{file}: marked as deleted")
            else:
                yield file, False
        elif file.suffix == ".mbox" or file.name == "mbox":
            yield file, True
        else:
            strange += 1
    if strange:
        left_out.append(f"{path}: {strange} files that are no mail by their name")


def _is_mbox(file: Path) -> bool:
    with file.open("rb") as source:
        return _SEPARATOR.match(source.readline(_LINE)) is not None


def _alone(file: Path) -> Iterator[tuple[int, int, bytes]]:
    size = file.stat().st_size
    with file.open("rb") as source:
        yield 0, size, source.read(_HEAD)


def _in_mbox(file: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield offset, size and header section of each mail: one pass, a line at a time."""
    with file.open("rb") as source:
        start, at, blank = -1, 0, b"\n"  # the empty line before, which an mbox puts behind each mail
        head, in_head = bytearray(), False
        for line in _lines(source):
            if blank and line.startswith(b"From ") and _SEPARATOR.match(line):
                if start >= 0:
                    yield start, max(0, at - start - len(blank)), bytes(head)
                start, head, in_head = at + len(line), bytearray(line.replace(b"From ", b"X-Mbox: ", 1)), True
            elif in_head:
                in_head = bool(line.strip()) and len(head) < _HEAD
                head += line
            blank = b"" if line.strip(b"\r\n") else line
            at += len(line)
        if start >= 0:
            yield start, max(0, at - start - len(blank)), bytes(head)


def _lines(source: IO[bytes]) -> Iterator[bytes]:
    while line := source.readline(_LINE):
        yield line


def _look(head: bytes, file: Path, now: datetime) -> tuple[datetime, list[str]]:
    """Return when a mail was written, as well as can be told, and the ids it names, its own first."""
    fields: dict[str, str] = {}
    for found in read_fields(head):
        fields.setdefault(found.name, found.value)
    names = " ".join(fields.get(name, "") for name in ("message-id", "references", "in-reply-to"))
    stamp = _STAMP.match(file.name)
    written = _time(fields.get("date", "")) or _time(fields.get("x-mbox", "").partition(" ")[2])
    if written is None:
        seconds = int(stamp[1]) if stamp else file.stat().st_mtime
        written = datetime.fromtimestamp(seconds, UTC)
    return min(written, now), list(dict.fromkeys(_ID.findall(names)))[:200]


def _time(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC) if at.year > 1970 else None
