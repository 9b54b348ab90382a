"""Between `Ticket` and its row: scalars are columns, lists and mappings are JSON, participants are rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from gateway.mail.message import Address
from gateway.store.codec import address_key
from gateway.store.prepared import Prepared
from gateway.store.schema import participants, tickets
from gateway.tickets.model import NOTHING, Participant, Status, Ticket

_LISTS = ("tags", "watchers", "links", "foreign_references", "steps", "promises")
_ELSEWHERE = {"requester", "participants", "children", "status", "fields", *_LISTS}
_PLAIN = tuple(field.name for field in fields(Ticket) if field.name not in _ELSEWHERE)

_IN: BindParameter[Any] = bindparam("wanted", expanding=True)
_PARTICIPANTS = Prepared(
    select(participants)
    .where(participants.c.ticket_id.in_(_IN))
    .order_by(participants.c.ticket_id, participants.c.since_entry, participants.c.address_key)
)
_CHILDREN = Prepared(
    select(tickets.c.parent, tickets.c.id)
    .where(tickets.c.parent.in_(_IN), tickets.c.parent.is_not(None))
    .order_by(tickets.c.id)
)


def to_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns for some fields of a ticket; `participants` and `children` have rows of their own."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "requester":
                columns |= {
                    "requester_name": value.name,
                    "requester_address": value.address,
                    "requester_key": address_key(value.address),
                }
            case "status":
                columns[name] = str(value)
            case "fields":
                columns[name] = dict(value) or None
            case _ if name in _LISTS:
                columns[name] = list(value) or None
            case _:
                columns[name] = value
    return columns


def from_rows(conn: Connection, rows: Sequence[Any]) -> list[Ticket]:
    """Return the tickets of `rows`, whole: two queries more, however many they are."""
    if not rows:
        return []
    wanted = {"wanted": [row.id for row in rows]}
    people: dict[int, list[Participant]] = defaultdict(list)
    for who in _PARTICIPANTS.all(conn, wanted):
        people[who.ticket_id].append(Participant(who.address, who.name, who.role, who.since_entry))
    children: dict[int, list[int]] = defaultdict(list)
    for parent, child in _CHILDREN.all(conn, wanted):
        children[parent].append(child)
    return [from_row(row, people[row.id], children[row.id]) for row in rows]


def from_row(row: Any, people: Iterable[Participant] = (), children: Iterable[int] = ()) -> Ticket:
    """Return the ticket of one row."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    values |= {name: tuple(getattr(row, name) or ()) for name in _LISTS}
    return Ticket(
        **values,
        status=Status(row.status),
        requester=Address(row.requester_name, row.requester_address),
        fields=row.fields or NOTHING,
        participants=tuple(people),
        children=tuple(children),
    )


_BY_ID = Prepared(select(tickets).where(tickets.c.id.in_(_IN)))
_BY_ID_OR_NUMBER = Prepared(
    select(tickets).where(or_(tickets.c.id.in_(_IN), tickets.c.number.in_(bindparam("numbers", expanding=True))))
)


def load(conn: Connection, ids: Iterable[int], numbers: Sequence[int] = ()) -> list[Ticket]:
    """Return the tickets with one of these ids or numbers, and those they were merged into."""
    wanted = list(dict.fromkeys(ids))
    if not wanted and not numbers:
        return []
    if numbers:
        rows = _BY_ID_OR_NUMBER.all(conn, {"wanted": wanted, "numbers": list(numbers)})
    else:
        rows = _BY_ID.all(conn, {"wanted": wanted})
    known = {row.id for row in rows}
    while missing := {row.merged_into for row in rows if row.merged_into is not None} - known:
        known |= missing
        rows += _BY_ID.all(conn, {"wanted": sorted(missing)})
    return from_rows(conn, rows)
