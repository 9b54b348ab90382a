"""Rows as `--json` prints them: keys are always there, absent is null, times are RFC 3339 UTC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.store import entries, history, journal, outbox, tickets, timers
from gateway.store.codec import address_json, addresses_json, proof_json
from gateway.store.column_types import rfc3339
from gateway.store.history import HistoryLine
from gateway.store.journal import JournalRow
from gateway.store.outbox import OutboxRow
from gateway.store.schema import notices as notices_table
from gateway.store.schema import tickets as tickets_table
from gateway.tickets.model import Entry, Ticket

SCHEMA_VERSION = 1
"""Raised when the meaning of a key changes; keys are only ever added."""

_PLAIN = (
    "desk", "subject", "status_name", "priority", "impact", "urgency", "type", "process", "category", "product",
    "service", "object", "cause", "template", "group", "owner", "line", "organisation", "contract", "confidential",
    "language", "source", "solution", "lesson", "next_step", "last_word", "time_spent_s", "resolved_by",
    "reopened_count", "version",
)  # fmt: skip
_LISTS = ("tags", "watchers", "links", "foreign_references", "steps", "promises")
_TIMES = ("created_at", "first_response_at", "resolved_at", "closed_at")


def ticket_json(conn: Connection, ticket_id: int) -> dict[str, Any] | None:
    """Return what `gateway ticket show --json` prints; None when there is no such ticket."""
    ticket = tickets.get(conn, ticket_id)
    if ticket is None:
        return None
    return {
        **_fields(ticket),
        **_relations(conn, ticket),
        "strikes": _strikes(conn, ticket_id),
        "due": {"first_response": None, "next_response": None, "update": None, "resolution": None},
        "sla": {"name": ticket.sla, "met": None},
        "entries": [entry_json(entry) for entry in entries.whole(conn, ticket_id)],
        "history": [history_json(line) for line in history.lines(conn, ticket_id)],
        "mails": _mails(conn, ticket_id),
        "held": [held_json(row) for row in journal.held_about(conn, ticket_id)],
    }


def _fields(ticket: Ticket) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "reference": ticket.reference,
        "status": str(ticket.status),
        **{name: getattr(ticket, name) for name in _PLAIN},
        **{name: list(getattr(ticket, name)) for name in _LISTS},
        **{name: _time(getattr(ticket, name)) for name in _TIMES},
        "fields": dict(ticket.fields),
        "requester": address_json(ticket.requester),
        "participants": [{"name": p.name, "address": p.address, "role": p.role} for p in ticket.participants],
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _relations(conn: Connection, ticket: Ticket) -> dict[str, Any]:
    """Return the other tickets this one knows, by reference; `aliases` are those merged into it."""
    merged = select(tickets_table.c.id).where(tickets_table.c.merged_into == ticket.id).order_by(tickets_table.c.id)
    aliases = list(conn.execute(merged).scalars())
    wanted = [ticket.parent, ticket.merged_into, ticket.split_from, *ticket.children, *aliases]
    names = _references(conn, (number for number in wanted if number is not None))
    return {
        "aliases": [names[number] for number in aliases],
        "parent": names.get(ticket.parent),
        "children": [names[number] for number in ticket.children],
        "merged_into": names.get(ticket.merged_into),
        "split_from": names.get(ticket.split_from),
    }


def _references(conn: Connection, ids: Iterable[int]) -> Mapping[int | None, str]:
    wanted = list(ids)
    if not wanted:
        return {}
    query = select(tickets_table.c.id, tickets_table.c.prefix, tickets_table.c.number)
    rows = conn.execute(query.where(tickets_table.c.id.in_(wanted)))
    return {row.id: f"{row.prefix}-{row.number}" for row in rows}


def ticket_reference(conn: Connection, ticket_id: int | None) -> str | None:
    """Return how a ticket is called, None where there is none."""
    return None if ticket_id is None else _references(conn, [ticket_id]).get(ticket_id)


def _strikes(conn: Connection, ticket_id: int) -> dict[str, Any]:
    """Return how many reminders were sent since it waits, and when the next is due."""
    for timer in timers.of_ticket(conn, ticket_id):
        if timer.kind.startswith(("reminder", "strike")):
            return {"sent": timer.facts.get("sent", 0), "next_at": rfc3339(timer.at)}
    return {"sent": 0, "next_at": None}


def entry_json(entry: Entry) -> dict[str, Any]:
    """Return an entry as interfaces show it."""
    return {
        "id": entry.id,
        "at": rfc3339(entry.at),
        "kind": str(entry.kind),
        "visibility": str(entry.visibility),
        "direction": entry.direction,
        "author": {"kind": str(entry.author.kind), "name": entry.author_name, "address": entry.author.address},
        "proof": entry.proof,
        "to": addresses_json(entry.to),
        "cc": addresses_json(entry.cc),
        "text": entry.text,
        "html": entry.html,
        "attachments": [
            {
                "name": file.name, "type": file.type, "size": file.size, "inline": file.inline,
                "content_id": file.content_id, "sha256": file.sha256,
            }
            for file in entry.attachments
        ],
        "message_id": entry.message_id,
        "evidence": list(entry.evidence),
        "verified": entry.verified,
    }  # fmt: skip


def history_json(line: HistoryLine) -> dict[str, Any]:
    """Return a line of history as interfaces show it."""
    return {
        "at": rfc3339(line.at),
        "actor": str(line.actor),
        "cause": line.cause,
        "change": dict(line.change),
        "digest": line.digest,
    }


def _mails(conn: Connection, ticket_id: int) -> list[dict[str, Any]]:
    """Return the mails about a ticket: notices that are no mail yet after those that are."""
    return [_mail_json(mail) for mail in outbox.of_ticket(conn, ticket_id)] + [
        {
            "event": row.event, "audience": row.audience, "to": row.address, "state": row.state,
            "suppressed_reason": None, "attempts": 0, "message_id": row.message_id, "error": row.error or None,
        }
        for row in conn.execute(
            select(notices_table)
            .where(notices_table.c.ticket_id == ticket_id, notices_table.c.state != "done")
            .order_by(notices_table.c.id)
        )
    ]  # fmt: skip


def _mail_json(mail: OutboxRow) -> dict[str, Any]:
    return {
        "event": mail.event,
        "audience": mail.audience,
        "to": mail.rcpt_to,
        "state": mail.state,
        "suppressed_reason": mail.reason if mail.state == "suppressed" else None,
        "attempts": mail.attempts,
        "message_id": mail.message_id,
        "error": mail.error or None,
    }


def held_json(row: JournalRow) -> dict[str, Any]:
    """Return a message that waits for a person's decision."""
    return {
        "id": row.id,
        "reason": row.reason,
        "from": row.envelope.mail_from,
        "received_at": rfc3339(row.received_at),
        "facts": dict(row.facts),
    }


