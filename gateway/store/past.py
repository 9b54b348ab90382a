"""The journal of imported mail: written together with the ticket it becomes, so that no daemon ever takes it for new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from gateway.mail.received import Received
from gateway.store.codec import envelope_values, proof_json
from gateway.store.intake import INLINE
from gateway.store.schema import journal, journal_raw


def known(conn: Connection, digests: Sequence[str]) -> dict[str, int | None]:
    """Return digest -> ticket of those of `digests` (sha256, hex) that the journal has, imported or received."""
    query = select(journal.c.sha256, journal.c.ticket_id).where(journal.c.sha256.in_(digests))
    return {row.sha256: row.ticket_id for row in conn.execute(query)}


def add(conn: Connection, item: Received, digest: str, now: datetime) -> int:
    """Write the row in the transaction that also says what became of it; return its id.

    Above `INLINE` bytes the raw mail must be in the blob store already.
    """
    large = len(item.raw) > INLINE
    values = {
        **envelope_values(item.envelope), "state": "received", "sha256": digest, "size": len(item.raw),
        "in_blobs": large, "received_at": now, "next_try_at": now, "proof": proof_json(item.proof),
    }  # fmt: skip
    number: int = conn.execute(insert(journal).values(values).returning(journal.c.id)).scalar_one()
    if not large:
        conn.execute(insert(journal_raw).values(journal_id=number, raw=item.raw))
    return number
