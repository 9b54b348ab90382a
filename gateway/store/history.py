"""History: who changed what and why, chained per ticket, so that no line can be changed or taken out unseen.

A line's digest is made over the digest before it, its metadata and the digest of its salted content. Erasing drops
content and salt and keeps the digests: the chain still holds, and nothing personal can be guessed from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway import clock
from gateway.errors import VersionConflictError
from gateway.store.column_types import canonical, rfc3339
from gateway.store.prepared import Prepared
from gateway.store.schema import history
from gateway.tickets.model import Actor, ActorKind

_START = b"\0" * 32
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line to write: why, and what (`{"status": ["new", "open"]}`)."""

    cause: str
    change: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line as it stands; an erased one has an empty change and no name."""

    position: int
    at: datetime
    actor: Actor
    cause: str
    change: Mapping[str, Any]
    digest: str  # hex
    erased: bool


_LAST = Prepared(
    select(history.c.position, history.c.digest)
    .where(history.c.ticket_id == bindparam("of_ticket"))
    .order_by(history.c.position.desc())
    .limit(1)
)
_ADD = Prepared(insert(history))
_ALL = select(history).where(history.c.ticket_id == bindparam("of_ticket")).order_by(history.c.position)


def append(conn: Connection, ticket_id: int, at: datetime, actor: Actor, cause: str, change: Mapping[str, Any]) -> None:
    """Write one line at the end of the chain."""
    append_all(conn, ticket_id, at, actor, [Line(cause, change)])


def append_all(
    conn: Connection, ticket_id: int, at: datetime, actor: Actor, lines: Sequence[Line], *, new: bool = False
) -> None:
    """Write several lines at once. `new`: the ticket was opened in this transaction and has none yet.

    VersionConflictError where another transaction wrote to the same chain meanwhile.
    """
    if not lines:
        return
    last = None if new else _LAST.first(conn, {"of_ticket": ticket_id})
    try:
        _ADD.run(conn, *_chain(ticket_id, at, actor, lines, last))
    except IntegrityError as error:
        raise VersionConflictError(f"history of ticket {ticket_id} grew meanwhile") from error


def _chain(ticket_id: int, at: datetime, actor: Actor, lines: Sequence[Line], last: Any) -> Iterable[dict[str, Any]]:
    position, previous = (0, _START) if last is None else (last[0], bytes(last[1]))
    for line in lines:
        position += 1
        salt = clock.secret(_SALT_BYTES)
        content = {"name": actor.name, "address": actor.address, "change": line.change}
        content_digest = _content_digest(salt, content)
        previous = _digest(previous, ticket_id, position, at, str(actor.kind), line.cause, content_digest)
        yield {
            "ticket_id": ticket_id, "position": position, "at": at, "actor_kind": str(actor.kind),
            "cause": line.cause, "content": content, "salt": salt, "content_digest": content_digest,
            "digest": previous,
        }  # fmt: skip


def _content_digest(salt: bytes, content: Any) -> bytes:
    return hashlib.sha256(salt + canonical(content).encode()).digest()


def _digest(
    previous: bytes, ticket_id: int, position: int, at: datetime, kind: str, cause: str, content_digest: bytes
) -> bytes:
    metadata = canonical([ticket_id, position, rfc3339(at), kind, cause])
    return hashlib.sha256(previous + metadata.encode() + b"\0" + content_digest).digest()


def lines(conn: Connection, ticket_id: int) -> list[HistoryLine]:
    """Return the history, oldest first."""
    return [_line(row) for row in conn.execute(_ALL, {"of_ticket": ticket_id})]


def _line(row: Any) -> HistoryLine:
    content = row.content or {}
    return HistoryLine(
        position=row.position,
        at=row.at,
        actor=Actor(ActorKind(row.actor_kind), content.get("name", ""), content.get("address")),
        cause=row.cause,
        change=content.get("change", {}),
        digest=bytes(row.digest).hex(),
        erased=row.content is None,
    )


def erase(conn: Connection, ticket_id: int, positions: Sequence[int]) -> None:
    """Drop content and salt of some lines; their digests stay."""
    conn.execute(
        update(history)
        .where(history.c.ticket_id == ticket_id, history.c.position.in_(positions))
        .values(content=None, salt=None)
    )


def verify(conn: Connection, ticket_id: int) -> list[str]:
    """Return what is wrong with the chain, in words; nothing when it holds.

    A cut at the end leaves a chain that holds: backups and exports carry the last digest for that.
    """
    problems: list[str] = []
    previous = _START
    for expected, row in enumerate(conn.execute(_ALL, {"of_ticket": ticket_id}), start=1):
        where = f"ticket {ticket_id}, line {row.position}"
        if row.position != expected:
            problems.append(f"{where}: line {expected} is missing")
            break
        if row.content is not None and _content_digest(bytes(row.salt or b""), row.content) != row.content_digest:
            problems.append(f"{where}: the content was changed")
        computed = _digest(previous, ticket_id, row.position, row.at, row.actor_kind, row.cause, row.content_digest)
        if computed != row.digest:
            problems.append(f"{where}: the chain is broken")
        previous = bytes(row.digest)
    return problems
