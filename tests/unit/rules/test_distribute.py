from __future__ import annotations

from gateway.policy.actions import BySkill
from gateway.rules.distribute import AssignNext, group_with_skill, hand_out, pick, skilled

MEMBERS = ("anna", "bo", "cecilia")
TURNS = AssignNext("g", "round-robin")
LEAST = AssignNext("g", "least-loaded")


def test_turns_go_round_from_who_had_the_last_one():
    assert [pick(TURNS, MEMBERS, {}, last=last) for last in (None, "anna", "bo", "cecilia", "gone")] == [
        "anna", "bo", "cecilia", "anna", "anna",
    ]  # fmt: skip


def test_who_is_away_is_passed_over():
    assert pick(TURNS, MEMBERS, {}, away={"bo"}, last="anna") == "cecilia"
    assert pick(TURNS, MEMBERS, {}, away=set(MEMBERS)) is None


def test_the_least_loaded_gets_it_and_the_first_of_equals():
    assert pick(LEAST, MEMBERS, {"anna": 3, "bo": 1, "cecilia": 1}) == "bo"
    assert pick(LEAST, MEMBERS, {"anna": 3, "bo": 1}, away={"cecilia"}) == "bo"


def test_a_wanted_skill_narrows_the_choice():
    assert pick(LEAST, MEMBERS, {"cecilia": 9}, skilled={"cecilia"}) == "cecilia"
    assert pick(LEAST, MEMBERS, {}, skilled=()) is None


def test_a_dispatcher_gets_everything_unless_he_is_away():
    order = AssignNext("g", "dispatcher")
    assert pick(order, MEMBERS, {}, dispatcher="bo") == "bo"
    assert pick(order, MEMBERS, {}, away={"bo"}, dispatcher="bo") is None
    assert pick(order, MEMBERS, {}) is None


def test_groups_that_pick_for_themselves_hand_out_only_when_told_to(a_policy):
    policy = a_policy("  - {name: r, when: {subject: x}, then: {stop: true}}")
    assert hand_out(policy, "first-line") is None
    assert hand_out(policy, "first-line", at_once=True) == AssignNext("first-line", "round-robin")
    assert hand_out(policy, "network", "network") == AssignNext("network", "round-robin", "network")
    assert hand_out(policy, "gone") is None


def test_the_group_with_the_largest_share_of_a_skill_is_found(a_policy):
    policy = a_policy("  - {name: r, when: {subject: x}, then: {stop: true}}")
    assert group_with_skill(policy, BySkill("network")) == "network"
    assert group_with_skill(policy, BySkill("welding")) is None
    assert skilled(policy, "first-line", "network") == {"anna"}
