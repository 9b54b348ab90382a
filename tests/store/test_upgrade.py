"""From the first release's schema to this one: whole or not at all, and while daemons of the first go on running.

`previous_release/` holds what the first release said to each database while a few messages went the whole way, long
texts cut short; a line in the middle stands for the upgrade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import TryAgainError
from gateway.store.engine import HEAD, NewerSchemaError, Store
from gateway.store.migrate import upgrade
from tests.support.daemon import Daemon

STATEMENTS = Path(__file__).parent / "previous_release"
AT_THE_END = {"settled": 10, "tickets": 6, "changes": 6, "sent": 17, "unfinished": 1}  # an alarm is left to be sent
UPGRADED = "-- the schema is upgraded here\n"


@pytest.fixture
def open_store(bare_url: str, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    stores: list[Store] = []

    def make(fail: Callable[[str], None] | None = None) -> Store:
        stores.append(Store(bare_url, tmp_path / "state", fail))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def previous(open_store: Callable[..., Store]) -> Store:
    """A database as the first release made it."""
    store = open_store()
    with store.write() as conn:
        upgrade(conn, "0001")
    return store


def said(store: Store) -> tuple[list[str], list[str]]:
    """Return what the first release said before and after the upgrade."""
    before, _, after = (STATEMENTS / f"{store.dialect}.sql").read_text(encoding="utf-8").partition(UPGRADED)
    return before.splitlines(), after.splitlines()


def say(store: Store, statements: Sequence[str]) -> None:
    for statement in statements:
        with store.write() as conn:
            conn.exec_driver_sql(statement.replace("%", "%%") if store.dialect == "postgresql" else statement)


def counts(store: Store) -> dict[str, int]:
    questions = {
        "settled": "SELECT count(*) FROM journal WHERE state IN ('done', 'held')",
        "tickets": "SELECT count(*) FROM tickets",
        "changes": "SELECT sum(version) FROM tickets",
        "sent": "SELECT count(*) FROM outbox WHERE state = 'sent'",
        "unfinished": "SELECT count(*) FROM notices WHERE state = 'ready'",
    }
    with store.read() as conn:
        return {name: int(conn.execute(sa.text(question)).scalar() or 0) for name, question in questions.items()}


def test_a_daemon_of_the_previous_release_goes_on_working_while_the_schema_is_upgraded(previous: Store):
    before, after = said(previous)
    say(previous, before)
    halfway = counts(previous)
    assert previous.upgrade()
    assert counts(previous) == halfway, "an upgrade loses and changes nothing"
    say(previous, after)
    assert previous.version() == HEAD
    assert counts(previous) == AT_THE_END


def test_an_upgrade_that_is_interrupted_leaves_the_old_schema_and_is_done_the_next_time(
    previous: Store, open_store: Callable[..., Store]
):
    def power_cut(step: str) -> None:
        if step == "schema commit":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_store(power_cut).upgrade()
    assert previous.version() == "0001"
    say(previous, said(previous)[0])
    assert previous.upgrade()
    assert not previous.upgrade()
    assert previous.version() == HEAD


def test_a_database_of_a_newer_release_is_refused_in_words(previous: Store):
    with previous.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchemaError, match="schema 9999, made by a newer release; this one knows"):
        previous.upgrade()
    assert previous.version() == "9999"


@pytest.mark.parametrize("bare_url", ["postgresql"], indirect=True)
def test_an_upgrade_that_would_hold_up_a_busy_daemon_gives_up_instead(
    previous: Store, open_store: Callable[..., Store]
):
    with previous.write() as conn:
        conn.execute(
            sa.text("SELECT count(*) FROM journal")
        )  # a long look: ALTER TABLE waits for it, and all behind it
        with pytest.raises(TryAgainError, match="lock timeout"):
            open_store().upgrade()
    assert previous.version() == "0001"
    assert previous.upgrade()


def test_the_command_line_upgrades_says_so_and_refuses_what_is_newer(tmp_path: Path):
    daemon = Daemon(tmp_path)
    store = Store(daemon.settings["database"]["url"], daemon.state)
    with store.write() as conn:
        upgrade(conn, "0001")
    assert daemon.gateway("db", "upgrade") == f"schema: 0001 -> {HEAD}\n"
    with store.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    done = daemon.run("run")
    assert done.returncode == 1
    assert done.stderr.startswith("the database has schema 9999, made by a newer release; this one knows")
