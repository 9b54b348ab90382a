"""Claims: who works on a row and until when. One statement for both databases; an expired claim needs no repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Table,
    bindparam,
    literal_column,
    or_,
    select,
    true,
    update,
)

from gateway.store.column_types import UTCDateTime
from gateway.store.prepared import Prepared
from gateway.store.schema import journal, notices, outbox, timers

NOW = bindparam("at_now", type_=UTCDateTime)
"""The time of a claim, for conditions about what is due."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims how many rows, until when. A worker that dies leaves them to others after `lease`."""

    now: datetime
    worker: str
    lease: timedelta
    limit: int

    def parameters(self) -> dict[str, Any]:
        """Return what `claim_statement` is bound to."""
        return {
            "at_now": self.now,
            "by_worker": self.worker,
            "until_then": self.now + self.lease,
            "at_most": self.limit,
        }


def in_state(table: FromClause, *states: str) -> ColumnElement[bool]:
    """Return `state IN (…)` with the words written out: bound values would keep partial indexes from being used."""
    words: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    return table.c.state == words[0] if len(words) == 1 else table.c.state.in_(words)


def claim_statement(
    table: Table, due: ColumnElement[bool], order: Sequence[Any], columns: Sequence[ColumnElement[Any]]
) -> Prepared:
    """Return the statement that marks due, free rows of `table` as ours and returns them.

    On PostgreSQL rows locked by another claim are skipped; SQLite has one writer and leaves the clause out.
    The rows are picked in a CTE, so that LIMIT holds whatever plan is chosen.
    """
    free = or_(table.c.claimed_until.is_(None), table.c.claimed_until <= NOW)
    picked = (
        select(table.c.id)
        .where(due, free)
        .order_by(*order)
        .limit(bindparam("at_most"))
        .with_for_update(skip_locked=True, of=table)
        .cte("picked")
    )
    return Prepared(
        update(table)
        .where(table.c.id.in_(select(picked.c.id)))
        .values(claimed_by=bindparam("by_worker"), claimed_until=bindparam("until_then", type_=UTCDateTime))
        .returning(*columns)
    )


def take(conn: Connection, statement: Prepared, claim: Claim) -> list[Any]:
    """Run a claim statement; rows in order of id (RETURNING promises none)."""
    return sorted(statement.all(conn, claim.parameters()), key=lambda row: int(row.id))


def release_claims(conn: Connection, of: str = "") -> None:
    """Let every claimed row go, or those of the worker `of` and of its threads, `of/…`.

    Only for workers that have nothing in hand: a daemon that is dead, a thread whose turn ended in trouble.
    """
    waiting = {
        journal: in_state(journal, "received"),  # the partial indexes: a start must not read what is done
        notices: in_state(notices, "ready"),
        outbox: in_state(outbox, "ready", "deferred"),
        timers: true(),
    }
    for table, condition in waiting.items():
        who = table.c.claimed_by
        claimed = or_(who == of, who.startswith(f"{of}/", autoescape=True)) if of else who.is_not(None)
        conn.execute(update(table).where(condition, claimed).values(claimed_by=None, claimed_until=None))
