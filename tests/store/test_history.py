from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from gateway.mail.message import Address
from gateway.store import history, tickets
from gateway.store.engine import Store
from gateway.store.history import Line
from gateway.store.schema import history as table
from gateway.tickets.effects import OpenTicket
from gateway.tickets.model import Actor, ActorKind

NOW = datetime(2026, 11, 2, 9, 0, 0, 123456, tzinfo=UTC)
KARIN = Actor(ActorKind.OPERATOR, "karin", "karin@acme.test")


@pytest.fixture
def ticket_id(store: Store) -> int:
    with store.write() as conn:
        opened = tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", Address("", "a@b.test")), NOW)
        history.append_all(
            conn,
            opened.id,
            NOW,
            KARIN,
            [Line("#take", {"owner": "karin"}), Line("rule A", {"tags": ["å\0"]})],
            new=True,
        )
        history.append(conn, opened.id, NOW, KARIN, "#close", {"status": "closed"})
    return opened.id


def problems(store: Store, ticket_id: int) -> list[str]:
    with store.read() as conn:
        return history.verify(conn, ticket_id)


def test_history_tells_who_changed_what_and_why(store: Store, ticket_id: int):
    with store.read() as conn:
        lines = history.lines(conn, ticket_id)
    assert [(line.position, line.cause) for line in lines] == [(1, "#take"), (2, "rule A"), (3, "#close")]
    assert (lines[0].actor, lines[0].at, lines[0].change) == (KARIN, NOW, {"owner": "karin"})
    assert len({line.digest for line in lines}) == 3
    assert problems(store, ticket_id) == []


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"content": {"name": "bo", "address": None, "change": {}}}, "content was changed"),
        ({"cause": "rule B"}, "chain is broken"),
        ({"at": NOW.replace(year=2025)}, "chain is broken"),
        ({"actor_kind": "rule"}, "chain is broken"),
        ({"content_digest": b"\1" * 32}, "chain is broken"),
        ({"digest": b"\1" * 32}, "chain is broken"),
        ({"salt": b""}, "content was changed"),
    ],
)
def test_a_changed_line_is_found(store: Store, ticket_id: int, values: dict[str, object], problem: str):
    with store.write() as conn:
        conn.execute(update(table).where(table.c.position == 2).values(values))
    assert any(problem in line for line in problems(store, ticket_id))


def test_a_line_taken_out_is_found(store: Store, ticket_id: int):
    with store.write() as conn:
        conn.execute(delete(table).where(table.c.position == 2))
    assert problems(store, ticket_id) == [f"ticket {ticket_id}, line 3: line 2 is missing"]


def test_a_line_moved_to_another_ticket_is_found(store: Store, ticket_id: int):
    with store.write() as conn:
        other = tickets.open_ticket(conn, OpenTicket("acme", "ACME", "y", Address("", "a@b.test")), NOW).id
        conn.execute(update(table).where(table.c.position == 1).values(ticket_id=other))
    assert problems(store, other) != []


def test_an_erased_line_keeps_the_chain_and_nothing_else(store: Store, ticket_id: int):
    with store.write() as conn:
        history.erase(conn, ticket_id, [1])
    with store.read() as conn:
        first = history.lines(conn, ticket_id)[0]
    assert (first.erased, first.change, first.actor.name, first.actor.address) == (True, {}, "", None)
    assert problems(store, ticket_id) == []


def test_no_lines_are_no_trouble(store: Store, ticket_id: int):
    with store.write() as conn:
        history.append_all(conn, ticket_id, NOW, KARIN, [])
    assert problems(store, ticket_id) == []
