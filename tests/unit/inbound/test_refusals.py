"""Counts of who was put off: bounded, and begun anew."""

from __future__ import annotations

from gateway.inbound.refusals import Refusals, Refused, Tally


def test_a_tally_counts_by_name_until_its_time_is_over():
    tally = Tally(60.0)
    assert [tally.add("a", 100.0), tally.add("a", 130.0), tally.add("b", 159.0)] == [1, 2, 1]
    assert tally.count("a", 159.9) == 2
    assert tally.count("a", 160.0) == 0
    assert tally.add("a", 160.0) == 1


def test_a_tally_does_not_grow_for_ever():
    tally = Tally(60.0)
    for number in range(60_000):
        tally.add(f"n{number}", 100.0)
    assert len(tally._counts) <= 50_000


def test_what_was_told_begins_anew_and_the_rest_stays():
    refusals = Refusals()
    for who in ("10.0.0.1", "10.0.0.2", "x" * 500):
        refusals.note("connections", who)
    refusals.note("sender", "a@b.example")
    assert refusals.untold() == {"connections": Refused(3, "x" * 200), "sender": Refused(1, "a@b.example")}
    refusals.told("connections")
    refusals.told("connections")
    assert refusals.untold() == {"sender": Refused(1, "a@b.example")}
