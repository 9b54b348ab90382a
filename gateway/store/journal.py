"""The journal: every message as it came, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from gateway.errors import VersionConflictError
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof
from gateway.store.claim import NOW, Claim, claim_statement, in_state, take
from gateway.store.codec import envelope_of, proof_of
from gateway.store.engine import Store
from gateway.store.intake import INLINE, write_received
from gateway.store.prepared import Prepared
from gateway.store.schema import journal, journal_raw
from gateway.tickets.effects import Settle
from gateway.tickets.model import NOTHING

__all__ = [
    "INLINE", "JournalRow", "claim", "filed_since", "get", "held_about", "list_rows", "load_raw", "mark", "on_its_way", "park", "replay",
    "retry_later", "settle", "wait", "write_received",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A message in the journal: how it came, what was proved, what became of it."""

    id: int
    state: str  # received | done | parked | held | discarded | duplicate
    reason: str
    envelope: Envelope
    proof: Proof
    received_at: datetime
    sha256: str
    size: int
    copies: int  # how often these bytes came
    tries: int
    next_try_at: datetime
    error: str
    ticket_id: int | None
    entry_id: int | None
    in_blobs: bool
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    grant: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    settled_at: datetime | None = None
    waits_since: datetime | None = None


def _row(row: Any) -> JournalRow:
    return JournalRow(
        id=row.id,
        state=row.state,
        reason=row.reason,
        envelope=envelope_of(row),
        proof=proof_of(row.proof),
        received_at=row.received_at,
        sha256=row.sha256,
        size=row.size,
        copies=row.copies,
        tries=row.tries,
        next_try_at=row.next_try_at,
        error=row.error,
        ticket_id=row.ticket_id,
        entry_id=row.entry_id,
        in_blobs=row.in_blobs,
        facts=row.facts or NOTHING,
        grant=row.permission or NOTHING,
        settled_at=row.settled_at,
        waits_since=row.waits_since,
    )


# --- work ---------------------------------------------------------------------------------------------------------

_CLAIM = claim_statement(
    journal,
    and_(in_state(journal, "received"), journal.c.next_try_at <= NOW),
    [journal.c.next_try_at, journal.c.id],
    list(journal.c),
)
_RAW = Prepared(select(journal_raw.c.raw).where(journal_raw.c.journal_id == bindparam("row_id")))


def claim(conn: Connection, now: datetime, worker: str, lease: timedelta, limit: int) -> list[JournalRow]:
    """Take up to `limit` received rows that are due, for `lease`."""
    return [_row(row) for row in take(conn, _CLAIM, Claim(now, worker, lease, limit))]


_ON_ITS_WAY = (
    select(journal.c.id)
    .where(
        in_state(journal, "received"),
        journal.c.id < bindparam("before"),  # of two that name each other only the later one waits
        # NULL: written by a daemon of the first release, which did not look.
        or_(journal.c.message_id.in_(bindparam("ids", expanding=True)), journal.c.message_id.is_(None)),
    )
    .limit(1)
)


def on_its_way(conn: Connection, message_ids: Sequence[str], journal_id: int) -> bool:
    """Say whether a message that came before `journal_id` with one of these Message-IDs is still to be worked on."""
    return conn.execute(_ON_ITS_WAY, {"ids": list(message_ids), "before": journal_id}).first() is not None


def load_raw(store: Store, row: JournalRow) -> bytes:
    """Return the exact bytes received; KeyError when they were erased."""
    if row.in_blobs:
        return store.blobs.get(row.sha256)
    with store.read() as conn:
        found = _RAW.first(conn, {"row_id": row.id})
    if found is None or found[0] is None:
        raise KeyError(row.sha256)
    return bytes(found[0])


_SETTLE = Prepared(
    update(journal)
    .where(journal.c.id == bindparam("row_id"), in_state(journal, "received"))
    .values(
        state=bindparam("to_state"),
        reason=bindparam("because"),
        ticket_id=bindparam("to_ticket"),
        entry_id=bindparam("to_entry"),
        facts=bindparam("of_facts", type_=journal.c.facts.type),
        content_key=bindparam("of_content"),
        settled_at=bindparam("at_time", type_=journal.c.settled_at.type),
        claimed_by=None,
        claimed_until=None,
        error="",
    )
)


