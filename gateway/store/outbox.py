"""The outbox: finished mails on their way, one recipient each; the bytes never change any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from gateway.store.claim import in_state
from gateway.store.codec import address_key
from gateway.store.engine import Store
from gateway.store.prepared import Prepared
from gateway.store.schema import attempts, message_ids, outbox, outbox_raw, pauses
from gateway.tickets.effects import Suppress

INLINE = 128_000
"""Mails up to this lie in the database; larger ones in the blob store (`keep_raw` before the transaction)."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A mail of ours: about what, from whom to whom, how far it got."""

    id: int
    notice_id: int | None
    ticket_id: int | None
    entry_id: int | None
    state: str  # ready | deferred | sent | failed | held | cancelled | suppressed
    reason: str  # of suppressed, held, cancelled
    event: str
    audience: str
    mail_from: str
    rcpt_to: str
    from_address: str
    message_id: str | None
    envid_hash: str | None
    automatic: bool
    size: int
    blob: str | None
    created_at: datetime
    ready_at: datetime
    attempts: int
    first_attempt_at: datetime | None
    sent_at: datetime | None
    status: str | None  # last answer's code
    error: str  # last answer's text
    remote_id: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to hand a mail to a smarthost."""

    at: datetime
    outcome: str  # sent | deferred | failed
    status: str | None
    text: str


_FIELDS = tuple(OutboxRow.__dataclass_fields__)


def row_of(row: Any) -> OutboxRow:
    """Return the row of the table as a mail of ours."""
    return OutboxRow(**{name: getattr(row, name) for name in _FIELDS})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A finished mail to put in the outbox."""

    notice_id: int | None
    ticket_id: int | None
    entry_id: int | None
    event: str
    audience: str
    mail_from: str  # "" is the null sender
    rcpt_to: str
    from_address: str  # chooses the smarthost
    message_id: str
    raw: bytes
    ready_at: datetime
    automatic: bool = False
    envid_hash: str | None = None
    internal_lines: Sequence[str] = ()
    public_lines: Sequence[str] = ()


_ADD = Prepared(insert_once(outbox).on_conflict_do_nothing(index_elements=[outbox.c.notice_id]).returning(outbox.c.id))
_ADD_RAW = Prepared(insert(outbox_raw))
_SUPPRESS = Prepared(insert(outbox))


def keep_raw(store: Store, raw: bytes) -> str | None:
    """Put a large mail into the blob store, before the transaction that names it; None where it is small."""
    return store.blobs.put(raw) if len(raw) > INLINE else None


def add(conn: Connection, mail: Outgoing, now: datetime, blob: str | None = None) -> int | None:
    """Write a mail as `ready`; return its id, None where the notice has its mail already.

    `blob`: what `keep_raw` gave for it.
    """
    added = _ADD.first(
        conn,
        {
            "notice_id": mail.notice_id, "ticket_id": mail.ticket_id, "entry_id": mail.entry_id, "state": "ready",
            "event": mail.event, "audience": mail.audience, "mail_from": mail.mail_from, "rcpt_to": mail.rcpt_to,
            "rcpt_key": address_key(mail.rcpt_to), "from_address": mail.from_address, "message_id": mail.message_id,
            "envid_hash": mail.envid_hash, "automatic": mail.automatic, "size": len(mail.raw), "blob": blob,
            "created_at": now, "ready_at": mail.ready_at,
        },
    )  # fmt: skip
    if added is None:
        return None
    mail_id: int = added[0]
    _ADD_RAW.run(
        conn,
        {
            "mail_id": mail_id, "raw": None if blob else mail.raw,
            "internal_lines": list(mail.internal_lines) or None, "public_lines": list(mail.public_lines) or None,
        },
    )  # fmt: skip
    return mail_id


def rewrite(conn: Connection, mail_id: int, raw: bytes, blob: str | None = None) -> None:
    """Put smaller bytes in the place of those a smarthost found too large; nobody has seen them."""
    conn.execute(update(outbox).where(outbox.c.id == mail_id).values(size=len(raw), blob=blob))
    conn.execute(update(outbox_raw).where(outbox_raw.c.mail_id == mail_id).values(raw=None if blob else raw))


def suppress(
    conn: Connection, ticket_id: int | None, effect: Suppress, now: datetime, *, notice_id: int | None = None
) -> None:
    """Write down that a mail was not made, and why."""
    _SUPPRESS.run(
        conn,
        {
            "notice_id": notice_id, "ticket_id": ticket_id, "state": "suppressed", "reason": effect.reason,
            "event": effect.event, "audience": effect.audience, "rcpt_to": effect.to.address,
            "rcpt_key": address_key(effect.to.address), "created_at": now, "ready_at": now,
        },
    )  # fmt: skip


# --- what people do ------------------------------------------------------------------------------------------------


def hold(conn: Connection, mail_id: int, reason: str) -> bool:
    """Put aside a mail that is not sent yet."""
    unsent = and_(outbox.c.id == mail_id, in_state(outbox, "ready", "deferred"))
    return _change(conn, unsent, state="held", reason=reason, claimed_by=None, claimed_until=None)


