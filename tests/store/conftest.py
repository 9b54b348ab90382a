"""Stores to test with: SQLite and a real PostgreSQL, each test with a database of its own."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from gateway.store.engine import Store

_BINARIES = Path("/usr/lib/postgresql/15/bin")
_SETTINGS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "max_connections": "200"}


class PostgreSQL:
    """A server on a Unix socket in a folder of its own, as an ordinary user."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gwpg"))  # short: the path of a socket ends at 108 bytes
        self._as: dict[str, object] = {}
        if os.getuid() == 0:  # initdb refuses root
            user = _ordinary_user()
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._numbers = itertools.count(1)

    def start(self) -> None:
        data = self.folder / "data"
        self._run(
            "initdb", "-D", str(data), "-U", "gateway", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [_BINARIES / "postgres", "-D", data, "-k", self.folder, *settings],
                stdout=log, stderr=log, cwd=self.folder, **self._as,
            )  # fmt: skip
        self._wait()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([_BINARIES / program, *arguments], check=True, capture_output=True, cwd=self.folder, **self._as)

    def _wait(self) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="gateway", dbname=database, autocommit=True)

    def database(self, template: str = "template1") -> str:
        name = f"t{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with self.connect() as conn:
            conn.execute(statement)
        return name

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://gateway@/{database}?host={self.folder}"

    def stop(self) -> None:
        self._server.send_signal(2)  # fast shutdown
        self._server.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


def _ordinary_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    server = PostgreSQL()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    store = Store(f"sqlite:///{folder}/gateway.db", folder)
    store.upgrade()
    store.close()
    return folder / "gateway.db"


@pytest.fixture(scope="session")
def empty_postgresql(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    name = postgresql.database()
    store = Store(postgresql.url(name), tmp_path_factory.mktemp("state"))
    store.upgrade()
    store.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bare.db"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.url(server.database())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "gateway.db")
        return f"sqlite:///{tmp_path}/gateway.db"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.url(server.database(request.getfixturevalue("empty_postgresql")))


@pytest.fixture
def make_store(url: str, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Open the test's database, once more or with a failure injected."""
    stores: list[Store] = []

    def make(fail: Callable[[str], None] | None = None) -> Store:
        stores.append(Store(url, tmp_path / "state", fail))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    return make_store()
