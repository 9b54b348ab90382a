"""Timers, orders on the command line, mails that could not be delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.decide import decide_failure, decide_order, decide_timer
from gateway.tickets.case import Case
from gateway.tickets.effects import AddEntry, Arm, Change, Disarm, Mute
from gateway.tickets.model import ActorKind, Kind, Status, Visibility


def timer(play, kind, now, terms=None, **ticket):
    return decide_timer(Case(replace(play.ticket, **ticket)), kind, terms or play.terms, now)


def test_a_resolved_ticket_closes_when_its_time_has_come(play, now):
    decision = timer(play, "close-due", now, status=Status.RESOLVED)
    assert play.changes(decision) == {"status": Status.CLOSED, "closed_at": now}
    assert (decision.actor.kind, play.told(decision)) == (ActorKind.TIMER, {})


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.RESOLVED])
def test_a_ticket_that_moved_on_is_left_alone(play, now, status):
    assert timer(play, "close-due", now, status=status).effects == ()


def test_a_paused_ticket_wakes_open_and_its_owner_may_hear(play, now):
    terms = play.under("rules: [{name: Up, event: woke, then: {notify: {who: owner, mail: woke}, tags: [vaken]}}]")
    decision = timer(play, "wake", now, terms, status=Status.PAUSED, owner="anna")
    assert play.changes(decision)["status"] is Status.OPEN
    assert play.changes(decision)["tags"] == ("vaken",)
    assert play.told(decision) == {"anna@acme.example": "woke"}
    assert timer(play, "wake", now, status=Status.OPEN).effects == ()


@pytest.mark.parametrize("case", [Case()])
def test_a_timer_of_no_ticket_or_an_unknown_kind_does_nothing(play, now, case):
    assert decide_timer(case, "close-due", play.terms, now).effects == ()
    assert timer(play, "something", now).effects == ()


# --- the command line ---------------------------------------------------------------------------------------------


def test_an_order_on_the_command_line_is_done_in_the_operators_name(play, now):
    decision, lines = decide_order(Case(play.ticket), "#resolve", "anna", play.terms, now)
    assert (decision.actor.kind, decision.actor.name) == (ActorKind.OPERATOR, "anna")
    assert play.changes(decision)["status"] is Status.RESOLVED
    assert play.of(Arm, decision) == [Arm("close-due", now + timedelta(days=7))]
    assert play.told(decision) == dict.fromkeys(("karin@umbrella.example", "olle@umbrella.example"), "resolved")
    assert [line.result for line in lines] == ["done"]


def test_a_refused_order_changes_nothing_and_says_why(play, now):
    decision, lines = decide_order(Case(play.ticket), "#assign lisa", "anna", play.terms, now)
    assert decision.effects == ()
    assert [line.result for line in lines] == ["failed"]


def test_a_text_goes_nowhere_from_the_command_line_but_into_a_note(play, now):
    decision, _ = decide_order(Case(play.ticket), "#note\n\nRing honom", "anna", play.terms, now)
    (entry,) = play.of(AddEntry, decision)
    assert (entry.kind, entry.visibility, entry.author_name) == (Kind.NOTE, Visibility.INTERNAL, "Anna Åkesson")
    said, _ = decide_order(Case(play.ticket), "#priority high\n\nHej", "anna", play.terms, now)
    assert not play.of(AddEntry, said)


def test_a_name_nobody_has_may_do_nothing(play, now):
    decision, lines = decide_order(Case(play.ticket), "#resolve", "root", play.terms, now)
    assert (decision.effects, decision.actor.kind) == ((), ActorKind.ADMIN)
    assert [line.result for line in lines] == ["failed"]


def test_rules_are_asked_of_orders_on_the_command_line(play, now):
    terms = play.under(
        "rules: [{name: Done, event: resolved, then: {tags: [klart], notify: {who: boss, mail: resolved}}}]"
    )
    decision, _ = decide_order(Case(play.ticket), "#resolve", "anna", terms, now)
    assert play.changes(decision)["tags"] == ("klart",)
    assert play.told(decision)["boss@acme.example"] == "resolved"


# --- delivery that failed -----------------------------------------------------------------------------------------


def test_a_permanent_failure_is_an_event_mutes_and_is_told_to_us_alone(play):
    decision = decide_failure(
        Case(play.ticket), "karin@umbrella.example", "550", "no such user", play.terms, permanent=True
    )
    assert play.of(Mute, decision) == [Mute("karin@umbrella.example", "bounced 550")]
    assert set(play.told(decision)) == {"anna@acme.example"}
    assert play.of(AddEntry, decision)[0].folded


def test_giving_up_after_days_mutes_nobody(play):
    decision = decide_failure(Case(play.ticket), "karin@umbrella.example", None, "gave up", play.terms, permanent=False)
    assert not play.of(Mute, decision)


def test_a_wait_or_pause_that_ends_takes_its_timer_away(play, now):
    decision, _ = decide_order(Case(replace(play.ticket, status=Status.PAUSED)), "#resolve", "anna", play.terms, now)
    assert Disarm("wake") in play.of(Disarm, decision)
    assert all(change.cause for change in play.of(Change, decision))


def test_waiting_by_order_is_told_to_the_customers(play, now):
    decision, _ = decide_order(Case(replace(play.ticket, owner="anna")), "#wait", "anna", play.terms, now)
    assert play.changes(decision)["status"] is Status.WAITING
    assert set(play.told(decision)) == {"karin@umbrella.example", "olle@umbrella.example"}
