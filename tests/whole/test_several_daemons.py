"""Several daemons on one real PostgreSQL, each with files of its own."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import letters
from tests.support.daemon import RULES, Daemon
from tests.support.postgresql import PostgreSQL
from tests.support.sink import Sink
from tests.support.waiting import eventually

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


def test_each_follows_its_own_rules_and_takes_them_anew_alone(daemon: Callable[..., Daemon], sink: Sink):
    door, workshop = daemon("door", RECEIVES), daemon("workshop", WORKS)
    workshop.rules.write_text(RULES.replace("prefix: ACME", "prefix: NORD"), encoding="utf-8")
    workshop.reload()
    eventually(lambda: "reloaded" in workshop.log, 30)
    door.rules.write_text("desks: {", encoding="utf-8")
    door.reload()
    eventually(lambda: "reload refused" in door.log, 30)
    door.send(letters.customer("Skrivaren", "Den är trasig"))
    assert "[NORD-" in sink.wait_for(1, KARIN, "registered")[0].subject


def test_while_the_database_is_away_clients_are_put_off_and_all_goes_on_when_it_is_back(
    daemon: Callable[..., Daemon], postgresql: PostgreSQL, sink: Sink
):
    both = daemon("north"), daemon("south")
    postgresql.crash()
    try:
        for one in both:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                one.send(letters.customer("Skrivaren", "Den är trasig"))
            assert refused.value.smtp_code == 451
    finally:
        postgresql.run()

    codes: set[int] = set()

    def taken() -> bool:
        try:
            both[0].send(letters.customer("Skrivaren", "Den är trasig"))
        except smtplib.SMTPDataError as refused:
            codes.add(refused.smtp_code)
            return False
        return True

    eventually(taken, 30)
    assert codes <= {451}
    assert sink.wait_for(1, KARIN, "registered")
    both[1].send(letters.customer("Nätet", "Det är nere", message_id="<net@umbrella.example>"))
    assert len(sink.wait_for(2, KARIN, "registered")) == 2
