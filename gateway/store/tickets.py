"""Tickets: opening, reading, changing under the version guard, listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as insert_once

from gateway.errors import VersionConflictError
from gateway.store import contacts
from gateway.store.codec import address_key
from gateway.store.entries import add_entry, get_entry, newest
from gateway.store.prepared import Prepared
from gateway.store.schema import foreign_references, notices, numbers, outbox, outbox_raw, participants, tickets
from gateway.store.ticket_rows import from_rows, load, to_columns
from gateway.tickets.case import Case, SentMail
from gateway.tickets.effects import OpenTicket
from gateway.tickets.model import Participant, Status, Ticket

__all__ = [
    "add_entry", "answered_mail", "by_number", "get", "get_entry", "join", "leave", "list_tickets", "load_case",
    "lock", "open_per_owner", "open_ticket", "update",
]  # fmt: skip

SERIES = "ticket"
"""One series of numbers over all desks."""

UNSETTLED: ColumnElement[bool] = literal_column("tickets.status NOT IN ('resolved', 'closed')")
"""Written as in the partial indexes, so that they are used."""

OTHER_OPEN = 5
"""So many other tickets of a requester are shown."""


def get(conn: Connection, ticket_id: int) -> Ticket | None:
    """Return the ticket, or None."""
    return next((ticket for ticket in load(conn, [ticket_id]) if ticket.id == ticket_id), None)


def by_number(conn: Connection, number: int) -> Ticket | None:
    """Return the ticket with that number (the 1042 of ACME-1042), or None."""
    return next((ticket for ticket in load(conn, (), [number]) if ticket.number == number), None)


def lock(conn: Connection, ticket_ids: Sequence[int]) -> None:
    """Lock tickets in the order of their ids: commits that touch several never wait for each other in a ring."""
    conn.execute(select(tickets.c.id).where(tickets.c.id.in_(ticket_ids)).order_by(tickets.c.id).with_for_update())


def load_case(conn: Connection, ticket_id: int, requester_key: str | None = None) -> Case:
    """Return the ticket with its newest entries, its contact and the requester's other open tickets.

    An unknown ticket gives an empty Case. Entries come without HTML and full text (`get_entry` has them).
    """
    ticket = get(conn, ticket_id)
    if ticket is None:
        return Case()
    who = requester_key or address_key(ticket.requester.address)
    return Case(
        ticket=ticket,
        entries=newest(conn, ticket_id),
        contact=contacts.get(conn, who),
        other_open=other_open(conn, who, ticket_id),
    )


_OTHERS = Prepared(
    select(tickets.c.prefix, tickets.c.number, tickets.c.subject, tickets.c.status)
    .where(tickets.c.requester_key == bindparam("who"), tickets.c.id != bindparam("not_this"), UNSETTLED)
    .order_by(tickets.c.id.desc())
    .limit(OTHER_OPEN)
)


def other_open(conn: Connection, requester_key: str, ticket_id: int = 0) -> tuple[tuple[str, str, str], ...]:
    """Return reference, subject and status of his open tickets but this one, newest first."""
    rows = _OTHERS.all(conn, {"who": requester_key, "not_this": ticket_id})
    return tuple((f"{row.prefix}-{row.number}", row.subject, row.status) for row in rows)


# --- opening ------------------------------------------------------------------------------------------------------

_NEXT = Prepared(
    sa.update(numbers)
    .where(numbers.c.series == bindparam("of_series"))
    .values(last=numbers.c.last + 1)
    .returning(numbers.c.last)
)
_OPEN = Prepared(insert(tickets).returning(tickets.c.id))
_JOIN = Prepared(insert_once(participants).on_conflict_do_nothing())
_COLUMNS = tuple(field.name for field in fields(Ticket) if field.name not in {"id", "participants", "children"})


def open_ticket(conn: Connection, effect: OpenTicket, now: datetime, *, status: Status = Status.NEW) -> Ticket:
    """Write a new ticket with the next number and return it; its requester is its first participant.

    The number's row stays locked until the commit: numbers are unique and, as a rollback gives one back, without gaps.
    """
    number: int = _NEXT.first(conn, {"of_series": SERIES})[0]
    ticket = Ticket(
        **{
            "status": status,
            "participants": (Participant(effect.requester.address, effect.requester.name, "requester"),),
            **effect.values,
            "id": 0, "number": number, "prefix": effect.prefix, "desk": effect.desk, "subject": effect.subject,
            "requester": effect.requester, "created_at": now,
        }
    )  # fmt: skip
    ticket_id: int = _OPEN.first(conn, _row_of(ticket, now))[0]
    _join(conn, ticket_id, ticket.participants)
    _refer(conn, ticket_id, ticket.foreign_references)
    return replace(ticket, id=ticket_id)


def _row_of(ticket: Ticket, now: datetime) -> dict[str, Any]:
    return {**to_columns({name: getattr(ticket, name) for name in _COLUMNS}), "updated_at": now}


# --- changing -----------------------------------------------------------------------------------------------------


@lru_cache(256)
def _change(names: tuple[str, ...]) -> Prepared:
    """Return the guarded statement that sets these columns; there are few combinations."""
    values = {name: bindparam(f"to_{name}", type_=tickets.c[name].type) for name in names}
    guard = and_(tickets.c.id == bindparam("row_id"), tickets.c.version == bindparam("seen"))
    return Prepared(sa.update(tickets).where(guard).values({"version": tickets.c.version + 1, **values}))


def update(
    conn: Connection, ticket_id: int, seen_version: int, values: Mapping[str, Any], *, at: datetime | None = None
) -> int:
    """Set fields of a ticket that nobody changed since `seen_version`; return the new version.

    Empty `values` only raise the version. `participants` are changed by `join` and `leave`.
    VersionConflictError: load and decide anew.
    """
    columns = to_columns(values) | ({} if at is None else {"updated_at": at})
    bound = {f"to_{name}": value for name, value in columns.items()} | {"row_id": ticket_id, "seen": seen_version}
    if _change(tuple(sorted(columns))).count(conn, bound) != 1:
        raise VersionConflictError(f"ticket {ticket_id} is no longer at version {seen_version}")
    if "foreign_references" in values:
        conn.execute(delete(foreign_references).where(foreign_references.c.ticket_id == ticket_id))
        _refer(conn, ticket_id, values["foreign_references"])
    return seen_version + 1


def join(conn: Connection, ticket_id: int, participant: Participant) -> None:
    """Let somebody take part; nothing when he does."""
    _join(conn, ticket_id, [participant])


def leave(conn: Connection, ticket_id: int, address: str) -> None:
    """Let somebody take part no more."""
    conn.execute(
        delete(participants).where(
            participants.c.ticket_id == ticket_id, participants.c.address_key == address_key(address)
        )
    )


def _join(conn: Connection, ticket_id: int, people: Sequence[Participant]) -> None:
    rows = [
        {
            "ticket_id": ticket_id, "address_key": address_key(who.address), "address": who.address,
            "name": who.name, "role": who.role, "since_entry": who.since_entry,
        }
        for who in people
    ]  # fmt: skip
    _JOIN.run(conn, *rows)


def _refer(conn: Connection, ticket_id: int, references: Sequence[str]) -> None:
    if references:
        rows = [{"reference": reference, "ticket_id": ticket_id} for reference in dict.fromkeys(references)]
        conn.execute(insert(foreign_references), rows)


# --- looking ------------------------------------------------------------------------------------------------------

_SORTS = {"created_at", "updated_at", "number", "status", "owner", "priority", "desk", "subject"}


def list_tickets(
    conn: Connection, filters: Mapping[str, Any] | None = None, sort: str = "-updated_at", limit: int = 100
) -> list[Ticket]:
    """Return tickets for a view.

    `filters`: a field with a value, a tuple of values or None (not set); further `open` (bool), `requester` (address),
    `participant` (address), `tag`, `created_since`, `created_before`, `updated_since`, `updated_before` (times).
    `sort`: a field, `-` in front for descending. ValueError for what is not known.
    """
    query = select(tickets).limit(limit)
    for name, value in (filters or {}).items():
        query = query.where(_condition(name, value))
    return from_rows(conn, conn.execute(_sorted(query, sort)).all())


def _sorted(query: Select[Any], sort: str) -> Select[Any]:
    name = sort.removeprefix("-")
    if name not in _SORTS:
        raise ValueError(f"tickets cannot be sorted by {name!r}")
    order = (tickets.c[name], tickets.c.id)
    return query.order_by(*((column.desc() for column in order) if sort.startswith("-") else order))


def _condition(name: str, value: Any) -> ColumnElement[bool]:  # one line for each kind of filter
    match name:
        case "open":
            return UNSETTLED if value else ~UNSETTLED
        case "requester":
            return tickets.c.requester_key == address_key(value)
        case "participant":
            member = select(participants.c.ticket_id).where(participants.c.address_key == address_key(value))
            return tickets.c.id.in_(member)
        case "tag":
            return tickets.c.tags.cast(tickets.c.desk.type).contains(_quoted(value), autoescape=True)
        case "created_since" | "updated_since":
            since: ColumnElement[bool] = tickets.c[name.replace("since", "at")] >= value
            return since
        case "created_before" | "updated_before":
            before: ColumnElement[bool] = tickets.c[name.replace("before", "at")] < value
            return before
        case _ if name in tickets.c:
            return _equals(tickets.c[name], value)
        case _:
            raise ValueError(f"tickets cannot be filtered by {name!r}")


def _equals(column: Column[Any], value: Any) -> ColumnElement[bool]:
    if isinstance(value, tuple | list | set | frozenset):
        present = [item for item in value if item is not None]
        return or_(column.in_(present), column.is_(None)) if None in value else column.in_(present)
    return column.is_(None) if value is None else column == value


def _quoted(tag: str) -> str:
    return '"' + tag.replace('"', '\\"') + '"'


def open_per_owner(conn: Connection) -> dict[str, int]:
    """Return how many open tickets each operator owns; the load for assigning the next one."""
    query = (
        select(tickets.c.owner, func.count()).where(tickets.c.owner.is_not(None), UNSETTLED).group_by(tickets.c.owner)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


_ANSWERED = Prepared(
    select(outbox.c.id, outbox.c.entry_id, outbox_raw.c.internal_lines, outbox_raw.c.public_lines, notices.c.facts)
    .join_from(outbox, outbox_raw, outbox_raw.c.mail_id == outbox.c.id)
    .outerjoin(notices, notices.c.id == outbox.c.notice_id)
    .where(outbox.c.id == bindparam("wanted"))
)


def answered_mail(conn: Connection, mail_id: int) -> SentMail | None:
    """Return what the leak check needs of the mail of ours that was answered, and where it said that answers go."""
    row = _ANSWERED.one(conn, {"wanted": mail_id})
    if row is None:
        return None
    internal = ((row.facts or {}).get("facts") or {}).get("where_answer_goes") == "internal"
    lines = tuple(row.internal_lines or ()), tuple(row.public_lines or ())
    return SentMail(row.id, row.entry_id, *lines, answers_stay=internal)
