"""What a rule ran into (a pattern out of time, a field that does not exist), counted instead of logged each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from gateway.store.schema import rule_notes


@dataclass(frozen=True, slots=True)
class RuleNote:
    """One kind of trouble of one rule."""

    rule: str
    note: str
    times: int
    first_at: datetime
    last_at: datetime
    ticket_id: int | None  # the last one it happened to


_insert = insert(rule_notes)
_NOTE = _insert.on_conflict_do_update(
    index_elements=[rule_notes.c.rule, rule_notes.c.note],
    set_={
        "times": rule_notes.c.times + 1,
        "last_at": _insert.excluded.last_at,
        "ticket_id": _insert.excluded.ticket_id,
    },
)


def note(conn: Connection, rule: str, text: str, now: datetime, ticket_id: int | None = None) -> None:
    """Count what a rule ran into."""
    conn.execute(_NOTE, {"rule": rule, "note": text, "first_at": now, "last_at": now, "ticket_id": ticket_id})


def list_notes(conn: Connection) -> list[RuleNote]:
    """Return all notes, the latest first."""
    rows = conn.execute(select(rule_notes).order_by(rule_notes.c.last_at.desc(), rule_notes.c.rule))
    return [RuleNote(row.rule, row.note, row.times, row.first_at, row.last_at, row.ticket_id) for row in rows]


def clear(conn: Connection, before: datetime) -> int:
    """Forget what did not happen since `before`; return how many."""
    return conn.execute(delete(rule_notes).where(rule_notes.c.last_at < before)).rowcount


def clear_rule(conn: Connection, rule: str) -> None:
    """Forget what was noted of one rule."""
    conn.execute(delete(rule_notes).where(rule_notes.c.rule == rule))
