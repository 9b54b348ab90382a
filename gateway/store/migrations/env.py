"""What Alembic runs: the migrations on the connection it was given, all in its one transaction."""

from __future__ import annotations

from alembic import context

from gateway.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
