"""What the second release adds. A daemon of the first may go on running: each column is nullable or has a default."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_SQLITE = {"time": "BIGINT"}
_POSTGRESQL = {"time": "TIMESTAMP WITH TIME ZONE"}

_CHANGES = """\
ALTER TABLE journal ADD COLUMN message_id TEXT;
ALTER TABLE journal ADD COLUMN waits_since {time};
CREATE INDEX ix_journal_message_id ON journal (message_id) WHERE state = 'received';
"""


def upgrade() -> None:
    """Add what is new; what was there stays as it is."""
    words = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in _CHANGES.format_map(words).split(";\n"):
        if statement.strip():
            op.execute(statement)
