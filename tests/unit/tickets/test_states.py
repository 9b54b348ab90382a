"""Status x trigger: the table is whole, and says what the specification says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tickets.model import Status
from gateway.tickets.states import FOLLOW_UP, TRANSITIONS, Refusal, Trigger, move

no = None
SPEC = {  # new open waiting external paused resolved closed; None is a refusal
    "customer-wrote": "new open open external open open open",
    "third-party-wrote": "new open waiting open paused resolved closed",
    "answered": "open open waiting external open resolved closed",
    "wait": "waiting waiting waiting waiting waiting waiting no",
    "external": "external external external external external external no",
    "pause": "paused paused paused paused paused paused no",
    "resolve": "resolved resolved resolved resolved resolved no no",
    "close": "closed closed closed closed closed closed no",
    "reopen": "no no no no no open open",
    "wake": "no no waiting no open resolved no",
    "strikes-over": "no no resolved no paused resolved no",
    "close-due": "no no waiting no paused closed no",
}


@pytest.mark.parametrize("trigger", Trigger)
def test_every_cell_is_as_decided(trigger):
    row = [TRANSITIONS[status][trigger] for status in Status]
    assert ["no" if isinstance(to, Refusal) else to.value for to in row] == SPEC[trigger].split()


def test_a_closed_ticket_past_its_window_is_followed_up_and_only_by_its_customer():
    assert move(Status.CLOSED, Trigger.CUSTOMER_WROTE, within_window=False) is FOLLOW_UP
    assert move(Status.RESOLVED, Trigger.CUSTOMER_WROTE, within_window=False) is Status.OPEN
    assert move(Status.CLOSED, Trigger.REOPEN, within_window=False) is Status.OPEN


@pytest.mark.parametrize(
    ("status", "trigger", "code"),
    [
        (Status.CLOSED, Trigger.WAIT, "reopen-first"), (Status.CLOSED, Trigger.RESOLVE, "reopen-first"),
        (Status.RESOLVED, Trigger.RESOLVE, "already"), (Status.CLOSED, Trigger.CLOSE, "already"),
        (Status.OPEN, Trigger.REOPEN, "not-closed"), (Status.OPEN, Trigger.WAKE, "not-now"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_sentence(status, trigger, code):
    assert move(status, trigger) == Refusal(code)


@given(st.lists(st.sampled_from(Trigger), max_size=30))
def test_no_series_of_triggers_leads_out_of_the_table_or_back_to_new(triggers):
    status = Status.NEW
    for trigger in triggers:
        to = move(status, trigger)
        if isinstance(to, Status):
            assert to is not Status.NEW or status is Status.NEW
            status = to
    assert status in Status


@given(st.sampled_from(Status), st.sampled_from(Trigger))
def test_only_a_customer_or_an_order_leaves_closed(status, trigger):
    to = move(Status.CLOSED, trigger)
    if trigger not in {Trigger.CUSTOMER_WROTE, Trigger.REOPEN}:
        assert to is Status.CLOSED or isinstance(to, Refusal)
