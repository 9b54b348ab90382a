"""Which Message-IDs a reader has seen in a ticket: what his client threads by."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from gateway.mail.address import key
from gateway.store.prepared import Prepared
from gateway.store.schema import entries, message_ids

_ALL = Prepared(
    select(message_ids.c.message_id, message_ids.c.notice_id, message_ids.c.sent_to, entries.c.actor_address)
    .join_from(message_ids, entries, entries.c.id == message_ids.c.entry_id, isouter=True)
    .where(message_ids.c.ticket_id == bindparam("of_ticket"))
    .order_by(message_ids.c.id)
)


def seen_by(conn: Connection, ticket_id: int, address_key: str) -> tuple[str, ...]:
    """Return the ids of messages he wrote and of mails he was sent, oldest first."""
    rows = _ALL.all(conn, {"of_ticket": ticket_id})
    return tuple(
        row.message_id
        for row in rows
        if key((row.sent_to if row.notice_id is not None else row.actor_address) or "") == address_key
    )


def learn(conn: Connection, ticket_id: int, entry_id: int, message_id: str) -> None:
    """Know a ticket by one more id: a mail of ours as a relay on the way called it. Proves no more than any answer."""
    conn.execute(insert(message_ids).values(message_id=message_id, ticket_id=ticket_id, entry_id=entry_id))
