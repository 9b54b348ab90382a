"""The short form of `make reliability`: every fault of a smarthost over real sockets, the clock turned by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reliability import smarthost
from tests.support.sink import DROP

SHORT = [each for each in smarthost.SCENARIOS if each.away < timedelta(hours=24)]


@pytest.mark.parametrize("scenario", SHORT, ids=lambda each: each.name)
def test_nothing_is_lost_nothing_changed_and_a_second_copy_only_after_a_lost_dot(tmp_path, library, scenario):
    found = smarthost.run(tmp_path / "house", scenario, 9, 1, library)
    assert found.faults == []
    assert found.taken + found.failed == 9
    assert found.failed == (3 if scenario.refused else 0)
    assert found.copies == (9 if scenario.copies else 0)


def test_many_that_wait_for_hours_cost_one_connection_a_minute_and_leave_in_the_minute_it_is_back(tmp_path, library):
    hours = 3
    away = replace(smarthost.SCENARIOS[0], name="away", away=timedelta(hours=hours))
    away = replace(
        away, answer=lambda _: lambda verb, _a, since: DROP if verb == "CONNECT" and since < away.away else None
    )
    found = smarthost.run(tmp_path / "house", away, 300, 1, library)
    assert found.faults == []
    # Both senders may try in the moment before the first of them knows (R8: at most two); then one asks at a time.
    assert found.taken == 300
    assert found.most_connections <= 2
    assert found.most_once_known == 1
    assert found.attempts - 300 <= hours * 60 + 4, "the others waited unspent"
    assert found.clock_hours <= hours + 0.02


def test_a_campaign_that_finds_a_fault_says_so(tmp_path, library):
    lying = replace(smarthost.SCENARIOS[0], refused="-1@")
    found = smarthost.run(tmp_path / "house", lying, 3, 1, library)
    assert found.faults == ["karin-1@kund1.example: sent, not failed: ", "karin-1@kund1.example: failed, came 1 times"]
