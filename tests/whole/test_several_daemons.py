"""Several daemons on one real PostgreSQL, each with files of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.postgresql import PostgreSQL
from tests.support.sink import Sink

KARIN = "karin@umbrella.example"
RECEIVES = {"run": {"work": 0, "deliver": 0, "timers": False, "poll": False}}
WORKS = {"run": {"receive": False, "poll": False}}


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as peer:
        yield peer


@pytest.fixture
def database(postgresql: PostgreSQL) -> str:
    return postgresql.database()


@pytest.fixture
def daemon(postgresql: PostgreSQL, database: str, sink: Sink, tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Start one more daemon on the test's database."""
    made: list[Daemon] = []

    def start(name: str, settings: dict[str, Any] | None = None, **options: Any) -> Daemon:
        folder = tmp_path / name
        folder.mkdir()
        everything = {"database": {"url": postgresql.url(database)}, **(settings or {})}
        made.append(Daemon(folder, sink=sink, settings=everything, **options))
        return made[-1].start()

    yield start
    for one in made:
        if one.running:
            one.terminate()


def test_one_receives_and_another_works_and_delivers(daemon: Callable[..., Daemon], sink: Sink):
    door, workshop = daemon("door", RECEIVES), daemon("workshop", WORKS)
    assert workshop.listening == {}
    door.send(letters.customer("Skrivaren", "Den är trasig"))
    assert sink.wait_for(1, KARIN, "registered")
    assert [ticket["subject"] for ticket in door.tickets()] == ["Skrivaren"]
