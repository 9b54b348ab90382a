from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import ConfigurationError, TryAgainError
from gateway.mail.message import Address, Envelope
from gateway.mail.received import Received
from gateway.store import journal, keys, tickets
from gateway.store.engine import HEAD, Store
from gateway.store.lock import AlreadyRunningError, sole_daemon
from gateway.store.schema import contacts
from gateway.tickets.effects import OpenTicket

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OPENING = OpenTicket("acme", "ACME", "x", Address("", "a@b.test"))


def received(raw: bytes) -> Received:
    return Received(Envelope("a@b.test", ("s@acme.test",), "smtp"), raw, NOW)


def count(store: Store) -> int:
    with store.read() as conn:
        return len(tickets.list_tickets(conn, limit=10_000))


def test_a_block_that_raises_leaves_nothing(store: Store):
    with pytest.raises(RuntimeError, match="half"), store.write() as conn:  # noqa: PT012  # the block is what is tested
        tickets.open_ticket(conn, OPENING, NOW)
        raise RuntimeError("half")
    assert count(store) == 0


def test_the_writer_is_free_again_after_a_failure(make_store: Callable[..., Store]):
    fail = iter([True, False])

    def step(_name: str) -> None:
        if next(fail):
            raise RuntimeError

    store = make_store(step)
    for expected in (0, 1):
        try:
            with store.write() as conn:
                tickets.open_ticket(conn, OPENING, NOW)
        except RuntimeError:
            pass
        assert count(store) == expected


def test_every_durable_step_has_a_name_and_none_leaves_half_a_message(make_store: Callable[..., Store]):
    items = [received(b"small"), received(b"l" * (journal.INLINE + 1))]
    names: list[str] = []
    whole = make_store(names.append)
    for stop_at in range(1, 10):
        seen: list[str] = []

        def step(name: str, seen: list[str] = seen, stop_at: int = stop_at) -> None:
            seen.append(name)
            if len(seen) == stop_at:
                raise RuntimeError(name)

        try:
            journal.write_received(make_store(step), items)
            break
        except RuntimeError:
            with whole.read() as conn:
                assert journal.list_rows(conn) == []
    assert seen == ["blob written", "blob in place", "journal commit"] or seen == ["journal commit"]
    assert [answer.duplicate for answer in journal.write_received(whole, items)] == [True, True]
    with whole.read() as conn:
        rows = journal.list_rows(conn)
    assert sorted(journal.load_raw(whole, row) for row in rows) == sorted(item.raw for item in items)


def test_readers_do_not_wait_for_a_writer(store: Store):
    with store.write() as conn:
        tickets.open_ticket(conn, OPENING, NOW)
        assert count(store) == 0


def test_a_mistake_in_a_statement_is_no_passing_trouble(store: Store):
    with pytest.raises(sa.exc.DBAPIError), store.write() as conn:
        conn.execute(sa.text("SELECT nothing FROM nowhere"))
    with pytest.raises(sa.exc.IntegrityError), store.write() as conn:
        conn.execute(sa.insert(contacts), [{"address_key": "a"}, {"address_key": "a"}])


def test_a_lost_connection_means_try_again_and_the_next_try_works(postgresql, empty_postgresql: str, tmp_path: Path):
    name = postgresql.database(empty_postgresql)
    store = Store(postgresql.url(name), tmp_path)
    with pytest.raises(TryAgainError), store.write() as conn:  # noqa: PT012  # the block is what is tested
        tickets.open_ticket(conn, OPENING, NOW)
        with postgresql.connect() as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        tickets.open_ticket(conn, OPENING, NOW)
    with store.write() as conn:
        assert tickets.open_ticket(conn, OPENING, NOW).number == 1001
    store.close()


def test_after_a_restart_of_the_server_one_try_fails_not_one_for_each_connection(
    postgresql, empty_postgresql: str, tmp_path: Path
):
    name = postgresql.database(empty_postgresql)
    store = Store(postgresql.url(name), tmp_path)
    with store.read() as a, store.read() as b, store.read() as c:
        assert [conn.execute(sa.text("SELECT 1")).scalar() for conn in (a, b, c)] == [1, 1, 1]
    with postgresql.connect() as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    with pytest.raises(TryAgainError), store.write() as conn:
        tickets.open_ticket(conn, OPENING, NOW)
    for number in (1001, 1002, 1003):
        with store.write() as conn:
            assert tickets.open_ticket(conn, OPENING, NOW).number == number
    store.close()


def test_a_server_that_is_not_there_means_try_again(tmp_path: Path):
    store = Store(f"postgresql+psycopg://x@/x?host={tmp_path}", tmp_path)
    with pytest.raises(TryAgainError), store.read():
        pass


def test_the_words_of_a_trouble_hold_no_mail(postgresql, tmp_path: Path):
    store = Store(postgresql.url("no_such_database"), tmp_path)
    with pytest.raises(TryAgainError) as caught, store.read():
        pass
    assert "\n" not in str(caught.value)
    assert "no_such_database" in str(caught.value)


