"""How much automatic mail went to outside addresses, counted from the notices themselves (mails: budgets)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from gateway.store.codec import address_key
from gateway.store.column_types import UTCDateTime
from gateway.store.prepared import Prepared
from gateway.store.schema import notices

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_FORTNIGHT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Counts:
    """Automatic mails to the outside: to this address about this ticket, to it at all, to all strangers, to all."""

    ticket_day: int
    address_day: int
    strangers_hour: int
    hour: int


_BUDGETED: ColumnElement[bool] = literal_column("notices.budgeted")
_to_address = (
    select(func.count())
    .select_from(notices)
    .where(
        _BUDGETED,
        notices.c.address_key == bindparam("who"),
        notices.c.created_at > bindparam("since_day", type_=UTCDateTime),
    )
)
_in_hour = (
    select(func.count())
    .select_from(notices)
    .where(_BUDGETED, notices.c.created_at > bindparam("since_hour", type_=UTCDateTime))
)
_IN_HOUR = Prepared(_in_hour)
_COUNTS = Prepared(
    select(
        _to_address.where(notices.c.ticket_id == bindparam("of_ticket")).scalar_subquery().label("ticket_day"),
        _to_address.scalar_subquery().label("address_day"),
        _in_hour.where(notices.c.stranger).scalar_subquery().label("strangers_hour"),
        _in_hour.scalar_subquery().label("hour"),
    )
)
_TIMES = select(notices.c.created_at).where(
    _BUDGETED,
    notices.c.created_at > bindparam("since", type_=UTCDateTime),
    notices.c.created_at <= bindparam("until", type_=UTCDateTime),
)


def counts(conn: Connection, address: str, ticket_id: int | None, now: datetime) -> Counts:
    """Return what was sent so far, in one question."""
    row = _COUNTS.one(
        conn,
        {"who": address_key(address), "of_ticket": ticket_id, "since_day": now - _DAY, "since_hour": now - _HOUR},
    )
    return Counts(row.ticket_day, row.address_day, row.strangers_hour, row.hour)


def in_hour(conn: Connection, now: datetime) -> int:
    """Return how much automatic mail to the outside the last hour had."""
    found = _IN_HOUR.first(conn, {"since_hour": now - _HOUR})
    return int(found[0])


def busiest_hour(conn: Connection, now: datetime) -> int:
    """Return the most automatic mails of one clock hour in two weeks before the last hour; ask seldom, it reads them all."""
    hours: dict[datetime, int] = {}
    for at in conn.execute(_TIMES, {"since": now - _FORTNIGHT, "until": now - _HOUR}).scalars():
        hour = at.replace(minute=0, second=0, microsecond=0)
        hours[hour] = hours.get(hour, 0) + 1
    return max(hours.values(), default=0)
