"""Timers: exact, once, and a bug in one stops no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gateway.store import timers
from gateway.tickets.effects import Arm
from gateway.tickets.model import Status


def resolved(house, count=1):
    for number in range(count):
        told = next(m for m in house.write("Hej", subject=f"Sak {number}") if "anna" in str(m["To"]))
        house.answer(told, "#löst")
    return house.tickets()


def test_a_timer_fires_once_among_two_daemons(make_house):
    one, two = make_house(worker="one"), make_house(worker="two")
    resolved(one)
    two.now = one.later(days=8).now
    assert (one.tick(), two.tick()) == (1, 0)
    assert one.ticket().status is Status.CLOSED
    assert len([line for line in one.history(one.ticket()) if line.cause == "close-due"]) == 1


def test_a_timer_that_nobody_armed_any_more_causes_nothing(house):
    (ticket,) = resolved(house)
    house.later(days=8)
    with house.store.write("disarm") as conn:
        timers.disarm(conn, ticket.id, "close-due")
    assert house.tick() == 0
    assert house.ticket().status is Status.RESOLVED


def test_a_bug_in_one_timer_is_tried_again_later_and_the_others_fire(house):
    first, second = resolved(house, 2)
    house.later(days=8)
    calls = []
    terms = house.deps.terms

    def buggy():
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("a bug")
        return terms()

    house.deps = replace(house.deps, terms=buggy)
    assert house.tick() == 2
    assert [house.ticket(t.number).status for t in (first, second)] == [Status.RESOLVED, Status.CLOSED]
    assert house.later(minutes=30).tick() == 0
    assert house.later(minutes=31).tick() == 1
    assert house.ticket(first.number).status is Status.CLOSED


def test_a_long_stop_is_made_up_for_at_once(house):
    resolved(house)
    with house.store.write("arm") as conn:
        timers.arm(conn, house.ticket().id, Arm("wake", house.now + timedelta(days=2)))
    assert house.later(days=400).tick() == 2
    assert house.ticket().status is Status.CLOSED
