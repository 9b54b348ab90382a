"""What the second release adds. A daemon of the first may go on running: each column is nullable or has a default."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_SQLITE = {"id": "INTEGER", "time": "BIGINT"}
_POSTGRESQL = {"id": "BIGINT", "time": "TIMESTAMP WITH TIME ZONE"}

_CHANGES = """\
ALTER TABLE journal ADD COLUMN message_id TEXT;
ALTER TABLE journal ADD COLUMN waits_since {time};
CREATE INDEX ix_journal_message_id ON journal (message_id) WHERE state = 'received';
CREATE INDEX ix_journal_filed ON journal (settled_at) WHERE state = 'done' AND ticket_id IS NULL;
ALTER TABLE mailbox_book ADD COLUMN scanning BIGINT;
ALTER TABLE mailbox_book ADD COLUMN scanning_to BIGINT;
CREATE TABLE mailbox_states (
    mailbox TEXT NOT NULL,
    phase TEXT DEFAULT '' NOT NULL,
    error TEXT,
    failures INTEGER DEFAULT 0 NOT NULL,
    last_success {time},
    updated_at {time} NOT NULL,
    CONSTRAINT pk_mailbox_states PRIMARY KEY (mailbox)
);
CREATE TABLE oauth_grants (
    name TEXT NOT NULL,
    refresh_token TEXT DEFAULT '' NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT pk_oauth_grants PRIMARY KEY (name)
);
CREATE TABLE subaddress_probes (
    address TEXT NOT NULL,
    mark TEXT DEFAULT '' NOT NULL,
    sent_at {time} NOT NULL,
    came_at {time},
    CONSTRAINT pk_subaddress_probes PRIMARY KEY (address)
);
CREATE INDEX ix_notices_operator ON notices (address_key, created_at, ticket_id) WHERE audience = 'operator';
CREATE TABLE folded (
    mail_id {id} NOT NULL,
    address_key TEXT DEFAULT '' NOT NULL,
    at {time} NOT NULL,
    event TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    person TEXT,
    language TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    who TEXT DEFAULT '' NOT NULL,
    words TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_folded PRIMARY KEY (mail_id),
    CONSTRAINT fk_folded_mail_id FOREIGN KEY(mail_id) REFERENCES outbox (id)
);
CREATE INDEX ix_folded_address ON folded (address_key, at);
"""


def upgrade() -> None:
    """Add what is new; what was there stays as it is."""
    words = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in _CHANGES.format_map(words).split(";\n"):
        if statement.strip():
            op.execute(statement)
