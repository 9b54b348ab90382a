"""Whether subaddresses of a desk arrive: a mail was sent to one, and came back or did not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite as well

from gateway.store.prepared import Prepared
from gateway.store.schema import subaddress_probes

PATIENCE: Final = timedelta(minutes=30)
"""After which a mail that did not come back says no; one that comes later says yes all the same."""

_insert = insert(subaddress_probes)
_BEGIN = _insert.on_conflict_do_update(
    index_elements=[subaddress_probes.c.address],
    set_={
        "mark": _insert.excluded.mark,
        # Asked again after a no, it is a no until the answer comes: replies sent in between would be lost.
        "sent_at": case(
            (subaddress_probes.c.came_at.is_(None), subaddress_probes.c.sent_at), else_=_insert.excluded.sent_at
        ),
        "came_at": None,
    },
)
_ONE = Prepared(
    select(subaddress_probes.c.sent_at, subaddress_probes.c.came_at).where(
        subaddress_probes.c.address == bindparam("address")
    )
)


def begin(conn: Connection, address: str, mark: str, now: datetime) -> None:
    """A mail with this mark goes to a subaddress of `address`; that one is waited for, and none before."""
    conn.execute(_BEGIN, {"address": address, "mark": mark, "sent_at": now, "came_at": None})


def came(conn: Connection, mark: str, now: datetime) -> bool:
    """The mail with this mark came back; say whether it was waited for."""
    waiting = update(subaddress_probes).where(subaddress_probes.c.mark == mark, subaddress_probes.c.came_at.is_(None))
    return conn.execute(waiting.values(came_at=now)).rowcount == 1


def arrive(conn: Connection, address: str, now: datetime) -> bool | None:
    """Say whether subaddresses of `address` arrive: None where nobody tried, or it is too soon to say."""
    row = _ONE.one(conn, {"address": address})
    if row is None:
        return None
    return True if row.came_at is not None else False if now - row.sent_at > PATIENCE else None
