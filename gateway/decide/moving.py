"""A trigger on a ticket as effects: status, the marks that go with it, the timers it arms."""

from __future__ import annotations

from datetime import datetime

from gateway.decide.terms import Terms
from gateway.policy.schema_desk import Desk
from gateway.tickets.effects import Arm, Change, Disarm, Effect
from gateway.tickets.model import Status, Ticket
from gateway.tickets.states import Refusal, Trigger, move

CLOSE_DUE = "close-due"
WAKE = "wake"


def within_window(ticket: Ticket, desk: Desk, terms: Terms, now: datetime) -> bool:
    """Say whether a closed ticket may still be reopened by its customer (`reopen_within` of resolved)."""
    since = ticket.resolved_at or ticket.closed_at
    return since is None or now <= terms.after(since, desk.reopen_within, desk)


def moved(
    ticket: Ticket, trigger: Trigger, desk: Desk, terms: Terms, now: datetime, *, by: str | None = None
) -> tuple[list[Effect], tuple[str, ...]]:
    """Return the effects of `trigger` and the events it makes; nothing where the table says unchanged or no."""
    to = move(ticket.status, trigger)
    if isinstance(to, Refusal) or to is ticket.status:
        return [], ()
    return enter(ticket, to, str(trigger), desk, terms, now, by=by)


def enter(
    ticket: Ticket, to: Status, cause: str, desk: Desk, terms: Terms, now: datetime, *, by: str | None = None
) -> tuple[list[Effect], tuple[str, ...]]:
    """Return the effects and events of reaching status `to`."""
    effects: list[Effect] = [Change("status", to, cause), *unnamed(ticket, cause), *_left(ticket)]
    match to:
        case Status.RESOLVED:
            due = terms.after(now, desk.close_resolved_after, desk)
            effects += [Change("resolved_at", now, cause), Change("resolved_by", by, cause), Arm(CLOSE_DUE, due)]
            return effects, ("resolved",)
        case Status.CLOSED:
            return [*effects, Change("closed_at", now, cause)], ("closed",)
        case Status.OPEN if ticket.status in {Status.RESOLVED, Status.CLOSED}:
            effects += [
                Change("reopened_count", ticket.reopened_count + 1, cause),
                Change("resolved_at", None, cause),
                Change("resolved_by", None, cause),
                Change("closed_at", None, cause),
            ]
            return effects, ("reopened",)
        case Status.WAITING:
            return effects, ("waiting",)
        case Status.PAUSED:
            return effects, ("paused",)
        case _:
            return effects, ("status-changed",)


def unnamed(ticket: Ticket, cause: str) -> list[Effect]:
    """Take a status name of our own away: it stood for where the ticket was."""
    return [Change("status_name", None, cause)] if ticket.status_name is not None else []


def _left(ticket: Ticket) -> list[Effect]:
    match ticket.status:
        case Status.RESOLVED:
            return [Disarm(CLOSE_DUE)]
        case Status.PAUSED:
            return [Disarm(WAKE)]
        case _:
            return []