def mark(
    conn: Connection,
    journal_id: int,
    state: str,
    reason: str = "",
    ticket_id: int | None = None,
    entry_id: int | None = None,
    facts: Mapping[str, Any] = NOTHING,
    *,
    content_key: str | None = None,
    at: datetime | None = None,
) -> None:
    """Say what became of a received row. VersionConflictError when somebody else has said so already."""
    found = _SETTLE.count(
        conn,
        {
            "row_id": journal_id,
            "to_state": state,
            "because": reason,
            "to_ticket": ticket_id,
            "to_entry": entry_id,
            "of_facts": facts or None,
            "of_content": content_key,
            "at_time": at,
        },
    )
    if found != 1:
        raise VersionConflictError(f"journal row {journal_id} is settled already")


_FREE = {"claimed_by": None, "claimed_until": None}


def retry_later(conn: Connection, journal_id: int, tries: int, at: datetime, error: str) -> None:
    """Let the row be tried again at `at`; `tries` is the new count."""
    conn.execute(
        update(journal)
        .where(journal.c.id == journal_id, in_state(journal, "received"))
        .values(tries=tries, next_try_at=at, error=error, **_FREE)
    )


def wait(conn: Connection, row: JournalRow, now: datetime, at: datetime) -> None:
    """Let the row be looked at again at `at`: what it answers is still worked on. No attempt is counted."""
    conn.execute(
        update(journal)
        .where(journal.c.id == row.id, in_state(journal, "received"))
        .values(waits_since=row.waits_since or now, next_try_at=at, error="waits for the message it answers", **_FREE)
    )


def park(conn: Connection, journal_id: int, reason: str, error: str = "") -> None:
    """Put aside what we failed at; an admin replays it."""
    conn.execute(
        update(journal)
        .where(journal.c.id == journal_id, in_state(journal, "received"))
        .values(state="parked", reason=reason, error=error, **_FREE)
    )


def settle(conn: Connection, decision: Settle, now: datetime) -> bool:
    """Carry out a person's decision of a held or parked row; False when it was decided before."""
    again = decision.state == "received"
    found = conn.execute(
        update(journal)
        .where(journal.c.id == decision.journal_id, in_state(journal, "held", "parked"))
        .values(
            state=decision.state,
            reason=decision.reason,
            permission=dict(decision.grant) or None,
            settled_at=None if again else now,
            tries=0,
            next_try_at=now,
            **_FREE,
        )
    )
    return found.rowcount == 1


def replay(conn: Connection, journal_id: int, now: datetime, grant: Mapping[str, Any] = NOTHING) -> bool:
    """Let a row that is not done be worked on again; False when there is none or it is done."""
    found = conn.execute(
        update(journal)
        .where(journal.c.id == journal_id, in_state(journal, "received", "held", "parked", "discarded"))
        .values(
            state="received", reason="", error="", permission=dict(grant) or None,
            settled_at=None, tries=0, next_try_at=now, **_FREE,
        )
    )  # fmt: skip
    return found.rowcount == 1


# --- looking ------------------------------------------------------------------------------------------------------


def get(conn: Connection, journal_id: int) -> JournalRow | None:
    """Return the row, or None."""
    row = conn.execute(select(journal).where(journal.c.id == journal_id)).first()
    return None if row is None else _row(row)


def list_rows(conn: Connection, state: str | None = None, limit: int = 100) -> list[JournalRow]:
    """Return the newest rows, newest first."""
    query = select(journal).order_by(journal.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(in_state(journal, state) if state.isalpha() else journal.c.state == state)
    return [_row(row) for row in conn.execute(query)]


def filed_since(conn: Connection, reason: str, since: datetime, limit: int = 100) -> list[JournalRow]:
    """Return the rows that were filed without a ticket for that reason since then, newest first."""
    filed = (in_state(journal, "done"), journal.c.ticket_id.is_(None), journal.c.settled_at > since)
    query = select(journal).where(*filed, journal.c.reason == reason).order_by(journal.c.settled_at.desc()).limit(limit)
    return [_row(row) for row in conn.execute(query)]


def held_about(conn: Connection, ticket_id: int) -> list[JournalRow]:
    """Return the rows that wait for a person's decision and seem to belong to the ticket."""
    query = select(journal).where(journal.c.ticket_id == ticket_id, in_state(journal, "held")).order_by(journal.c.id)
    return [_row(row) for row in conn.execute(query)]
