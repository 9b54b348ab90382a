"""Intake: messages into the journal, many in one commit, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_once  # compiles for SQLite as well

from gateway.mail.first_look import message_id
from gateway.mail.message import Envelope
from gateway.mail.received import Accepted, Received
from gateway.store.codec import envelope_values, proof_json
from gateway.store.engine import Store
from gateway.store.schema import journal, journal_raw

INLINE = 128_000
"""Raw bytes up to this lie in the database (one flush for all); larger ones in the blob store."""

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
        "message_id": message_id(item.raw),
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
