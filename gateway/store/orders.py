"""Messages of operators by their own Message-ID: an order is done once, whoever sends it again to another address (A08)."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from gateway.store.prepared import Prepared
from gateway.store.schema import message_ids

_KNOWN = Prepared(select(message_ids.c.id).where(message_ids.c.message_id == bindparam("of_message")).limit(1))
_ADD = Prepared(insert(message_ids))


def remember(conn: Connection, ticket_id: int, message_id: str) -> None:
    """Know a message that left no entry: it held orders only."""
    _ADD.run(conn, {"message_id": message_id, "ticket_id": ticket_id, "entry_id": None})


def came_before(conn: Connection, message_id: str) -> bool:
    """Say whether a message of that id was obeyed or kept before."""
    return _KNOWN.first(conn, {"of_message": message_id}) is not None
