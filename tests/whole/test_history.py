"""Every change is told with who, when and why, and a later edit shows (TM4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.daemon import RULES
from tests.support.house import House

pytestmark = pytest.mark.timeout(300)
HOUSE_RULES = (
    RULES
    + "priorities: {levels: [low, medium, high]}\n"
    + "rules:\n  - {name: Stopp, when: {subject: {contains: stopp}}, then: {priority: high}}\n"
)


@pytest.fixture(scope="module")
def changed(house: House) -> Iterator[str]:
    """A ticket with changes by a rule, by an operator's mail and on the command line; the daemon has ended."""
    case = house.write("Driftstopp i Luleå", "Inget fungerar.")
    case.operator(case.notice(), "Jag tittar på det.\n\n#etikett +natt")
    case.becomes(tags=["natt"], owner="anna")
    house.daemon.gateway("ticket", "do", case.reference, "#priority low", "--as", "bo")
    case.becomes(priority="low")
    house.daemon.idle()
    yield case.reference
    house.daemon.terminate()


def test_each_change_says_by_whom_or_what_rule_when_and_why(house: House, changed: str):
    history = house.daemon.ticket(changed)["history"]
    by_cause = {line["cause"]: line for line in history}
    assert by_cause["rule Stopp"]["change"]["priority"] == "high"
    tagged = by_cause["#tag +natt"]
    assert tagged["change"] == {"tags": ["natt"]}
    assert "anna" in str(tagged["actor"])
    assert "bo" in str(by_cause["#priority low"]["actor"])
    assert by_cause["#priority low"]["change"]["priority"] == "low"
    assert all(line["at"] for line in history)
    assert [line["at"] for line in history] == sorted(line["at"] for line in history)


def test_ticket_show_tells_the_history_to_people_too(house: House, changed: str):
    shown = house.daemon.gateway("ticket", "show", changed)
    for word in ("rule Stopp", "#tag +natt", "#priority low", "anna", "bo"):
        assert word in shown


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE history SET content = replace(content, 'high', 'none') WHERE content LIKE '%high%'",
        "UPDATE history SET cause = 'nobody' WHERE cause = 'rule Stopp'",
        "UPDATE history SET actor_kind = 'gateway' WHERE cause = '#tag +natt'",
        "UPDATE history SET at = at + 1000 WHERE position = 2",
        "DELETE FROM history WHERE position = 2",
    ],
)
def test_an_edit_of_the_database_shows(house: House, changed: str, edit: str):
    assert "db: ok" in house.daemon.gateway("db", "check")
    with closing(sqlite3.connect(house.daemon.database)) as database:
        before = database.execute("SELECT * FROM history").fetchall()
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:  # append-only: whoever edits must take them away first
            database.execute(f'DROP TRIGGER "{name}"')
        assert database.execute(edit).rowcount > 0
        database.commit()
        done = house.daemon.run("db", "check")
        database.execute("DELETE FROM history")
        marks = ", ".join("?" * len(before[0]))
        database.executemany(f"INSERT INTO history VALUES ({marks})", before)
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
    assert done.returncode == 1, done.stdout
    assert "ticket " in done.stdout
    assert "line " in done.stdout
