from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.store.engine import HEAD, Store
from gateway.store.migrate import configuration
from gateway.store.schema import metadata


def test_the_migrations_make_the_schema_the_code_speaks_of(store: Store):
    with store.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_end_at_head():
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_partial_indexes_are_partial_in_both(store: Store):
    """Alembic compares columns only; an index over everything would grow with the years."""
    with store.read() as conn:
        inspector = sa.inspect(conn)
        for table in metadata.sorted_tables:
            made = {index["name"]: index for index in inspector.get_indexes(table.name)}
            for index in table.indexes:
                wanted = index.dialect_options["sqlite"]["where"] is not None
                options = made[index.name].get("dialect_options", {})
                assert (f"{store.dialect}_where" in options) == wanted, index.name


def test_the_folder_of_migrations_holds_nothing_else():
    folder = Path(configuration().get_main_option("script_location")) / "versions"
    assert [path.name for path in sorted(folder.glob("*.py"))] == ["0001_initial.py", "0002_real_world.py"]
