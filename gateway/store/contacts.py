"""People outside: what mails taught about them, and whether mail to them is pointless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.store.codec import address_key
from gateway.store.prepared import Prepared
from gateway.store.schema import contacts
from gateway.tickets.effects import Remember
from gateway.tickets.model import Contact

_ONE = Prepared(select(contacts).where(contacts.c.address_key == bindparam("who")))

_insert = insert(contacts)
_REMEMBER = Prepared(
    _insert.on_conflict_do_update(
        index_elements=[contacts.c.address_key],
        set_={
            "name": func.coalesce(func.nullif(_insert.excluded.name, ""), contacts.c.name),
            "language": func.coalesce(_insert.excluded.language, contacts.c.language),
            "first_seen": func.coalesce(contacts.c.first_seen, _insert.excluded.first_seen),
            "last_seen": _insert.excluded.last_seen,
        },
    )
)
_MUTE = _insert.on_conflict_do_update(
    index_elements=[contacts.c.address_key],
    set_={"muted": _insert.excluded.muted, "muted_at": _insert.excluded.muted_at},
)
_UNMUTE = update(contacts).where(contacts.c.address_key == bindparam("who")).values(muted=None, muted_at=None)
_MUTED = Prepared(
    select(contacts.c.address_key, contacts.c.muted).where(
        contacts.c.address_key.in_(bindparam("people", expanding=True)), contacts.c.muted.is_not(None)
    )
)


def contact_of(row: Any) -> Contact:
    """Return the contact of one row."""
    return Contact(
        address=row.address,
        name=row.name,
        language=row.language,
        organisation=row.organisation,
        muted=row.muted,
        known=row.first_seen is not None,
    )


def get(conn: Connection, address: str) -> Contact | None:
    """Return the contact with this address, or None."""
    row = _ONE.one(conn, {"who": address_key(address)})
    return None if row is None else contact_of(row)


def remember(conn: Connection, effect: Remember, now: datetime) -> None:
    """Keep what a mail of theirs taught; what it did not say stays as it was. Once known, always known."""
    _REMEMBER.run(
        conn,
        {
            "address_key": address_key(effect.address), "address": effect.address, "name": effect.name,
            "language": effect.language, "first_seen": now if effect.known else None, "last_seen": now,
        },
    )  # fmt: skip


def mute(conn: Connection, address: str, reason: str, now: datetime) -> None:
    """Send nothing to this address until `unmute`."""
    conn.execute(_MUTE, {"address_key": address_key(address), "address": address, "muted": reason, "muted_at": now})


def unmute(conn: Connection, address: str) -> None:
    """Send to this address again."""
    conn.execute(_UNMUTE, {"who": address_key(address)})


def row_of(conn: Connection, address: str) -> dict[str, Any] | None:
    """Return all that is known of this address, for people and programs to read; None where nothing is."""
    row = conn.execute(select(contacts).where(contacts.c.address_key == address_key(address))).first()
    return None if row is None else _told(row)


def list_rows(conn: Connection, limit: int, *, muted: bool = False) -> list[dict[str, Any]]:
    """Return the contacts, who was seen last first; with `muted` only those nothing is sent to."""
    query = select(contacts).order_by(contacts.c.last_seen.desc().nulls_last(), contacts.c.address_key).limit(limit)
    return [_told(row) for row in conn.execute(query.where(contacts.c.muted.is_not(None)) if muted else query)]


def _told(row: Any) -> dict[str, Any]:
    times = {name: getattr(row, name) for name in ("muted_at", "first_seen", "last_seen")}
    plain = {name: getattr(row, name) for name in ("address", "name", "language", "organisation", "muted")}
    return plain | {name: None if at is None else at.isoformat() for name, at in times.items()}


def muted(conn: Connection, addresses: Sequence[str]) -> dict[str, str]:
    """Return why nothing is sent, by comparable address, for those of `addresses` that are muted."""
    people = [address_key(address) for address in addresses]
    return {row.address_key: row.muted for row in _MUTED.all(conn, {"people": people})} if people else {}