def journal_json(row: JournalRow) -> dict[str, Any]:
    """Return a row of `gateway journal list --json`."""
    return {
        "id": row.id,
        "state": row.state,
        "reason": row.reason or None,
        "source": row.envelope.source,
        "mailbox": row.envelope.mailbox,
        "folder": row.envelope.folder,
        "mail_from": row.envelope.mail_from,
        "rcpt_to": list(row.envelope.rcpt_to),
        "peer": row.envelope.peer,
        "received_at": rfc3339(row.received_at),
        "sha256": row.sha256,
        "size": row.size,
        "copies": row.copies,
        "proof": proof_json(row.proof),
        "tries": row.tries,
        "next_try_at": rfc3339(row.next_try_at),
        "error": row.error or None,
        "ticket_id": row.ticket_id,
        "entry_id": row.entry_id,
        "facts": dict(row.facts),
        "settled_at": _time(row.settled_at),
    }


def outbox_json(conn: Connection, mail: OutboxRow) -> dict[str, Any]:
    """Return a row of `gateway outbox list --json`."""
    return {
        **_mail_json(mail),
        "id": mail.id,
        "ticket": _references(conn, [mail.ticket_id]).get(mail.ticket_id) if mail.ticket_id else None,
        "reason": mail.reason or None,
        "mail_from": mail.mail_from,
        "from_address": mail.from_address,
        "size": mail.size,
        "created_at": rfc3339(mail.created_at),
        "ready_at": rfc3339(mail.ready_at),
        "sent_at": _time(mail.sent_at),
        "status": mail.status,
        "remote_id": mail.remote_id,
    }
