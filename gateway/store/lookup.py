"""Everything the store knows of the clues of a message, in as few questions as possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from gateway.store import contacts
from gateway.store import outbox as outbox_store
from gateway.store.column_types import UTCDateTime
from gateway.store.prepared import Prepared
from gateway.store.schema import bearers, entries, foreign_references, message_ids, outbox
from gateway.store.ticket_rows import load
from gateway.tickets.case import BearerMatch, Found, KnownMessage
from gateway.tickets.thread import Clues

_IN: BindParameter[Any] = bindparam("wanted", expanding=True)
_SAME = Prepared(select(entries.c.ticket_id, entries.c.id).where(entries.c.content_key == bindparam("of_content")))
_BEARERS = Prepared(
    select(bearers, outbox.c.id.label("sent_as"))
    .join_from(bearers, outbox, outbox.c.notice_id == bearers.c.notice_id, isouter=True)
    .where(
        bearers.c.hash.in_(_IN),
        bearers.c.revoked_at.is_(None),
        bearers.c.expires_at > bindparam("at_now", type_=UTCDateTime),
    )
)
_MESSAGES = Prepared(
    select(message_ids, outbox.c.id.label("mail_id"), outbox.c.message_id.label("given_id"))
    .join_from(message_ids, outbox, outbox.c.notice_id == message_ids.c.notice_id, isouter=True)
    .where(message_ids.c.message_id.in_(_IN))
    .order_by(message_ids.c.id)
)
_FOREIGN = Prepared(
    select(foreign_references).where(foreign_references.c.reference.in_(_IN)).order_by(foreign_references.c.ticket_id)
)


def find(conn: Connection, clues: Clues, sender_key: str | None, now: datetime) -> Found:
    """Return what the clues lead to. A message without clues costs two questions: the contact, the same content.

    Expired and revoked bearers are left out; tickets that were merged come with those they were merged into.
    """
    found_bearers = (*_bearers(conn, dict(clues.bearer_hashes), now), *_envelope(conn, clues.envelope_hash))
    messages = _messages(conn, clues.message_ids)
    foreign = _foreign(conn, clues.foreign)
    same = _SAME.first(conn, {"of_content": clues.content_key}) if clues.content_key else None
    named: Iterable[int | None] = (
        *(bearer.ticket_id for bearer in found_bearers),
        *(message.ticket_id for message in messages),
        *foreign.values(),
        *((same[0],) if same else ()),
    )
    tickets = load(conn, (ticket for ticket in named if ticket is not None), clues.numbers)
    return Found(
        bearers=found_bearers,
        messages=messages,
        tickets={ticket.id: ticket for ticket in tickets},
        by_number={ticket.number: ticket.id for ticket in tickets if ticket.number in clues.numbers},
        foreign=foreign,
        contact=contacts.get(conn, sender_key) if sender_key else None,
        same_content=(same[0], same[1]) if same else None,
    )


def _bearers(conn: Connection, carriers: Mapping[str, str], now: datetime) -> tuple[BearerMatch, ...]:
    if not carriers:
        return ()
    rows = _BEARERS.all(conn, {"wanted": list(carriers), "at_now": now})
    order = list(carriers)
    return tuple(sorted((_match(row, carriers[row.hash]) for row in rows), key=lambda match: order.index(match.hash)))


def _envelope(conn: Connection, digest: str) -> tuple[BearerMatch, ...]:
    """Return the mail a delivery report names by the ENVID it left with: worth as much as its return address."""
    mail = outbox_store.by_envid(conn, digest) if digest else None
    if mail is None:
        return ()
    return (
        BearerMatch(
            hash=digest, purpose="report", carrier="envid", ticket_id=mail.ticket_id, person=None,
            address=mail.rcpt_to, group=False, journal_id=None, mail_id=mail.id, seen_entry=0,
        ),
    )  # fmt: skip


def _match(row: Any, carrier: str) -> BearerMatch:
    return BearerMatch(
        hash=row.hash,
        purpose=row.purpose,
        carrier=carrier,
        ticket_id=row.ticket_id,
        person=row.person,
        address=row.address,
        group=row.is_group,
        journal_id=row.journal_id,
        mail_id=row.mail_id or row.sent_as,
        seen_entry=row.seen_entry,
        audience=row.audience,
        made_at=row.created_at,
    )


def _messages(conn: Connection, ids: tuple[str, ...]) -> tuple[KnownMessage, ...]:
    if not ids:
        return ()
    rows = _MESSAGES.all(conn, {"wanted": list(ids)})
    known = [
        KnownMessage(
            row.message_id, row.ticket_id, row.entry_id, row.mail_id, row.sent_to,
            row.mail_id is not None and row.message_id != row.given_id,
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(known, key=lambda message: ids.index(message.message_id)))


def _foreign(conn: Connection, references: tuple[str, ...]) -> dict[str, int]:
    if not references:
        return {}
    return {row.reference: row.ticket_id for row in _FOREIGN.all(conn, {"wanted": list(references)})}
