"""Status x trigger: the whole life of a ticket on one screen (docs/states.md is compared by a test)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.tickets.model import Status

NEW, OPEN, WAITING, EXTERNAL, PAUSED, RESOLVED, CLOSED = Status


class Trigger(StrEnum):
    """What can move a ticket. Automatic mail is none."""

    CUSTOMER_WROTE = "customer-wrote"  # requester or participant, not mere thanks
    THIRD_PARTY_WROTE = "third-party-wrote"
    ANSWERED = "answered"  # an operator answered or took; an open ticket then gets the desk's after_answer
    WAIT = "wait"
    EXTERNAL = "external"
    PAUSE = "pause"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    WAKE = "wake"
    STRIKES_OVER = "strikes-over"  # the desk's `waiting.then`
    CLOSE_DUE = "close-due"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The transition is not possible; the code names the sentence to say."""

    code: str


FOLLOW_UP = Refusal("follow-up")  # a closed ticket past its window: a new linked ticket
_ALREADY = Refusal("already")
_REOPEN_FIRST = Refusal("reopen-first")
_NOT_CLOSED = Refusal("not-closed")
_NOT_NOW = Refusal("not-now")

#                            new            open           waiting        external       paused         resolved       closed
_ROWS: dict[Trigger, tuple[Status | Refusal, ...]] = {
    Trigger.CUSTOMER_WROTE:    (NEW,          OPEN,          OPEN,          EXTERNAL,      OPEN,          OPEN,          OPEN),
    Trigger.THIRD_PARTY_WROTE: (NEW,          OPEN,          WAITING,       OPEN,          PAUSED,        RESOLVED,      CLOSED),
    Trigger.ANSWERED:          (OPEN,         OPEN,          WAITING,       EXTERNAL,      OPEN,          RESOLVED,      CLOSED),
    Trigger.WAIT:              (WAITING,      WAITING,       WAITING,       WAITING,       WAITING,       WAITING,       _REOPEN_FIRST),
    Trigger.EXTERNAL:          (EXTERNAL,     EXTERNAL,      EXTERNAL,      EXTERNAL,      EXTERNAL,      EXTERNAL,      _REOPEN_FIRST),
    Trigger.PAUSE:             (PAUSED,       PAUSED,        PAUSED,        PAUSED,        PAUSED,        PAUSED,        _REOPEN_FIRST),
    Trigger.RESOLVE:           (RESOLVED,     RESOLVED,      RESOLVED,      RESOLVED,      RESOLVED,      _ALREADY,      _REOPEN_FIRST),
    Trigger.CLOSE:             (CLOSED,       CLOSED,        CLOSED,        CLOSED,        CLOSED,        CLOSED,        _ALREADY),
    Trigger.REOPEN:            (_NOT_CLOSED,  _NOT_CLOSED,   _NOT_CLOSED,   _NOT_CLOSED,   _NOT_CLOSED,   OPEN,          OPEN),
    Trigger.WAKE:              (_NOT_NOW,     _NOT_NOW,      WAITING,       _NOT_NOW,      OPEN,          RESOLVED,      _NOT_NOW),
    Trigger.STRIKES_OVER:      (_NOT_NOW,     _NOT_NOW,      RESOLVED,      _NOT_NOW,      PAUSED,        RESOLVED,      _NOT_NOW),
    Trigger.CLOSE_DUE:         (_NOT_NOW,     _NOT_NOW,      WAITING,       _NOT_NOW,      PAUSED,        CLOSED,        _NOT_NOW),
}  # fmt: skip

TRANSITIONS: dict[Status, dict[Trigger, Status | Refusal]] = {
    status: {trigger: row[column] for trigger, row in _ROWS.items()} for column, status in enumerate(Status)
}


def move(status: Status, trigger: Trigger, *, within_window: bool = True) -> Status | Refusal:
    """Return where `trigger` takes a ticket, or why it cannot.

    `within_window`: a closed ticket is reopened by its customer only within `reopen_within` of resolved.
    """
    if status is CLOSED and trigger is Trigger.CUSTOMER_WROTE and not within_window:
        return FOLLOW_UP
    return TRANSITIONS[status][trigger]
