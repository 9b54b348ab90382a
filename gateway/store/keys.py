"""MAC keys: made by the first migration, rotated by `gateway keys rotate`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from gateway import clock
from gateway.mail.identity import Keys
from gateway.store.schema import keys


def load_keys(conn: Connection) -> Keys:
    """Return the newest key and the previous ones, newest first."""
    newest, *previous = conn.execute(select(keys.c.secret).order_by(keys.c.id.desc())).scalars()
    return Keys(bytes(newest), tuple(map(bytes, previous)))


def rotate(conn: Connection, now: datetime) -> Keys:
    """Make a new key that signs from now on; the previous ones still verify what was sent."""
    conn.execute(update(keys).where(keys.c.replaced_at.is_(None)).values(replaced_at=now))
    conn.execute(insert(keys).values(secret=clock.secret(), created_at=now))
    return load_keys(conn)
