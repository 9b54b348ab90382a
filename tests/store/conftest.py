"""Stores to test with: SQLite and a real PostgreSQL, each test with a database of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.store.engine import Store
from tests.support.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


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
