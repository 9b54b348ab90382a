"""Leases: one leader for timers, one poller for each mailbox, among several daemons."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.store.schema import leases

_insert = insert(leases)


def acquire(conn: Connection, name: str, holder: str, now: datetime, lasting: timedelta) -> bool:
    """Take the lease where it is free, run out, or ours; say whether we hold it."""
    taken = _insert.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"holder": _insert.excluded.holder, "until": _insert.excluded.until},
        where=or_(leases.c.until <= now, leases.c.holder == holder),
    ).returning(leases.c.holder)
    values = {"name": name, "holder": holder, "until": now + lasting}
    return conn.execute(taken, [values]).scalar() == holder


def is_held(conn: Connection, name: str, now: datetime) -> bool:
    """Say whether anybody holds it."""
    return conn.execute(select(leases.c.name).where(leases.c.name == name, leases.c.until > now)).first() is not None


def renew(conn: Connection, name: str, holder: str, now: datetime, lasting: timedelta) -> bool:
    """Hold it longer; False when somebody else holds it or it ran out: then stop what it was for."""
    ours = update(leases).where(leases.c.name == name, leases.c.holder == holder, leases.c.until > now)
    return conn.execute(ours.values(until=now + lasting)).rowcount == 1


def release(conn: Connection, name: str, holder: str) -> None:
    """Give it back at a clean stop."""
    conn.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


def release_all(conn: Connection, holder: str) -> None:
    """Give back whatever `holder` has."""
    conn.execute(delete(leases).where(leases.c.holder == holder))


def forget_run_out(conn: Connection, prefix: str, now: datetime) -> list[str]:
    """Delete the leases of that kind which ran out; return who held them."""
    gone = delete(leases).where(leases.c.name.startswith(prefix, autoescape=True), leases.c.until <= now)
    return list(conn.execute(gone.returning(leases.c.holder)).scalars())


def its_time(conn: Connection, now: datetime) -> datetime:
    """Return the time leases are compared by: PostgreSQL's own, as the clocks of several machines differ; else `now`."""
    if conn.dialect.name != "postgresql":
        return now
    at: datetime = conn.execute(select(func.clock_timestamp())).scalar_one()
    return at


def holders(conn: Connection, prefix: str, now: datetime) -> list[str]:
    """Return who holds a lease whose name begins so, and has not run out."""
    begins = leases.c.name.startswith(prefix, autoescape=True)
    return list(
        conn.execute(select(leases.c.holder).where(begins, leases.c.until > now).order_by(leases.c.holder)).scalars()
    )
