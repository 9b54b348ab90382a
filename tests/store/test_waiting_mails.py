"""Mails that cannot leave: paused, or no smarthost to be reached; the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.store import delivery, outbox
from gateway.store.engine import Store
from gateway.store.outbox import OutboxRow, Outgoing

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=5)


def put(store: Store, **fields: object) -> int:
    given = {
        "notice_id": None, "ticket_id": None, "entry_id": None, "event": "registered", "audience": "requester",
        "mail_from": "", "rcpt_to": "anna@cust.test", "from_address": "support@acme.test", "message_id": "<1@x>",
        "raw": b"Subject: x\r\n\r\n", "ready_at": NOW, **fields,
    }  # fmt: skip
    with store.write() as conn:
        return outbox.add(conn, Outgoing(**given), NOW)


def claim(store: Store, now: datetime = NOW, limit: int = 10) -> list[OutboxRow]:
    with store.write() as conn:
        return delivery.claim(conn, now, "w", MINUTE, limit)


def one(store: Store, mail_id: int) -> OutboxRow:
    with store.read() as conn:
        return outbox.get(conn, mail_id)


@pytest.mark.parametrize(
    ("scope", "leaves"),
    [
        ("all", {"alarm"}),
        ("automatic", {"alarm", "answer"}),
        ("receipts", {"alarm", "answer", "told"}),
        ("from:support@acme.test", {"alarm", "other"}),
    ],
)
def test_a_pause_keeps_back_what_it_names(store: Store, scope: str, leaves: set[str]):
    mails = {
        "receipt": put(store, automatic=True),
        "told": put(store, automatic=True, audience="operator"),
        "answer": put(store),
        "alarm": put(store, automatic=True, audience="admin", event="alarm"),
        "other": put(store, automatic=True, from_address="Info@acme.test"),
    }
    with store.write() as conn:
        outbox.pause(conn, NOW, "why", scope)
        outbox.pause(conn, NOW + HOUR, "another reason", scope)
        assert outbox.paused(conn) == {scope: "why"}
    names = {mail_id: name for name, mail_id in mails.items()}
    assert {names[row.id] for row in claim(store)} == leaves
    with store.write() as conn:
        assert outbox.resume(conn, "smarthost:other") == 0
        assert outbox.resume(conn, scope) == 1
    assert {names[row.id] for row in claim(store)} == set(mails) - leaves


def test_who_waits_for_a_smarthost_waits_from_now_and_stays_due(store: Store):
    due, later = put(store), put(store, ready_at=NOW + HOUR)
    with store.write() as conn:
        assert delivery.all_wait(conn, NOW, "no route") == 1
        assert delivery.all_wait(conn, NOW + MINUTE, "no route") == 0, "its time runs from the first"
    row = one(store, due)
    assert (row.state, row.error, row.first_attempt_at, row.ready_at) == ("deferred", "not reached: no route", NOW, NOW)
    assert one(store, later).state == "ready"
    assert [row.id for row in claim(store)] == [due]


def test_who_has_no_way_is_let_go_until_a_time(store: Store):
    mail = put(store)
    rows = claim(store)
    with store.write() as conn:
        delivery.wait(conn, rows, NOW + MINUTE, NOW)
    assert claim(store) == []
    assert [row.id for row in claim(store, NOW + MINUTE)] == [mail]
    assert one(store, mail).attempts == 0


def test_what_was_not_reached_is_due_when_it_is_back_and_what_was_refused_is_not(store: Store):
    away, grey = put(store), put(store)
    first, second = claim(store)
    with store.write() as conn:
        delivery.not_reached(conn, first, NOW, NOW + HOUR, "421 closed")
        delivery.deferred(conn, second, NOW, NOW + HOUR, "450", "greylisted")
        assert delivery.reached(conn, NOW + MINUTE) == 1
    assert [row.id for row in claim(store, NOW + MINUTE)] == [away]
    assert one(store, grey).ready_at == NOW + HOUR


def test_only_what_waited_too_long_is_given_up(store: Store):
    old, young = put(store), put(store, ready_at=NOW + HOUR)
    with store.write() as conn:
        delivery.all_wait(conn, NOW, "no route")
        delivery.all_wait(conn, NOW + HOUR, "no route")
        rows = delivery.claim_expired(conn, NOW + DAYS, "w", MINUTE, 10, DAYS)
    assert [row.id for row in rows] == [old]
    assert one(store, young).state == "deferred"


def test_a_pause_does_not_use_up_the_time_of_a_mail(store: Store):
    put(store)
    with store.write() as conn:
        outbox.pause(conn, NOW, "why")
        assert delivery.all_wait(conn, NOW, "no route") == 0
        assert delivery.claim_expired(conn, NOW + 2 * DAYS, "w", MINUTE, 10, DAYS) == []
