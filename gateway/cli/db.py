"""`gateway db upgrade/backup/restore/check`: what they print and their exit status; wired up elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.store.engine import Store

DONE = 0
NO = 1


def upgrade(store: Store) -> int:
    """Bring the schema up to date."""
    before = store.version()
    if store.upgrade():
        print(f"schema: {before or 'empty'} -> {store.version()}")
    else:
        print(f"schema: {before}, up to date")
    return DONE


def backup(store: Store, target: Path) -> int:
    """Copy database and blobs to a new folder while the daemon works."""
    from gateway.store.backup import BackupError
    from gateway.store.backup import backup as copy

    try:
        copy(store, target)
    except BackupError as error:
        print(error, file=sys.stderr)
        return NO
    print(f"backup: {target}")
    return DONE


def restore(source: Path, database: Path, state: Path) -> int:
    """Put a backup in the place of a database that is not there."""
    from gateway.store.backup import BackupError
    from gateway.store.backup import restore as put_back

    try:
        put_back(source, database, state)
    except BackupError as error:
        print(error, file=sys.stderr)
        return NO
    print(f"restored: {database}; mails that had not left are held (`gateway outbox list`, `outbox retry`)")
    return DONE


def check(store: Store) -> int:
    """Print what is wrong; exit status 1 when anything is."""
    from gateway.store.backup import check as problems_of

    problems = problems_of(store)
    for problem in problems:
        print(problem)
    print("db: ok" if not problems else f"db: {len(problems)} problems")
    return NO if problems else DONE
