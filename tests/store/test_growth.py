"""What is asked for every mail must not read what is done: each question is answered by an index (SQLite says which)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.mail.message import Address
from gateway.store import (
    bearers,
    budgets,
    contacts,
    delivery,
    entries,
    folded,
    history,
    journal,
    lookup,
    notices,
    outbox,
    status,
    threads,
    tickets,
    timers,
    turns,
)
from gateway.store.claim import release_claims
from gateway.store.engine import Store
from gateway.store.schema import metadata
from gateway.tickets.effects import OpenTicket
from gateway.tickets.thread import Clues

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLUES = Clues((("h", "key-line"),), ("<a@x>",), (1001,), ("INC1",), "k")

ASKED = {
    "claim journal": lambda conn: journal.claim(conn, NOW, "w", MINUTE, 5),
    "claim notices": lambda conn: notices.claim(conn, NOW, "w", MINUTE, 5),
    "claim outbox": lambda conn: delivery.claim(conn, NOW, "w", MINUTE, 5),
    "claim timers": lambda conn: timers.claim_due(conn, NOW, "w", MINUTE, 5),
    "release claims": release_claims,
    "next timer": timers.next_at,
    "find": lambda conn: lookup.find(conn, CLUES, "a@b.test", NOW),
    "load case": lambda conn: tickets.load_case(conn, 1),
    "newest entries": lambda conn: entries.newest(conn, 1),
    "history": lambda conn: history.lines(conn, 1),
    "references": lambda conn: threads.seen_by(conn, 1, "a@b.test"),
    "other open": lambda conn: tickets.other_open(conn, "a@b.test"),
    "turn": lambda conn: turns.last_owner(conn, "first"),
    "load of owners": tickets.open_per_owner,
    "budgets": lambda conn: budgets.counts(conn, "a@b.test", 1, NOW),
    "folding": lambda conn: folded.counts(conn, "a@b.test", 1, NOW),
    "muted": lambda conn: contacts.muted(conn, ["a@b.test"]),
    "held about": lambda conn: journal.held_about(conn, 1),
    "mails of a ticket": lambda conn: outbox.of_ticket(conn, 1),
    "status": lambda conn: status.status(conn, NOW),
    "revoke": lambda conn: bearers.revoke(conn, "h", "x", NOW),
    "a view": lambda conn: tickets.list_tickets(conn, {"desk": "acme", "open": True}),
    "all open": lambda conn: tickets.list_tickets(conn, {"open": True}, limit=50),
    "his tickets": lambda conn: tickets.list_tickets(conn, {"requester": "a@b.test"}, "-number"),
}
SMALL = {"pauses", "leases", "timers", "keys", "numbers", "mailbox_book", "rule_notes", "picked"}
"""Tables that do not grow with the years; a scan of them is right."""

PARTIAL = {
    index.name
    for table in metadata.sorted_tables
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
"""Indexes over what is not done; to read one from end to end is right."""


@pytest.fixture
def grown(empty_sqlite: Path, tmp_path: Path):
    (tmp_path / "gateway.db").write_bytes(empty_sqlite.read_bytes())
    store = Store(f"sqlite:///{tmp_path}/gateway.db", tmp_path)
    with store.write() as conn:
        tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", Address("", "a@b.test")), NOW)
    yield store
    store.close()


def plans(store: Store, ask: Any) -> list[str]:
    """Return what SQLite would do for every statement of `ask`, line by line."""
    asked: list[str] = []
    with store.write() as conn:
        driver = conn.connection.driver_connection
        driver.set_trace_callback(asked.append)  # with the values written in
        ask(conn)
        driver.set_trace_callback(None)
        rows = [row for statement in asked for row in driver.execute("EXPLAIN QUERY PLAN " + statement)]
    return [row[3] for row in rows]


@pytest.mark.parametrize("name", ASKED)
def test_no_question_of_a_mail_reads_a_whole_table(grown: Store, name: str):
    lines = plans(grown, ASKED[name])
    assert lines
    for line in lines:
        verb, what, *rest = line.split()
        if verb == "SCAN" and what not in SMALL | {"CONSTANT"} and what[0] != "(":
            assert PARTIAL & set(rest), line


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("claim journal", "ix_journal_received"),
        ("claim notices", "ix_notices_ready"),
        ("claim outbox", "ix_outbox_ready"),
        ("claim outbox", "ix_outbox_unsent"),
        ("budgets", "ix_notices_address_budget"),
        ("budgets", "ix_notices_budget"),
        ("folding", "ix_notices_operator"),
        ("load of owners", "ix_tickets_owner"),
        ("turn", "ix_tickets_turns"),
        ("a view", "ix_tickets_unsettled"),
    ],
)
def test_partial_indexes_are_used(grown: Store, name: str, index: str):
    assert any(index in line for line in plans(grown, ASKED[name]))
