"""Every table, as literal data. `migrations/` makes them; a test compares the two.

Conventions: `id` is a number without meaning; `*_key` is an address as it is compared (`mail.address.key`);
`claimed_by`/`claimed_until` say who works on a row and until when: a crash needs no repair, only time.
Large texts stand last or in a table of their own, so that a change of state does not write them again.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint

from gateway.store.column_types import CleanText, Id, Json, UTCDateTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _text(name: str, default: str = "") -> Column[str]:
    """Return a text that is never NULL."""
    return Column(name, CleanText, nullable=False, server_default=default)


def _maybe(name: str) -> Column[str]:
    return Column(name, CleanText)


def _at(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, UTCDateTime, nullable=nullable)


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=str(default))


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=sa.false())


def _json(name: str) -> Column[Any]:
    return Column(name, Json)


def _ref(name: str, target: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable)


def _claim() -> tuple[Column[Any], ...]:
    return _maybe("claimed_by"), _at("claimed_until")


def _where(condition: str) -> dict[str, Any]:
    """Return a partial index's condition for both databases: only rows not done yet stay in it."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


journal = Table(
    "journal", metadata,
    _id(),
    _text("state"),  # received | done | parked | held | discarded | duplicate
    _text("reason"),
    _text("source"),  # smtp | lmtp | imap | pipe
    _maybe("mailbox"), _maybe("folder"),
    Column("uidvalidity", sa.BigInteger), Column("uid", sa.BigInteger),
    _text("mail_from"), _json("rcpt_to"), _maybe("peer"),
    _text("sha256"),
    _number("size"),
    _flag("in_blobs"),  # the raw bytes are in the blob store, not in journal_raw
    _number("copies", 1),  # how often these bytes came
    _at("received_at", nullable=False),
    _json("proof"),
    _number("tries"), _at("next_try_at", nullable=False), _text("error"),
    *_claim(),
    Column("ticket_id", Id), Column("entry_id", Id),
    _maybe("content_key"),
    _json("facts"),  # what the person who decides is shown
    _json("permission"),  # what he decided (`Incoming.grant`)
    _at("settled_at"),
    _maybe("message_id"),  # empty where it has none; NULL where the first release wrote the row
    _at("waits_since"),  # first looked at while what it answers was still worked on
    UniqueConstraint("sha256"),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index("ix_journal_received", "next_try_at", "id", **_where("state = 'received'")),
    Index("ix_journal_waiting", "state", "received_at", **_where("state IN ('held', 'parked')")),
    Index("ix_journal_ticket", "ticket_id"),
    Index("ix_journal_message_id", "message_id", **_where("state = 'received'")),
    Index("ix_journal_filed", "settled_at", **_where("state = 'done' AND ticket_id IS NULL")),
)  # fmt: skip

journal_raw = Table(
    "journal_raw", metadata,
    Column("journal_id", Id, ForeignKey("journal.id"), primary_key=True, autoincrement=False),
    Column("raw", LargeBinary, nullable=False),
)  # fmt: skip

blobs = Table(
    "blobs", metadata,
    Column("sha256", CleanText, primary_key=True), Column("size", sa.BigInteger, nullable=False),
)  # fmt: skip

