"""The journal: every message as it came, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_once  # compiles for SQLite as well

from gateway.errors import VersionConflictError
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof
from gateway.mail.received import Accepted, Received
from gateway.store.claim import NOW, Claim, claim_statement, in_state, take
from gateway.store.codec import envelope_of, envelope_values, proof_json, proof_of
from gateway.store.engine import Store
from gateway.store.prepared import Prepared
from gateway.store.schema import journal, journal_raw
from gateway.tickets.effects import Settle
from gateway.tickets.model import NOTHING

INLINE = 128_000
"""Raw bytes up to this lie in the database (one flush for all); larger ones in the blob store."""

OPEN_STATES = ("received", "held", "parked")
"""A row in one of these is not done yet."""


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
    )


# --- intake -------------------------------------------------------------------------------------------------------

_WRITE = insert_once(journal).on_conflict_do_nothing().returning(journal.c.id, journal.c.sha256)
_WRITE_RAW = insert(journal_raw)
_UID = (journal.c.mailbox, journal.c.folder, journal.c.uidvalidity, journal.c.uid)
_KNOWN = select(journal.c.id, journal.c.sha256, journal.c.state, journal.c.rcpt_to, *_UID)
_COUNT = (
    update(journal)
    .where(journal.c.id == bindparam("row_id"))
    .values(copies=journal.c.copies + 1, rcpt_to=bindparam("recipients", type_=journal.c.rcpt_to.type))
)


def write_received(store: Store, items: Sequence[Received]) -> list[Accepted]:
    """Write all of `items` in one transaction, committed and flushed on return; answers in the same order.

    The same bytes, or the same UID of a folder, add no row: they count as a copy of the first one, and a new
    recipient is added to its envelope while it is not worked on yet.
    """
    digests = [hashlib.sha256(item.raw).hexdigest() for item in items]
    for item in items:
        if len(item.raw) > INLINE:
            store.blobs.put(item.raw)
    with store.write("journal commit") as conn:
        new = _insert(conn, items, digests)
        answers: list[Accepted | None] = [None] * len(items)
        for place, digest in enumerate(digests):
            if digest in new:
                answers[place] = Accepted(new.pop(digest))
        return _answer_copies(conn, items, digests, answers)


def _insert(conn: Connection, items: Sequence[Received], digests: Sequence[str]) -> dict[str, int]:
    """Insert what is new; return its ids by digest."""
    rows = [_values(item, digest) for item, digest in zip(items, digests, strict=True)]
    new: dict[str, int] = {digest: number for number, digest in conn.execute(_WRITE, rows)}
    raws = {digest: item.raw for item, digest in zip(items, digests, strict=True) if len(item.raw) <= INLINE}
    inline = [{"journal_id": number, "raw": raws[digest]} for digest, number in new.items() if digest in raws]
    if inline:
        conn.execute(_WRITE_RAW, inline)
    return new


def _values(item: Received, digest: str) -> dict[str, Any]:
    return {
        **envelope_values(item.envelope),
        "state": "held" if item.held else "received",
        "reason": item.held or "",
        "sha256": digest,
        "size": len(item.raw),
        "in_blobs": len(item.raw) > INLINE,
        "received_at": item.received_at,
        "next_try_at": item.received_at,
        "proof": proof_json(item.proof),
    }


def _answer_copies(
    conn: Connection, items: Sequence[Received], digests: Sequence[str], answers: Sequence[Accepted | None]
) -> list[Accepted]:
    """Fill in the answers of what was there already."""
    copies = [place for place, answer in enumerate(answers) if answer is None]
    if copies:
        by_digest, by_uid = _look_up(conn, [items[place] for place in copies], [digests[place] for place in copies])
    found: list[Accepted] = []
    for place, answer in enumerate(answers):
        if answer is None:
            row = by_digest.get(digests[place]) or by_uid[_uid(items[place].envelope)]
            _count_copy(conn, row, items[place].envelope)
            answer = Accepted(row.id, duplicate=True)  # noqa: PLW2901  # the answer that was missing
        found.append(answer)
    return found


def _look_up(
    conn: Connection, items: Sequence[Received], digests: Sequence[str]
) -> tuple[dict[str, Any], dict[Any, Any]]:
    uids = [uid for item in items if None not in (uid := _uid(item.envelope))]
    condition = journal.c.sha256.in_(digests)
    rows = conn.execute(_KNOWN.where(or_(condition, tuple_(*_UID).in_(uids)) if uids else condition)).all()
    return {row.sha256: row for row in rows}, {tuple(row)[-4:]: row for row in rows}


def _uid(envelope: Envelope) -> tuple[Any, ...]:
    return envelope.mailbox, envelope.folder, envelope.uidvalidity, envelope.uid


def _count_copy(conn: Connection, row: Any, envelope: Envelope) -> None:
    recipients = list(row.rcpt_to)
    if row.state == "received":
        recipients = list(dict.fromkeys((*recipients, *envelope.rcpt_to)))
    conn.execute(_COUNT, {"row_id": row.id, "recipients": recipients})


# --- work ---------------------------------------------------------------------------------------------------------

_CLAIM = claim_statement(
    journal,
    and_(in_state(journal, "received"), journal.c.next_try_at <= NOW),
    [journal.c.next_try_at, journal.c.id],
    list(journal.c),
)
_RAW = select(journal_raw.c.raw).where(journal_raw.c.journal_id == bindparam("row_id"))


def claim(conn: Connection, now: datetime, worker: str, lease: timedelta, limit: int) -> list[JournalRow]:
    """Take up to `limit` received rows that are due, for `lease`."""
    return [_row(row) for row in take(conn, _CLAIM, Claim(now, worker, lease, limit))]


def load_raw(store: Store, row: JournalRow) -> bytes:
    """Return the exact bytes received; KeyError when they were erased."""
    if row.in_blobs:
        return store.blobs.get(row.sha256)
    with store.read() as conn:
        raw = conn.execute(_RAW, {"row_id": row.id}).scalar()
    if raw is None:
        raise KeyError(row.sha256)
    return bytes(raw)


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


def held_about(conn: Connection, ticket_id: int) -> list[JournalRow]:
    """Return the rows that wait for a person's decision and seem to belong to the ticket."""
    query = select(journal).where(journal.c.ticket_id == ticket_id, in_state(journal, "held")).order_by(journal.c.id)
    return [_row(row) for row in conn.execute(query)]
