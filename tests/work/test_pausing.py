"""Pauses: what they stop and what not, who hears of them; the breaker that makes one by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.mail.message import Address
from gateway.store import notices, outbox
from gateway.tickets.effects import Tell
from gateway.work import deliver, pausing

KARIN, ANNA, BO = "karin@umbrella.example", "anna@acme.example", "bo@acme.example"


def pause(house, scope, reason="för säkerhets skull"):
    with house.store.write("pause") as conn:
        outbox.pause(conn, house.now, reason, scope)


def resume(house, scope=None):
    with house.store.write("resume") as conn:
        return outbox.resume(conn, scope)


def left(house):
    return {who for _, who, _ in house.smarthost.sent}


@pytest.mark.parametrize(
    ("scope", "leaves"),
    [
        ("all", set()),
        ("automatic", set()),
        ("receipts", {ANNA, BO}),
        ("from:support@acme.example", set()),
        ("from:other@acme.example", {KARIN, ANNA, BO}),
        ("smarthost:out", set()),
        ("smarthost:other", {KARIN, ANNA, BO}),
    ],
)
def test_a_pause_stops_what_it_names_and_nothing_is_lost(house, scope, leaves):
    pause(house, scope)
    house.write("Hej")
    assert left(house) == leaves
    resume(house)
    house.later(minutes=2).send()
    assert left(house) == {KARIN, ANNA, BO}


def test_one_pause_is_lifted_and_the_other_stays(house):
    pause(house, "all")
    pause(house, "receipts")
    house.write("Hej")
    assert resume(house, "all") == 1
    house.send()
    assert left(house) == {ANNA, BO}
    with house.store.read() as conn:
        assert outbox.paused(conn) == {"receipts": "för säkerhets skull"}


def test_a_paused_mail_is_not_given_up_though_its_time_is_over(house):
    house.under(retry_for=timedelta(hours=1))
    pause(house, "all")
    house.write("Hej")
    assert deliver.run_once(house.deps, house.later(days=9).now) == 0
    resume(house)
    house.send()
    assert left(house) == {KARIN, ANNA, BO}


def test_the_admins_hear_of_a_pause_at_once_and_daily_though_all_is_paused(house):
    house.under(admin=("root@acme.example",))
    pause(house, "all", "fel avsändare")
    assert pausing.run_once(house.deps, house.now) == 2
    mails = house.send()
    assert {str(mail["To"].addresses[0].addr_spec) for mail in mails} == {ANNA, "root@acme.example"}
    assert "alla utskick, sedan 2026-11-24 09:00 UTC: fel avsändare" in mails[0].get_body(("plain",)).get_content()
    assert pausing.run_once(house.deps, house.later(hours=23).now) == 0
    assert pausing.run_once(house.deps, house.later(hours=2).now) == 2
    pause(house, "receipts")
    assert pausing.run_once(house.deps, house.now) == 2, "another pause is told at once"
    resume(house)
    assert pausing.run_once(house.deps, house.later(days=2).now) == 0


def flood(house, count, *, hours_ago=0.0):
    """Write so many automatic mails to the outside into the books, all of one moment."""
    at = house.now - timedelta(hours=hours_ago)
    with house.store.write("flood") as conn:
        for number in range(count):
            to = Address("", f"k{number}@kund.example")
            tell = Tell("registered", "requester", to, None, "sv", ("requester",), auto="auto-replied", budgeted=True)
            notices.add(conn, None, None, tell, f"<{at.timestamp()}.{number}@x>", {}, at)


def paused(house):
    with house.store.read() as conn:
        return outbox.paused(conn)


def test_the_breaker_leaves_three_hundred_an_hour_alone(house):
    flood(house, 299)
    pausing.run_once(house.deps, house.now)
    assert paused(house) == {}


def test_the_breaker_stops_automatic_mail_to_customers_and_tells_the_admins(house):
    flood(house, 300)
    assert pausing.run_once(house.deps, house.now) == 1
    assert paused(house) == {
        "receipts": "300 automatic mails to customers in an hour; the busiest hour of two weeks had 0"
    }


def test_the_breaker_knows_how_busy_the_house_is(house):
    flood(house, 40, hours_ago=30)
    flood(house, 399)
    pausing.run_once(house.deps, house.now)
    assert paused(house) == {}
    flood(house, 400, hours_ago=0.01)
    house.later(minutes=2)
    pausing.run_once(house.deps, house.now)
    assert set(paused(house)) == {"receipts"}


def test_whoever_lifts_the_breakers_pause_has_an_hour(house):
    flood(house, 300)
    pausing.run_once(house.deps, house.now)
    resume(house)
    pausing.run_once(house.deps, house.later(minutes=30).now)
    assert paused(house) == {}
    flood(house, 3001)
    pausing.run_once(house.deps, house.later(minutes=31).now)
    assert set(paused(house)) == {"receipts"}
