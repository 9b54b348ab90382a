"""Bearers: random tokens in mails of ours, kept as hashes with what they are good for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from gateway.store.column_types import UTCDateTime
from gateway.store.prepared import Prepared
from gateway.store.schema import bearers


@dataclass(frozen=True, slots=True)
class Bearer:
    """A bearer to write: for what, for whom, until when."""

    hash: str
    purpose: str  # ticket | held | confirm | report
    carrier: str  # where it is put: subaddress | message-id | key-line
    address: str  # to whom the mail goes
    expires_at: datetime
    ticket_id: int | None = None
    person: str | None = None
    group: bool = False
    audience: str = "operator"
    journal_id: int | None = None
    notice_id: int | None = None  # the mail it is in, known before there is one
    mail_id: int | None = None
    seen_entry: int = 0


_ADD = Prepared(insert(bearers))
_USED = (
    update(bearers)
    .where(bearers.c.hash == bindparam("of_hash"))
    .values(used_at=bindparam("at_time", type_=UTCDateTime))
)


def add(conn: Connection, items: Sequence[Bearer], now: datetime) -> None:
    """Write bearers, all in one statement."""
    rows = [
        {
            "hash": item.hash, "purpose": item.purpose, "carrier": item.carrier, "ticket_id": item.ticket_id,
            "person": item.person, "address": item.address, "is_group": item.group, "audience": item.audience,
            "journal_id": item.journal_id, "notice_id": item.notice_id, "mail_id": item.mail_id,
            "seen_entry": item.seen_entry, "created_at": now, "expires_at": item.expires_at,
        }
        for item in items
    ]  # fmt: skip
    _ADD.run(conn, *rows)


def revoke(conn: Connection, bearer_hash: str, reason: str, now: datetime) -> bool:
    """Make that one bearer worthless, also as the Message-ID of the same mail; False when it was, or never existed.

    Who was forwarded a mail has both. What its delivery reports come back to stays.
    """
    same = select(bearers.c.notice_id).where(bearers.c.hash == bearer_hash).scalar_subquery()
    sibling = and_(bearers.c.notice_id == same, bearers.c.purpose != "report")
    changed = update(bearers).where(or_(bearers.c.hash == bearer_hash, sibling), bearers.c.revoked_at.is_(None))
    return conn.execute(changed.values(revoked_at=now, revoked_reason=reason)).rowcount > 0


def revoke_all_but(conn: Connection, known: Collection[str], reason: str, now: datetime) -> int:
    """Make every bearer of an operator or group worthless that is not among `known`, who left; return how many."""
    theirs = bearers.c.person.is_not(None) & bearers.c.person.not_in(sorted(known))
    changed = update(bearers).where(theirs, bearers.c.purpose != "report", bearers.c.revoked_at.is_(None))
    return conn.execute(changed.values(revoked_at=now, revoked_reason=reason)).rowcount


def touch(conn: Connection, bearer_hash: str, now: datetime) -> None:
    """Note that it was used."""
    conn.execute(_USED, {"of_hash": bearer_hash, "at_time": now})


def forget(conn: Connection, before: datetime) -> int:
    """Delete what expired before that time; return how many."""
    return conn.execute(bearers.delete().where(bearers.c.expires_at < before)).rowcount
