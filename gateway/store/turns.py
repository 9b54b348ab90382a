"""Whose turn it is in a group: who got its last ticket."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, text

from gateway.store.schema import tickets

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:of_group, 7240312))")
_LAST = (
    select(tickets.c.owner)
    .where(tickets.c.group == bindparam("of_group"), tickets.c.owner.is_not(None), tickets.c.owner_at.is_not(None))
    .order_by(tickets.c.owner_at.desc(), tickets.c.id.desc())
    .limit(1)
)


def hold_turns(conn: Connection, group: str) -> None:
    """Let nobody else hand out a ticket of the group until this transaction ends; SQLite has one writer anyhow.

    Groups have no rows. Taken before any other lock of a commit, so that no two commits wait for each other.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(_HOLD, {"of_group": group})


def last_owner(conn: Connection, group: str) -> str | None:
    """Return the operator who got the group's last ticket, None before the first."""
    owner: str | None = conn.execute(_LAST, {"of_group": group}).scalar()
    return owner