blob_chunks = Table(
    "blob_chunks", metadata,
    Column("sha256", CleanText, ForeignKey("blobs.sha256", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip

tickets = Table(
    "tickets", metadata,
    _id(),
    Column("number", sa.BigInteger, nullable=False, unique=True),
    _number("version"),
    _text("prefix"), _text("desk"), _text("subject"), _text("status"), _maybe("status_name"), _text("source", "mail"),
    _text("requester_name"), _text("requester_address"), _text("requester_key"),
    _at("created_at", nullable=False), _at("updated_at", nullable=False),
    _maybe("priority"), _maybe("impact"), _maybe("urgency"), _maybe("type"), _maybe("process"), _maybe("category"),
    _maybe("product"), _maybe("service"), _maybe("object"), _maybe("cause"), _maybe("template"),
    _maybe("group"), _maybe("owner"), Column("line", Integer), _at("owner_at"),
    _maybe("organisation"), _maybe("contract"),
    _ref("parent", "tickets"), _ref("merged_into", "tickets"), _ref("split_from", "tickets"),
    _flag("confidential"), _maybe("language"),
    _maybe("solution"), _maybe("lesson"), _maybe("next_step"), _maybe("last_word"), _maybe("sla"),
    _number("time_spent_s"), _number("reopened_count"),
    _at("first_response_at"), _at("resolved_at"), _maybe("resolved_by"), _at("closed_at"),
    _json("tags"), _json("watchers"), _json("links"), _json("foreign_references"), _json("fields"), _json("steps"),
    _json("promises"),
    Index("ix_tickets_unsettled", "desk", "updated_at", **_where("status NOT IN ('resolved', 'closed')")),
    Index("ix_tickets_open", "updated_at", **_where("status NOT IN ('resolved', 'closed')")),
    Index("ix_tickets_owner", "owner", **_where("status NOT IN ('resolved', 'closed')")),
    Index("ix_tickets_requester", "requester_key", "id"),
    Index("ix_tickets_updated", "updated_at"),
    Index("ix_tickets_turns", "group", "owner_at", **_where("owner_at IS NOT NULL")),
    Index("ix_tickets_merged", "merged_into", **_where("merged_into IS NOT NULL")),
    Index("ix_tickets_parent", "parent", **_where("parent IS NOT NULL")),
)  # fmt: skip

foreign_references = Table(
    "foreign_references", metadata,
    Column("reference", CleanText, primary_key=True),
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
)  # fmt: skip

participants = Table(
    "participants", metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("address_key", CleanText, primary_key=True),
    _text("address"), _text("name"), _text("role"),
    Column("since_entry", Id, nullable=False, server_default="0"),
    Index("ix_participants_address", "address_key"),
)  # fmt: skip

entries = Table(
    "entries", metadata,
    _id(),
    _ref("ticket_id", "tickets", nullable=False),
    _at("at", nullable=False),
    _text("kind"), _text("visibility"), _text("direction"),
    _text("actor_kind"), _text("actor_name"), _maybe("actor_address"), _text("author_name"),
    _text("proof", "none"),
    _json("to"), _json("cc"), _json("evidence"),
    Column("verified", Boolean, nullable=False, server_default=sa.true()), _flag("folded"),
    _maybe("message_id"),
    _ref("journal_id", "journal"),
    _maybe("content_key"),  # once only: a second entry with the same key is refused
    _text("text"), _maybe("html"), _text("full_text"),
    UniqueConstraint("content_key"),
    Index("ix_entries_ticket", "ticket_id", "id"),
)  # fmt: skip

attachments = Table(
    "attachments", metadata,
    _id(),
    _ref("entry_id", "entries", nullable=False),
    _text("name"), _text("type"), Column("size", sa.BigInteger, nullable=False),
    _flag("inline"), _maybe("content_id"), _text("sha256"),
    Index("ix_attachments_entry", "entry_id"),
    Index("ix_attachments_sha256", "sha256"),
)  # fmt: skip

history = Table(
    "history", metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),  # from 1, no gaps
    _at("at", nullable=False),
    _text("actor_kind"), _text("cause"),
    _json("content"),  # {"name", "address", "change"}; NULL once erased
    Column("salt", LargeBinary),  # NULL once erased
    Column("content_digest", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)  # fmt: skip

message_ids = Table(
    "message_ids", metadata,
    _id(),
    _text("message_id"),
    _ref("ticket_id", "tickets", nullable=False),
    Column("entry_id", Id),
    Column("notice_id", Id),  # a mail of ours
    _maybe("sent_to"),
    Index("ix_message_ids_ticket", "ticket_id", "id"),
    Index("ix_message_ids_message_id", "message_id"),  # not unique: anybody can write any id (A60)
)  # fmt: skip

bearers = Table(
    "bearers", metadata,
    Column("hash", CleanText, primary_key=True),
    _text("purpose"),  # ticket | held | confirm | report
    _text("carrier"),  # where it was put: subaddress | message-id | key-line
    Column("ticket_id", Id), _maybe("person"), _text("address"), _flag("is_group"), _text("audience", "operator"),
    Column("journal_id", Id), Column("notice_id", Id), Column("mail_id", Id),
    Column("seen_entry", Id, nullable=False, server_default="0"),
    _at("created_at", nullable=False), _at("expires_at", nullable=False),
    _at("revoked_at"), _text("revoked_reason"), _at("used_at"),
    Index("ix_bearers_ticket", "ticket_id"),
    Index("ix_bearers_notice", "notice_id"),
)  # fmt: skip

notices = Table(
    "notices", metadata,
    _id(),
    Column("ticket_id", Id), Column("entry_id", Id),
    _text("state"),  # ready | done | held
    _text("event"), _text("audience"), _text("address"), _text("address_key"), _maybe("person"),
    _text("message_id"),
    _flag("budgeted"), _flag("stranger"),
    _at("created_at", nullable=False),
    _number("tries"), _at("next_try_at", nullable=False), _text("error"),
    *_claim(),
    _json("tell"), _json("facts"),
    UniqueConstraint("message_id"),
    Index("ix_notices_ready", "next_try_at", "id", **_where("state = 'ready'")),
    Index("ix_notices_held", "id", **_where("state = 'held'")),
    Index("ix_notices_ticket", "ticket_id"),
    Index("ix_notices_address_budget", "address_key", "created_at", **_where("budgeted")),
    Index("ix_notices_budget", "created_at", "stranger", **_where("budgeted")),
    Index("ix_notices_operator", "address_key", "created_at", "ticket_id", **_where("audience = 'operator'")),
)  # fmt: skip

outbox = Table(
    "outbox", metadata,
    _id(),
    _ref("notice_id", "notices"), Column("ticket_id", Id), Column("entry_id", Id),
    _text("state"),  # ready | deferred | sent | failed | held | cancelled | suppressed
    _text("event"), _text("audience"), _text("reason"),  # of suppressed, held, cancelled
    _text("mail_from"), _text("rcpt_to"), _text("rcpt_key"), _text("from_address"),
    _maybe("message_id"), _maybe("envid_hash"),
    _flag("automatic"), _number("size"), _maybe("blob"),  # sha256 where the bytes are in the blob store
    _at("created_at", nullable=False), _at("ready_at", nullable=False),
    _number("attempts"), _at("first_attempt_at"), _at("sent_at"),
    _maybe("status"), _text("error"), _maybe("remote_id"),
    *_claim(),
    UniqueConstraint("notice_id"),
    Index("ix_outbox_ready", "ready_at", "id", **_where("state IN ('ready', 'deferred')")),
    Index("ix_outbox_unsent", "ticket_id", "rcpt_key", "id", **_where("state IN ('ready', 'deferred')")),
    Index("ix_outbox_trouble", "state", "id", **_where("state IN ('failed', 'held')")),
    Index("ix_outbox_ticket", "ticket_id"),
    Index("ix_outbox_message_id", "message_id"),
    Index("ix_outbox_envid", "envid_hash", **_where("envid_hash IS NOT NULL")),
)  # fmt: skip

outbox_raw = Table(
    "outbox_raw", metadata,
    Column("mail_id", Id, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    Column("raw", LargeBinary),
    _json("internal_lines"), _json("public_lines"),
)  # fmt: skip

folded = Table(
    "folded", metadata,
    Column("mail_id", Id, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    _text("address_key"), _at("at", nullable=False),
    _text("event"), _text("address"), _maybe("person"), _text("language"), _text("reference"), _text("who"), _text("words"),
    Index("ix_folded_address", "address_key", "at"),
)  # fmt: skip

attempts = Table(
    "attempts", metadata,
    _id(),
    _ref("mail_id", "outbox", nullable=False),
    _at("at", nullable=False),
    _text("outcome"),  # sent | deferred | failed
    _maybe("status"), _text("text"),
    Index("ix_attempts_mail", "mail_id"),
)  # fmt: skip

timers = Table(
    "timers", metadata,
    _id(),
    _ref("ticket_id", "tickets"),
    _text("kind"), _at("at", nullable=False), _json("facts"),
    *_claim(),
    Index("ix_timers_at", "at"),
    Index("ix_timers_ticket", "ticket_id", "kind"),
)  # fmt: skip

contacts = Table(
    "contacts", metadata,
    Column("address_key", CleanText, primary_key=True),
    _text("address"), _text("name"), _maybe("language"), _maybe("organisation"),
    _maybe("muted"), _at("muted_at"),
    _at("first_seen"), _at("last_seen"),
)  # fmt: skip

mailbox_book = Table(
    "mailbox_book", metadata,
    Column("mailbox", CleanText, primary_key=True), Column("folder", CleanText, primary_key=True),
    Column("uidvalidity", sa.BigInteger), Column("last_uid", sa.BigInteger, nullable=False, server_default="0"),
    _at("first_connect", nullable=False), _at("updated_at", nullable=False),
    # While all mail of the folder is read anew: its UIDVALIDITY, and up to which UID. `uidvalidity` is empty then.
    Column("scanning", sa.BigInteger), Column("scanning_to", sa.BigInteger),
)  # fmt: skip

mailbox_states = Table(
    "mailbox_states", metadata,
    Column("mailbox", CleanText, primary_key=True), _text("phase"), _maybe("error"), _number("failures"),
    _at("last_success"), _at("updated_at", nullable=False),
)  # fmt: skip

oauth_grants = Table(
    "oauth_grants", metadata,
    Column("name", CleanText, primary_key=True), _text("refresh_token"), _at("updated_at", nullable=False),
)  # fmt: skip

subaddress_probes = Table(
    "subaddress_probes", metadata,
    Column("address", CleanText, primary_key=True),  # the desk's own, without a tag
    _text("mark"), _at("sent_at", nullable=False), _at("came_at"),
)  # fmt: skip

leases = Table(
    "leases", metadata,
    Column("name", CleanText, primary_key=True), _text("holder"), _at("until", nullable=False),
)  # fmt: skip

keys = Table(
    "keys", metadata,
    _id(), Column("secret", LargeBinary, nullable=False), _at("created_at", nullable=False), _at("replaced_at"),
)  # fmt: skip

numbers = Table(
    "numbers", metadata,
    Column("series", CleanText, primary_key=True), Column("last", sa.BigInteger, nullable=False),
)  # fmt: skip

pauses = Table(
    "pauses", metadata,
    Column("scope", CleanText, primary_key=True),  # all | automatic
    _text("reason"), _at("since", nullable=False),
)  # fmt: skip

rule_notes = Table(
    "rule_notes", metadata,
    Column("rule", CleanText, primary_key=True), Column("note", CleanText, primary_key=True),
    _number("times", 1), _at("first_at", nullable=False), _at("last_at", nullable=False),
    Column("ticket_id", Id),  # the last one it happened to
)  # fmt: skip
