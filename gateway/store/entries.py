"""What was said in a ticket: entries and their attachments (metadata; contents are blobs)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal, null, select
from sqlalchemy.exc import IntegrityError

from gateway.errors import VersionConflictError
from gateway.mail.message import Attachment
from gateway.store.codec import addresses_json, addresses_of
from gateway.store.prepared import Prepared
from gateway.store.schema import attachments, entries, message_ids
from gateway.tickets.effects import AddEntry
from gateway.tickets.model import Actor, ActorKind, Entry, Kind, Visibility

_ADD = Prepared(insert(entries).returning(entries.c.id))
_ADD_ATTACHMENTS = Prepared(insert(attachments))
_ADD_MESSAGE_ID = Prepared(insert(message_ids))

_LIGHT = [column for column in entries.c if column.name not in ("html", "full_text")]
_NEWEST = Prepared(
    select(*_LIGHT, null().label("html"), literal("").label("full_text"))
    .where(entries.c.ticket_id == bindparam("of_ticket"))
    .order_by(entries.c.id.desc())
    .limit(bindparam("at_most"))
)
_ONE = select(entries).where(entries.c.id == bindparam("wanted"))
_ATTACHMENTS = Prepared(
    select(attachments)
    .where(attachments.c.entry_id.in_(bindparam("wanted", expanding=True)))
    .order_by(attachments.c.id)
)


def add_entry(
    conn: Connection,
    ticket_id: int,
    effect: AddEntry,
    actor: Actor,
    at: datetime,
    journal_id: int | None = None,
    proof: str = "none",
    *,
    content_key: str | None = None,
) -> Entry:
    """Write an entry, its attachments' metadata and its Message-ID; return it with its id.

    `content_key` makes the commit once only: VersionConflictError where an entry has it already.
    """
    values = _values(ticket_id, effect, actor, at, journal_id, proof, content_key)
    try:
        entry_id: int = _ADD.first(conn, values)[0]
    except IntegrityError as error:
        if content_key is not None and "content_key" in str(error.orig):
            raise VersionConflictError("the same content was committed meanwhile") from error
        raise
    _ADD_ATTACHMENTS.run(conn, *(_attachment_values(entry_id, file) for file in effect.attachments))
    if effect.message_id:
        _ADD_MESSAGE_ID.run(conn, {"message_id": effect.message_id, "ticket_id": ticket_id, "entry_id": entry_id})
    return _entry(entry_id, ticket_id, effect, actor, at, journal_id, proof)


def _values(
    ticket_id: int,
    effect: AddEntry,
    actor: Actor,
    at: datetime,
    journal_id: int | None,
    proof: str,
    content_key: str | None,
) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "at": at,
        "kind": str(effect.kind),
        "visibility": str(effect.visibility),
        "direction": effect.direction,
        "actor_kind": str(actor.kind),
        "actor_name": actor.name,
        "actor_address": actor.address,
        "author_name": effect.author_name,
        "proof": proof,
        "to": addresses_json(effect.to) or None,
        "cc": addresses_json(effect.cc) or None,
        "evidence": list(effect.evidence) or None,
        "verified": effect.verified,
        "folded": effect.folded,
        "message_id": effect.message_id,
        "journal_id": journal_id,
        "content_key": content_key or None,
        "text": effect.text,
        "html": effect.html,
        "full_text": effect.full_text,
    }


def _attachment_values(entry_id: int, file: Attachment) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "inline": file.inline,
        "content_id": file.content_id,
        "sha256": file.sha256,
    }


def _entry(
    entry_id: int, ticket_id: int, effect: AddEntry, actor: Actor, at: datetime, journal_id: int | None, proof: str
) -> Entry:
    return Entry(
        id=entry_id,
        ticket_id=ticket_id,
        at=at,
        kind=effect.kind,
        visibility=effect.visibility,
        direction=effect.direction,
        author=actor,
        author_name=effect.author_name,
        text=effect.text,
        html=effect.html,
        full_text=effect.full_text,
        proof=proof,
        to=effect.to,
        cc=effect.cc,
        attachments=effect.attachments,
        message_id=effect.message_id,
        journal_id=journal_id,
        evidence=effect.evidence,
        verified=effect.verified,
        folded=effect.folded,
    )


def get_entry(conn: Connection, entry_id: int) -> Entry | None:
    """Return one entry whole, with its HTML and full text."""
    return next(iter(_read(conn, conn.execute(_ONE, {"wanted": entry_id}).all())), None)


def newest(conn: Connection, ticket_id: int, limit: int = 200) -> tuple[Entry, ...]:
    """Return the newest entries, oldest first, without HTML and full text (both may be a megabyte)."""
    rows = _NEWEST.all(conn, {"of_ticket": ticket_id, "at_most": limit})
    return _read(conn, rows[::-1])


def whole(conn: Connection, ticket_id: int) -> tuple[Entry, ...]:
    """Return every entry with all it holds, oldest first; for showing and exporting a case."""
    query = select(entries).where(entries.c.ticket_id == ticket_id).order_by(entries.c.id)
    return _read(conn, conn.execute(query).all())


def _read(conn: Connection, rows: Sequence[Any]) -> tuple[Entry, ...]:
    files: dict[int, list[Attachment]] = defaultdict(list)
    if rows:
        for row in _ATTACHMENTS.all(conn, {"wanted": [row.id for row in rows]}):
            files[row.entry_id].append(Attachment(row.name, row.type, row.size, row.inline, row.content_id, row.sha256))
    return tuple(_from_row(row, tuple(files[row.id])) for row in rows)


def _from_row(row: Any, files: tuple[Attachment, ...]) -> Entry:
    return Entry(
        id=row.id,
        ticket_id=row.ticket_id,
        at=row.at,
        kind=Kind(row.kind),
        visibility=Visibility(row.visibility),
        direction=row.direction,
        author=Actor(ActorKind(row.actor_kind), row.actor_name, row.actor_address),
        author_name=row.author_name,
        text=row.text,
        html=row.html,
        full_text=row.full_text,
        proof=row.proof,
        to=addresses_of(row.to),
        cc=addresses_of(row.cc),
        attachments=files,
        message_id=row.message_id,
        journal_id=row.journal_id,
        evidence=tuple(row.evidence or ()),
        verified=row.verified,
        folded=row.folded,
    )
