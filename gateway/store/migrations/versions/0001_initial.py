"""The first schema. Frozen: what runs in the field is changed by a further migration, never here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gateway import clock
from gateway.store.column_types import UTCDateTime

revision = "0001"
down_revision = None

_SQLITE = {"serial": "INTEGER", "id": "INTEGER", "time": "BIGINT", "bytes": "BLOB", "true": "1", "false": "0"}
_POSTGRESQL = {
    "serial": "BIGSERIAL", "id": "BIGINT", "time": "TIMESTAMP WITH TIME ZONE", "bytes": "BYTEA",
    "true": "true", "false": "false",
}  # fmt: skip

_KEYS = sa.table("keys", sa.column("secret", sa.LargeBinary), sa.column("created_at", UTCDateTime))
_NUMBERS = sa.table("numbers", sa.column("series"), sa.column("last"))
_FIRST_NUMBER = 1001

_TABLES = """\
CREATE TABLE bearers (
    hash TEXT NOT NULL,
    purpose TEXT DEFAULT '' NOT NULL,
    carrier TEXT DEFAULT '' NOT NULL,
    ticket_id {id},
    person TEXT,
    address TEXT DEFAULT '' NOT NULL,
    is_group BOOLEAN DEFAULT {false} NOT NULL,
    audience TEXT DEFAULT 'operator' NOT NULL,
    journal_id {id},
    notice_id {id},
    mail_id {id},
    seen_entry {id} DEFAULT 0 NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    revoked_at {time},
    revoked_reason TEXT DEFAULT '' NOT NULL,
    used_at {time},
    CONSTRAINT pk_bearers PRIMARY KEY (hash)
);
CREATE INDEX ix_bearers_notice ON bearers (notice_id);
CREATE INDEX ix_bearers_ticket ON bearers (ticket_id);

CREATE TABLE blobs (
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    CONSTRAINT pk_blobs PRIMARY KEY (sha256)
);

CREATE TABLE contacts (
    address_key TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    language TEXT,
    organisation TEXT,
    muted TEXT,
    muted_at {time},
    first_seen {time},
    last_seen {time},
    CONSTRAINT pk_contacts PRIMARY KEY (address_key)
);

CREATE TABLE journal (
    id {serial} NOT NULL,
    state TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    mailbox TEXT,
    folder TEXT,
    uidvalidity BIGINT,
    uid BIGINT,
    mail_from TEXT DEFAULT '' NOT NULL,
    rcpt_to TEXT,
    peer TEXT,
    sha256 TEXT DEFAULT '' NOT NULL,
    size INTEGER DEFAULT 0 NOT NULL,
    in_blobs BOOLEAN DEFAULT {false} NOT NULL,
    copies INTEGER DEFAULT 1 NOT NULL,
    received_at {time} NOT NULL,
    proof TEXT,
    tries INTEGER DEFAULT 0 NOT NULL,
    next_try_at {time} NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    claimed_by TEXT,
    claimed_until {time},
    ticket_id {id},
    entry_id {id},
    content_key TEXT,
    facts TEXT,
    permission TEXT,
    settled_at {time},
    CONSTRAINT pk_journal PRIMARY KEY (id),
    CONSTRAINT uq_journal_mailbox_folder_uidvalidity_uid UNIQUE (mailbox, folder, uidvalidity, uid),
    CONSTRAINT uq_journal_sha256 UNIQUE (sha256)
);
CREATE INDEX ix_journal_received ON journal (next_try_at, id) WHERE state = 'received';
CREATE INDEX ix_journal_ticket ON journal (ticket_id);
CREATE INDEX ix_journal_waiting ON journal (state, received_at) WHERE state IN ('held', 'parked');

CREATE TABLE keys (
    id {serial} NOT NULL,
    secret {bytes} NOT NULL,
    created_at {time} NOT NULL,
    replaced_at {time},
    CONSTRAINT pk_keys PRIMARY KEY (id)
);

CREATE TABLE leases (
    name TEXT NOT NULL,
    holder TEXT DEFAULT '' NOT NULL,
    until {time} NOT NULL,
    CONSTRAINT pk_leases PRIMARY KEY (name)
);

