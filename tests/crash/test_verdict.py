"""A campaign that cannot fail proves nothing: each fault, put in by hand, must be found."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reliability.mails import Mail
from reliability.verdict import Verdict, judge, waiting

TABLES = """\
CREATE TABLE journal (sha256 TEXT, state TEXT, reason TEXT DEFAULT '');
CREATE TABLE tickets (id INTEGER PRIMARY KEY, number INTEGER, subject TEXT);
CREATE TABLE entries (id INTEGER PRIMARY KEY, ticket_id INTEGER, message_id TEXT);
CREATE TABLE notices (state TEXT);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, ticket_id INTEGER, entry_id INTEGER, event TEXT, rcpt_to TEXT, message_id TEXT,
                     state TEXT, error TEXT DEFAULT '');
"""
MAIL = Mail("t000001", "karin@umbrella.example", b"Subject: t000001\r\n\r\nhej\r\n")
POISON = Mail("t000002", "mallory@evil.example", b"Subject: t000002\r\n\r\n", poison=True)
REPLY = Mail("t000003", "karin@umbrella.example", b"Subject: SV: t000001\r\n\r\ntack\r\n", answers="t000001")
NOTICE = "INSERT INTO outbox (ticket_id, entry_id, event, rcpt_to, message_id, state) VALUES (1, 1, 'registered', 'karin', ?, ?)"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(TABLES)
        for mail in (MAIL, POISON, REPLY):
            db.execute(
                "INSERT INTO journal VALUES (?, ?, '')",
                (hashlib.sha256(mail.raw).hexdigest(), "parked" if mail.poison else "done"),
            )
        db.execute("INSERT INTO tickets VALUES (1, 1001, 't000001')")
        db.execute("INSERT INTO entries VALUES (1, 1, '<t000001@camp.example>')")
        db.execute("INSERT INTO entries VALUES (3, 1, '<t000003@camp.example>')")
        db.execute(NOTICE, ("<1@gw>", "sent"))
        db.commit()
    return path


@pytest.fixture
def judged(database: Path) -> Callable[..., Verdict]:
    def verdict(statement: str = "", *values: str, delivered: tuple[str, ...] = ("<1@gw>",), kills: int = 1) -> Verdict:
        with closing(sqlite3.connect(database)) as db:
            if statement:
                db.execute(statement, values)
                db.commit()
        facts = {"kills": kills, "seed": 1, "seconds": 1.0, "retries": 0}
        return judge(database, {mail.token: mail for mail in (MAIL, POISON, REPLY)}, {}, delivered, facts, ())

    return verdict


def test_a_clean_end_has_no_faults_and_a_parked_poison_mail_is_none(judged):
    assert judged().faults == {}


def test_one_extra_copy_for_a_kill_is_allowed_and_two_are_not(judged):
    assert judged(delivered=("<1@gw>", "<1@gw>")).faults == {}
    assert set(judged(delivered=("<1@gw>",) * 3).faults) == {"extra_copies"}


@pytest.mark.parametrize(
    ("statement", "values", "faults"),
    [
        ("DELETE FROM journal WHERE state = 'done'", (), {"lost"}),
        ("UPDATE journal SET sha256 = 'other bytes' WHERE state = 'parked'", (), {"lost"}),
        ("DELETE FROM entries", (), {"without_entry"}),
        ("INSERT INTO entries VALUES (2, 1, '<t000001@camp.example>')", (), {"double_entries"}),
        ("INSERT INTO tickets VALUES (2, 1002, 't000001')", (), {"double_tickets"}),
        ("INSERT INTO tickets VALUES (2, 1001, 'x')", (), {"double_numbers"}),
        ("UPDATE entries SET ticket_id = 2 WHERE id = 3", (), {"stray_replies"}),
        ("UPDATE journal SET state = 'received' WHERE state = 'parked'", (), {"not_finished"}),
        ("UPDATE journal SET state = 'parked'", (), {"not_finished"}),
        (NOTICE, ("<2@gw>", "sent"), {"never_left", "double_notices"}),
        ("DELETE FROM outbox", (), {"unknown_mails"}),
        ("UPDATE outbox SET state = 'deferred'", (), {"unsent"}),
    ],
)
def test_a_fault_put_in_by_hand_is_found(judged, statement: str, values: tuple[str, ...], faults: set[str]):
    assert set(judged(statement, *values).faults) == faults


def test_what_still_waits_is_counted_over_all_queues(judged, database: Path):
    judged("INSERT INTO notices VALUES ('ready')")
    judged("UPDATE journal SET state = 'received'")
    assert waiting(database) == 4
