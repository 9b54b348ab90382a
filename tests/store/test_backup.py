from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from gateway.cli import db
from gateway.mail.message import Address, Envelope
from gateway.mail.received import Received
from gateway.store import backup, history, journal, outbox, tickets
from gateway.store.engine import HEAD, Store
from gateway.store.outbox import Outgoing
from gateway.store.schema import blobs
from gateway.store.schema import history as history_table
from gateway.tickets.effects import OpenTicket
from gateway.tickets.model import Actor, ActorKind

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LARGE = b"l" * (journal.INLINE + 1)
ADMIN = Actor(ActorKind.ADMIN, "root")


def received(raw: bytes) -> Received:
    return Received(Envelope("a@b.test", ("s@acme.test",), "smtp"), raw, NOW)


def fill(store: Store) -> int:
    journal.write_received(store, [received(b"small"), received(LARGE)])
    mail = Outgoing(None, None, None, "answered", "requester", "", "a@b.test", "s@acme.test", "<1@x>", b"raw", NOW)
    with store.write() as conn:
        outbox.add(conn, mail, NOW)
        ticket = tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", Address("", "a@b.test")), NOW)
        history.append(conn, ticket.id, NOW, ADMIN, "registered", {})
        return ticket.id


@pytest.fixture
def sqlite_store(empty_sqlite: Path, tmp_path: Path):
    (tmp_path / "gateway.db").write_bytes(empty_sqlite.read_bytes())
    store = Store(f"sqlite:///{tmp_path}/gateway.db", tmp_path / "state")
    yield store
    store.close()


def test_a_backup_put_back_holds_everything_and_sends_nothing_twice(sqlite_store: Store, tmp_path: Path):
    fill(sqlite_store)
    backup.backup(sqlite_store, tmp_path / "copy")
    backup.restore(tmp_path / "copy", tmp_path / "new/gateway.db", tmp_path / "new/state")
    restored = Store(f"sqlite:///{tmp_path}/new/gateway.db", tmp_path / "new/state")
    with restored.read() as conn:
        rows = journal.list_rows(conn)
        (mail,) = outbox.list_rows(conn)
        assert tickets.by_number(conn, 1001) is not None
    assert [journal.load_raw(restored, row) for row in rows] == [LARGE, b"small"]
    assert (mail.state, mail.reason) == ("held", "restored")
    assert backup.check(restored) == []
    restored.close()


def test_a_backup_under_load_is_whole(sqlite_store: Store, tmp_path: Path):
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            journal.write_received(sqlite_store, [received(b"%d" % n), received(b"%d" % n + LARGE)])
            begun.set()
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(60)
    try:
        for n in range(3):
            backup.backup(sqlite_store, tmp_path / f"copy{n}")
    finally:
        stop.set()
        writer.join()
    backup.restore(tmp_path / "copy2", tmp_path / "new/gateway.db", tmp_path / "new/state")
    restored = Store(f"sqlite:///{tmp_path}/new/gateway.db", tmp_path / "new/state")
    assert backup.check(restored) == []
    with restored.read() as conn:
        rows = journal.list_rows(conn, limit=100_000)
    assert rows
    assert all(journal.load_raw(restored, row) for row in rows)
    restored.close()


def test_nothing_is_ever_overwritten(sqlite_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert db.backup(sqlite_store, tmp_path / "copy") == 0
    assert db.backup(sqlite_store, tmp_path / "copy") == 1
    assert db.restore(tmp_path / "copy", sqlite_store.file, tmp_path / "state") == 1
    assert db.restore(tmp_path / "nowhere", tmp_path / "new.db", tmp_path / "state") == 1
    assert "exists already" in capsys.readouterr().err
    assert db.restore(tmp_path / "copy", tmp_path / "new.db", tmp_path / "state") == 0


def test_a_postgresql_is_left_to_its_own_tools(postgresql, empty_postgresql: str, tmp_path: Path):
    store = Store(postgresql.url(empty_postgresql), tmp_path)
    with pytest.raises(backup.BackupError, match="pg_dump"):
        backup.backup(store, tmp_path / "copy")
    store.close()


def test_a_sound_database_checks_clean(store: Store, capsys: pytest.CaptureFixture[str]):
    fill(store)
    assert db.check(store) == 0
    assert capsys.readouterr().out == "db: ok\n"


def test_check_finds_a_broken_chain_and_a_missing_blob(store: Store, tmp_path: Path):
    fill(store)
    with store.write() as conn:
        conn.execute(update(history_table).values(cause="nothing"))
        conn.execute(delete(blobs))
    for path in (tmp_path / "state/blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    chain, content = backup.check(store)
    assert "chain is broken" in chain
    assert content.startswith("journal: content ")


def test_check_finds_a_row_that_names_nothing(sqlite_store: Store):
    ticket_id = fill(sqlite_store)
    other = sqlite3.connect(sqlite_store.file, isolation_level=None)
    other.execute("DELETE FROM participants")
    other.execute("DELETE FROM tickets WHERE id = ?", [ticket_id])  # foreign keys are off in this connection
    other.close()
    assert "history, row" in backup.check(sqlite_store)[0]


def test_upgrade_says_what_it_did(bare_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    store = Store(bare_url, tmp_path)
    assert db.upgrade(store) == 0
    assert db.upgrade(store) == 0
    store.close()
    assert capsys.readouterr().out == f"schema: empty -> {HEAD}\nschema: {HEAD}, up to date\n"