CREATE TABLE mailbox_book (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity BIGINT,
    last_uid BIGINT DEFAULT 0 NOT NULL,
    first_connect {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT pk_mailbox_book PRIMARY KEY (mailbox, folder)
);

CREATE TABLE notices (
    id {serial} NOT NULL,
    ticket_id {id},
    entry_id {id},
    state TEXT DEFAULT '' NOT NULL,
    event TEXT DEFAULT '' NOT NULL,
    audience TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    address_key TEXT DEFAULT '' NOT NULL,
    person TEXT,
    message_id TEXT DEFAULT '' NOT NULL,
    budgeted BOOLEAN DEFAULT {false} NOT NULL,
    stranger BOOLEAN DEFAULT {false} NOT NULL,
    created_at {time} NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    next_try_at {time} NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    claimed_by TEXT,
    claimed_until {time},
    tell TEXT,
    facts TEXT,
    CONSTRAINT pk_notices PRIMARY KEY (id),
    CONSTRAINT uq_notices_message_id UNIQUE (message_id)
);
CREATE INDEX ix_notices_address_budget ON notices (address_key, created_at) WHERE budgeted;
CREATE INDEX ix_notices_budget ON notices (created_at, stranger) WHERE budgeted;
CREATE INDEX ix_notices_held ON notices (id) WHERE state = 'held';
CREATE INDEX ix_notices_ready ON notices (next_try_at, id) WHERE state = 'ready';
CREATE INDEX ix_notices_ticket ON notices (ticket_id);

CREATE TABLE numbers (
    series TEXT NOT NULL,
    last BIGINT NOT NULL,
    CONSTRAINT pk_numbers PRIMARY KEY (series)
);

CREATE TABLE pauses (
    scope TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    since {time} NOT NULL,
    CONSTRAINT pk_pauses PRIMARY KEY (scope)
);

CREATE TABLE rule_notes (
    rule TEXT NOT NULL,
    note TEXT NOT NULL,
    times INTEGER DEFAULT 1 NOT NULL,
    first_at {time} NOT NULL,
    last_at {time} NOT NULL,
    ticket_id {id},
    CONSTRAINT pk_rule_notes PRIMARY KEY (rule, note)
);

CREATE TABLE tickets (
    id {serial} NOT NULL,
    number BIGINT NOT NULL,
    version INTEGER DEFAULT 0 NOT NULL,
    prefix TEXT DEFAULT '' NOT NULL,
    desk TEXT DEFAULT '' NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    status TEXT DEFAULT '' NOT NULL,
    status_name TEXT,
    source TEXT DEFAULT 'mail' NOT NULL,
    requester_name TEXT DEFAULT '' NOT NULL,
    requester_address TEXT DEFAULT '' NOT NULL,
    requester_key TEXT DEFAULT '' NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    priority TEXT,
    impact TEXT,
    urgency TEXT,
    type TEXT,
    process TEXT,
    category TEXT,
    product TEXT,
    service TEXT,
    object TEXT,
    cause TEXT,
    template TEXT,
    "group" TEXT,
    owner TEXT,
    line INTEGER,
    owner_at {time},
    organisation TEXT,
    contract TEXT,
    parent {id},
    merged_into {id},
    split_from {id},
    confidential BOOLEAN DEFAULT {false} NOT NULL,
    language TEXT,
    solution TEXT,
    lesson TEXT,
    next_step TEXT,
    last_word TEXT,
    sla TEXT,
    time_spent_s INTEGER DEFAULT 0 NOT NULL,
    reopened_count INTEGER DEFAULT 0 NOT NULL,
    first_response_at {time},
    resolved_at {time},
    resolved_by TEXT,
    closed_at {time},
    tags TEXT,
    watchers TEXT,
    links TEXT,
    foreign_references TEXT,
    fields TEXT,
    steps TEXT,
    promises TEXT,
    CONSTRAINT pk_tickets PRIMARY KEY (id),
    CONSTRAINT uq_tickets_number UNIQUE (number),
    CONSTRAINT fk_tickets_merged_into FOREIGN KEY (merged_into) REFERENCES tickets (id),
    CONSTRAINT fk_tickets_parent FOREIGN KEY (parent) REFERENCES tickets (id),
    CONSTRAINT fk_tickets_split_from FOREIGN KEY (split_from) REFERENCES tickets (id)
);
CREATE INDEX ix_tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_tickets_open ON tickets (updated_at) WHERE status NOT IN ('resolved', 'closed');
CREATE INDEX ix_tickets_owner ON tickets (owner) WHERE status NOT IN ('resolved', 'closed');
CREATE INDEX ix_tickets_parent ON tickets (parent) WHERE parent IS NOT NULL;
CREATE INDEX ix_tickets_requester ON tickets (requester_key, id);
CREATE INDEX ix_tickets_turns ON tickets ("group", owner_at) WHERE owner_at IS NOT NULL;
CREATE INDEX ix_tickets_unsettled ON tickets (desk, updated_at) WHERE status NOT IN ('resolved', 'closed');
CREATE INDEX ix_tickets_updated ON tickets (updated_at);

CREATE TABLE blob_chunks (
    sha256 TEXT NOT NULL,
    position INTEGER NOT NULL,
    content {bytes} NOT NULL,
    CONSTRAINT pk_blob_chunks PRIMARY KEY (sha256, position),
    CONSTRAINT fk_blob_chunks_sha256 FOREIGN KEY (sha256) REFERENCES blobs (sha256) ON DELETE CASCADE
);

CREATE TABLE entries (
    id {serial} NOT NULL,
    ticket_id {id} NOT NULL,
    at {time} NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    visibility TEXT DEFAULT '' NOT NULL,
    direction TEXT DEFAULT '' NOT NULL,
    actor_kind TEXT DEFAULT '' NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL,
    actor_address TEXT,
    author_name TEXT DEFAULT '' NOT NULL,
    proof TEXT DEFAULT 'none' NOT NULL,
    "to" TEXT,
    cc TEXT,
    evidence TEXT,
    verified BOOLEAN DEFAULT {true} NOT NULL,
    folded BOOLEAN DEFAULT {false} NOT NULL,
    message_id TEXT,
    journal_id {id},
    content_key TEXT,
    text TEXT DEFAULT '' NOT NULL,
    html TEXT,
    full_text TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_entries PRIMARY KEY (id),
    CONSTRAINT uq_entries_content_key UNIQUE (content_key),
    CONSTRAINT fk_entries_journal_id FOREIGN KEY (journal_id) REFERENCES journal (id),
    CONSTRAINT fk_entries_ticket_id FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);
CREATE INDEX ix_entries_ticket ON entries (ticket_id, id);

CREATE TABLE foreign_references (
    reference TEXT NOT NULL,
    ticket_id {id} NOT NULL,
    CONSTRAINT pk_foreign_references PRIMARY KEY (reference, ticket_id),
    CONSTRAINT fk_foreign_references_ticket_id FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);

CREATE TABLE history (
    ticket_id {id} NOT NULL,
    position INTEGER NOT NULL,
    at {time} NOT NULL,
    actor_kind TEXT DEFAULT '' NOT NULL,
    cause TEXT DEFAULT '' NOT NULL,
    content TEXT,
    salt {bytes},
    content_digest {bytes} NOT NULL,
    digest {bytes} NOT NULL,
    CONSTRAINT pk_history PRIMARY KEY (ticket_id, position),
    CONSTRAINT fk_history_ticket_id FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);

CREATE TABLE journal_raw (
    journal_id {id} NOT NULL,
    raw {bytes} NOT NULL,
    CONSTRAINT pk_journal_raw PRIMARY KEY (journal_id),
    CONSTRAINT fk_journal_raw_journal_id FOREIGN KEY (journal_id) REFERENCES journal (id)
);

CREATE TABLE message_ids (
    id {serial} NOT NULL,
    message_id TEXT DEFAULT '' NOT NULL,
    ticket_id {id} NOT NULL,
    entry_id {id},
    notice_id {id},
    sent_to TEXT,
    CONSTRAINT pk_message_ids PRIMARY KEY (id),
    CONSTRAINT fk_message_ids_ticket_id FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);
CREATE INDEX ix_message_ids_message_id ON message_ids (message_id);
CREATE INDEX ix_message_ids_ticket ON message_ids (ticket_id, id);

CREATE TABLE outbox (
    id {serial} NOT NULL,
    notice_id {id},
    ticket_id {id},
    entry_id {id},
    state TEXT DEFAULT '' NOT NULL,
    event TEXT DEFAULT '' NOT NULL,
    audience TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    mail_from TEXT DEFAULT '' NOT NULL,
    rcpt_to TEXT DEFAULT '' NOT NULL,
    rcpt_key TEXT DEFAULT '' NOT NULL,
    from_address TEXT DEFAULT '' NOT NULL,
    message_id TEXT,
    envid_hash TEXT,
    automatic BOOLEAN DEFAULT {false} NOT NULL,
    size INTEGER DEFAULT 0 NOT NULL,
    blob TEXT,
    created_at {time} NOT NULL,
    ready_at {time} NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    first_attempt_at {time},
    sent_at {time},
    status TEXT,
    error TEXT DEFAULT '' NOT NULL,
    remote_id TEXT,
    claimed_by TEXT,
    claimed_until {time},
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_notice_id UNIQUE (notice_id),
    CONSTRAINT fk_outbox_notice_id FOREIGN KEY (notice_id) REFERENCES notices (id)
);
CREATE INDEX ix_outbox_envid ON outbox (envid_hash) WHERE envid_hash IS NOT NULL;
CREATE INDEX ix_outbox_message_id ON outbox (message_id);
CREATE INDEX ix_outbox_ready ON outbox (ready_at, id) WHERE state IN ('ready', 'deferred');
CREATE INDEX ix_outbox_ticket ON outbox (ticket_id);
CREATE INDEX ix_outbox_trouble ON outbox (state, id) WHERE state IN ('failed', 'held');
CREATE INDEX ix_outbox_unsent ON outbox (ticket_id, rcpt_key, id) WHERE state IN ('ready', 'deferred');

CREATE TABLE participants (
    ticket_id {id} NOT NULL,
    address_key TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    role TEXT DEFAULT '' NOT NULL,
    since_entry {id} DEFAULT 0 NOT NULL,
    CONSTRAINT pk_participants PRIMARY KEY (ticket_id, address_key),
    CONSTRAINT fk_participants_ticket_id FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);
CREATE INDEX ix_participants_address ON participants (address_key);

CREATE TABLE timers (
    id {serial} NOT NULL,
    ticket_id {id},
    kind TEXT DEFAULT '' NOT NULL,
    at {time} NOT NULL,
    facts TEXT,
    claimed_by TEXT,
    claimed_until {time},
    CONSTRAINT pk_timers PRIMARY KEY (id),
    CONSTRAINT fk_timers_ticket_id FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);
CREATE INDEX ix_timers_at ON timers (at);
CREATE INDEX ix_timers_ticket ON timers (ticket_id, kind);

CREATE TABLE attachments (
    id {serial} NOT NULL,
    entry_id {id} NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    type TEXT DEFAULT '' NOT NULL,
    size BIGINT NOT NULL,
    inline BOOLEAN DEFAULT {false} NOT NULL,
    content_id TEXT,
    sha256 TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_attachments PRIMARY KEY (id),
    CONSTRAINT fk_attachments_entry_id FOREIGN KEY (entry_id) REFERENCES entries (id)
);
CREATE INDEX ix_attachments_entry ON attachments (entry_id);
CREATE INDEX ix_attachments_sha256 ON attachments (sha256);

CREATE TABLE attempts (
    id {serial} NOT NULL,
    mail_id {id} NOT NULL,
    at {time} NOT NULL,
    outcome TEXT DEFAULT '' NOT NULL,
    status TEXT,
    text TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_attempts PRIMARY KEY (id),
    CONSTRAINT fk_attempts_mail_id FOREIGN KEY (mail_id) REFERENCES outbox (id)
);
CREATE INDEX ix_attempts_mail ON attempts (mail_id);

CREATE TABLE outbox_raw (
    mail_id {id} NOT NULL,
    raw {bytes},
    internal_lines TEXT,
    public_lines TEXT,
    CONSTRAINT pk_outbox_raw PRIMARY KEY (mail_id),
    CONSTRAINT fk_outbox_raw_mail_id FOREIGN KEY (mail_id) REFERENCES outbox (id)
);
"""


def upgrade() -> None:
    """Make the tables, the first MAC key and the series of ticket numbers."""
    words = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in _TABLES.format_map(words).split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(sa.insert(_KEYS).values(secret=clock.secret(), created_at=clock.now()))
    op.execute(sa.insert(_NUMBERS).values(series="ticket", last=_FIRST_NUMBER - 1))