def cancel(conn: Connection, mail_id: int, reason: str = "") -> bool:
    """Never send it; False when it is gone already or somebody is just sending it."""
    waiting = and_(in_state(outbox, "ready", "deferred", "held", "failed"), outbox.c.claimed_by.is_(None))
    return _change(conn, and_(outbox.c.id == mail_id, waiting), state="cancelled", reason=reason)


def retry(conn: Connection, mail_id: int, now: datetime) -> bool:
    """Send it as soon as possible; failed, held, deferred and cancelled ones as well. False when there is none."""
    possible = in_state(outbox, "ready", "deferred", "held", "failed", "cancelled")
    return _change(
        conn, and_(outbox.c.id == mail_id, possible), state="ready", reason="", ready_at=now, first_attempt_at=None
    )


def _change(conn: Connection, where: ColumnElement[bool], **values: Any) -> bool:
    return conn.execute(update(outbox).where(where).values(values)).rowcount == 1


_PAUSE = insert_once(pauses).on_conflict_do_nothing()


def pause(conn: Connection, now: datetime, reason: str, scope: str = "all") -> None:
    """Let nothing leave but alarms to the admins.

    Narrower scopes: `automatic` stops what no person wrote, `receipts` such mail to the outside only,
    `from:ADDRESS` what a desk sends, `smarthost:NAME` what would go that way. The first reason of a scope stays.
    """
    conn.execute(_PAUSE, {"scope": scope, "reason": reason, "since": now})


def resume(conn: Connection, scope: str | None = None) -> int:
    """Let everything, or what this one pause held, leave again; return how many pauses were lifted."""
    return conn.execute(pauses.delete().where(pauses.c.scope == scope) if scope else pauses.delete()).rowcount


def paused(conn: Connection) -> dict[str, str]:
    """Return the reason of each pause by scope; empty when mails leave."""
    return {scope: row.reason for scope, row in pauses_of(conn).items()}


@dataclass(frozen=True, slots=True)
class Pause:
    """Why nothing leaves, and since when."""

    reason: str
    since: datetime


_PAUSES = Prepared(select(pauses).order_by(pauses.c.since, pauses.c.scope))


def pauses_of(conn: Connection) -> dict[str, Pause]:
    """Return the pauses by scope, the oldest first."""
    return {row.scope: Pause(row.reason, row.since) for row in _PAUSES.all(conn, {})}


# --- looking ------------------------------------------------------------------------------------------------------


def alias(conn: Connection, mail_id: int, message_id: str) -> None:
    """Know our mail by a further Message-ID, one that a relay gave it."""
    mail = get(conn, mail_id)
    if mail is not None and mail.ticket_id is not None:
        conn.execute(
            insert(message_ids).values(
                message_id=message_id, ticket_id=mail.ticket_id, entry_id=mail.entry_id,
                notice_id=mail.notice_id, sent_to=mail.rcpt_to,
            )
        )  # fmt: skip


def get(conn: Connection, mail_id: int) -> OutboxRow | None:
    """Return the mail, or None."""
    row = conn.execute(select(outbox).where(outbox.c.id == mail_id)).first()
    return None if row is None else row_of(row)


def by_envid(conn: Connection, envid_hash: str) -> OutboxRow | None:
    """Return the mail a delivery report names by our envelope id, or None."""
    row = conn.execute(select(outbox).where(outbox.c.envid_hash == envid_hash)).first()
    return None if row is None else row_of(row)


def list_rows(conn: Connection, state: str | None = None, limit: int = 100) -> list[OutboxRow]:
    """Return the newest mails, newest first."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(in_state(outbox, state) if state.isalpha() else outbox.c.state == state)
    return [row_of(row) for row in conn.execute(query)]


def of_ticket(conn: Connection, ticket_id: int) -> list[OutboxRow]:
    """Return the mails about a ticket, suppressed ones as well, oldest first."""
    return [
        row_of(row) for row in conn.execute(select(outbox).where(outbox.c.ticket_id == ticket_id).order_by(outbox.c.id))
    ]


def attempts_of(conn: Connection, mail_id: int) -> list[Attempt]:
    """Return the attempts of a mail, oldest first."""
    rows = conn.execute(select(attempts).where(attempts.c.mail_id == mail_id).order_by(attempts.c.id))
    return [Attempt(row.at, row.outcome, row.status, row.text) for row in rows]


_RAW = Prepared(select(outbox_raw.c.raw).where(outbox_raw.c.mail_id == bindparam("wanted")))


def load_raw(store: Store, mail: OutboxRow) -> bytes:
    """Return the exact bytes of the mail; KeyError where there are none (suppressed, erased)."""
    if mail.blob is not None:
        return store.blobs.get(mail.blob)
    with store.read() as conn:
        row = _RAW.first(conn, {"wanted": mail.id})
    if row is None or row[0] is None:
        raise KeyError(mail.id)
    return bytes(row[0])
