from __future__ import annotations

import re
from pathlib import Path

from gateway.store.schema import metadata

DOCUMENT = (Path(__file__).parents[2] / "docs/database.md").read_text(encoding="utf-8")


def test_every_table_is_described():
    described = set(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", DOCUMENT, re.MULTILINE))
    names = {name for cell in described for name in re.findall(r"`(\w+)`", cell)}
    assert set(metadata.tables) <= names


def test_every_column_that_is_named_is_there():
    columns = {column.name for table in metadata.tables.values() for column in table.columns}
    for name in ("claimed_by", "claimed_until", "copies", "in_blobs", "version", "since_entry", "content_key", "muted"):
        assert f"`{name}`" in DOCUMENT
        assert name in columns
