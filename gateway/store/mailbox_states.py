"""How each mailbox is doing, as its poller last said: for `gateway mailbox list`, status and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite as well

from gateway.store.schema import mailbox_states


@dataclass(frozen=True, slots=True)
class Doing:
    """A mailbox: what its poller does, its last trouble, and since when it is well or not."""

    mailbox: str
    phase: str
    error: str | None
    failures: int  # in a row
    last_success: datetime | None
    updated_at: datetime


_insert = insert(mailbox_states)
_PUT = _insert.on_conflict_do_update(
    index_elements=[mailbox_states.c.mailbox],
    set_={name: _insert.excluded[name] for name in ("phase", "error", "failures", "last_success", "updated_at")},
)


def put(conn: Connection, doing: Doing) -> None:
    """Write it down."""
    conn.execute(
        _PUT,
        {
            "mailbox": doing.mailbox, "phase": doing.phase, "error": doing.error, "failures": doing.failures,
            "last_success": doing.last_success, "updated_at": doing.updated_at,
        },
    )  # fmt: skip


def states(conn: Connection) -> dict[str, Doing]:
    """Return every mailbox a poller ever spoke of, by name."""
    rows = conn.execute(select(mailbox_states).order_by(mailbox_states.c.mailbox))
    return {
        row.mailbox: Doing(row.mailbox, row.phase, row.error, row.failures, row.last_success, row.updated_at)
        for row in rows
    }
