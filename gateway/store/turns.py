"""Whose turn it is in a group: who got its last ticket."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from gateway.store.schema import tickets

_LAST = (
    select(tickets.c.owner)
    .where(tickets.c.group == bindparam("of_group"), tickets.c.owner.is_not(None), tickets.c.owner_at.is_not(None))
    .order_by(tickets.c.owner_at.desc(), tickets.c.id.desc())
    .limit(1)
)


def last_owner(conn: Connection, group: str) -> str | None:
    """Return the operator who got the group's last ticket, None before the first."""
    owner: str | None = conn.execute(_LAST, {"of_group": group}).scalar()
    return owner