@pytest.fixture
def sqlite_store(empty_sqlite: Path, tmp_path: Path):
    (tmp_path / "gateway.db").write_bytes(empty_sqlite.read_bytes())
    store = Store(f"sqlite:///{tmp_path}/gateway.db", tmp_path)
    yield store
    store.close()


def test_a_full_disk_means_try_again_and_loses_nothing(sqlite_store: Store):
    with sqlite_store.engine.connect() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(connection, _record, _proxy) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 5}")

    sa.event.listen(sqlite_store.engine, "checkout", limit)
    accepted = 0
    with pytest.raises(TryAgainError, match="full"):  # noqa: PT012  # the block is what is tested
        for n in range(100):
            journal.write_received(sqlite_store, [received(b"%d" % n * 5_000)])
            accepted += 1
    sa.event.remove(sqlite_store.engine, "checkout", limit)
    with sqlite_store.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    with sqlite_store.read() as conn:
        assert len(journal.list_rows(conn)) == accepted


def test_a_database_locked_by_another_program_means_try_again(sqlite_store: Store):
    import sqlite3

    sa.event.listen(sqlite_store.engine, "checkout", lambda c, _r, _p: c.execute("PRAGMA busy_timeout=20").close())
    other = sqlite3.connect(sqlite_store.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TryAgainError, match="locked"), sqlite_store.write():
        pass
    other.close()
    with sqlite_store.write() as conn:
        tickets.open_ticket(conn, OPENING, NOW)


def test_sqlite_is_opened_as_safe_as_a_250_needs_it(sqlite_store: Store):
    with sqlite_store.read() as conn:
        found = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_sqlite_without_a_file_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="needs a file"):
        Store("sqlite://", tmp_path)


def test_a_place_where_no_file_can_be_is_a_mistake_in_the_settings(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"file/gateway\.db"):
        Store(f"sqlite:///{tmp_path}/file/gateway.db", tmp_path)


def test_the_folder_of_the_database_is_made_and_closed_to_others(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path}/deep/down/gateway.db", tmp_path / "state")
    store.upgrade()
    store.close()
    assert (tmp_path / "deep/down").stat().st_mode & 0o077 == 0
    assert (tmp_path / "deep/down/gateway.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "state/blobs").stat().st_mode & 0o077 == 0


def test_a_second_daemon_on_the_same_file_is_refused(tmp_path: Path, sqlite_store: Store):
    refused = pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}")
    with sqlite_store.daemon_lock(), refused, sole_daemon(sqlite_store.file):
        pass
    with sole_daemon(sqlite_store.file):
        pass


def test_a_killed_daemon_leaves_no_lock(tmp_path: Path, sqlite_store: Store):
    program = (
        "import sys, time; from pathlib import Path; from gateway.store.lock import sole_daemon\n"
        "with sole_daemon(Path(sys.argv[1])):\n  print('held', flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[2]
    daemon = subprocess.Popen([sys.executable, "-c", program, sqlite_store.file], stdout=subprocess.PIPE, cwd=root)
    assert daemon.stdout.readline() == b"held\n"
    with pytest.raises(AlreadyRunningError, match=f"process {daemon.pid}"), sole_daemon(sqlite_store.file):
        pass
    daemon.send_signal(signal.SIGKILL)
    daemon.communicate()
    with sole_daemon(sqlite_store.file):
        pass


def test_several_daemons_may_share_a_postgresql(postgresql, empty_postgresql: str, tmp_path: Path):
    store = Store(postgresql.url(empty_postgresql), tmp_path)
    with store.daemon_lock(), store.daemon_lock():
        assert store.version() == HEAD
    store.close()


def test_an_empty_database_is_brought_up_once(bare_url: str, tmp_path: Path):
    store = Store(bare_url, tmp_path)
    assert store.version() is None
    assert store.upgrade() is True
    assert store.upgrade() is False
    with store.write() as conn:
        assert len(keys.load_keys(conn).current) == 32
        assert tickets.open_ticket(conn, OPENING, NOW).number == 1001
    store.close()


def test_daemons_that_start_at_once_bring_it_up_together(bare_url: str, tmp_path: Path):
    stores = [Store(bare_url, tmp_path) for _ in range(4)]
    done: list[bool] = []
    threads = [threading.Thread(target=lambda s=store: done.append(s.upgrade())) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    with stores[0].read() as conn:
        assert keys.load_keys(conn).previous == ()
    for store in stores:
        store.close()


def test_an_upgrade_that_is_interrupted_leaves_the_database_as_it_was(bare_url: str, tmp_path: Path):
    def stop(name: str) -> None:
        raise RuntimeError(name)

    interrupted, next_try = Store(bare_url, tmp_path, stop), Store(bare_url, tmp_path)
    with pytest.raises(RuntimeError, match="schema commit"):
        interrupted.upgrade()
    assert next_try.version() is None
    assert next_try.upgrade()
    interrupted.close()
    next_try.close()
