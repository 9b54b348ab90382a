"""The mailbox book: how far each folder was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from gateway.store.schema import journal, mailbox_book


@dataclass(frozen=True, slots=True)
class Page:
    """A folder: its UIDVALIDITY, the highest UID committed, and when it was read first.

    While a folder is read anew from its beginning, `scanning` is its UIDVALIDITY and `scanning_to` the highest UID it
    had when that began. Then `uidvalidity` is None: whoever does not know of scans begins one of his own.
    """

    uidvalidity: int | None
    last_uid: int
    first_connect: datetime
    scanning: int | None = None
    scanning_to: int | None = None


def _page(row: Any) -> Page:
    return Page(row.uidvalidity, row.last_uid, row.first_connect, row.scanning, row.scanning_to)


_insert = insert(mailbox_book)
_PUT = _insert.on_conflict_do_update(
    index_elements=[mailbox_book.c.mailbox, mailbox_book.c.folder],
    set_={
        name: _insert.excluded[name] for name in ("uidvalidity", "last_uid", "scanning", "scanning_to", "updated_at")
    },
)


def get(conn: Connection, mailbox: str, folder: str) -> Page | None:
    """Return what is known of the folder, None where it was never read."""
    query = select(mailbox_book).where(mailbox_book.c.mailbox == mailbox, mailbox_book.c.folder == folder)
    row = conn.execute(query).first()
    return None if row is None else _page(row)


def put(
    conn: Connection,
    mailbox: str,
    folder: str,
    uidvalidity: int | None,
    last_uid: int,
    now: datetime,
    scanning_to: int | None = None,
) -> None:
    """Write down how far the folder was read, or with `scanning_to` how far a scan has come.

    The first time counts as the first connect.
    """
    whole = scanning_to is None
    conn.execute(
        _PUT,
        {
            "mailbox": mailbox, "folder": folder, "last_uid": last_uid, "first_connect": now, "updated_at": now,
            "uidvalidity": uidvalidity if whole else None, "scanning": None if whole else uidvalidity,
            "scanning_to": scanning_to,
        },
    )  # fmt: skip


def journalled(conn: Connection, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    """Return which of these UIDs the journal has: they are not fetched again."""
    there = (
        journal.c.mailbox == mailbox, journal.c.folder == folder, journal.c.uidvalidity == uidvalidity,
        journal.c.uid.in_(uids),
    )  # fmt: skip
    return set(conn.execute(select(journal.c.uid).where(*there)).scalars())


def pages(conn: Connection) -> dict[tuple[str, str], Page]:
    """Return the whole book by mailbox and folder."""
    rows = conn.execute(select(mailbox_book).order_by(mailbox_book.c.mailbox, mailbox_book.c.folder))
    return {(row.mailbox, row.folder): _page(row) for row in rows}
