"""Events that are no message: an order on the command line, a timer that ran out, a mail that could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.commands import vocabulary
from gateway.commands.authority import on_command_line
from gateway.commands.context import Context, Line, Performed, Refused, field_words
from gateway.commands.grammar import Reading, read
from gateway.commands.sentences import say
from gateway.commands.verbs import perform
from gateway.decide.acting import act_on
from gateway.decide.moving import CLOSE_DUE, WAKE, moved
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.tickets.case import Case
from gateway.tickets.effects import AddEntry, Decision, Effect, Mute, project
from gateway.tickets.model import Actor, ActorKind, Kind, Ticket, Visibility
from gateway.tickets.states import Trigger
from gateway.tickets.tell import Happening, tell

_TRIGGERS = {CLOSE_DUE: Trigger.CLOSE_DUE, WAKE: Trigger.WAKE}


def decide_timer(case: Case, kind: str, terms: Terms, now: datetime) -> Decision:
    """Return what a timer does; nothing where the ticket has moved on since it was armed."""
    actor = Actor(ActorKind.TIMER, kind)
    trigger = _TRIGGERS.get(kind)
    if case.ticket is None or trigger is None:
        return Decision(actor, (), (f"timer {kind}: nothing to do",))
    effects, events = moved(case.ticket, trigger, terms.desk(case.ticket), terms, now)
    if not effects:
        return Decision(actor, (), (f"timer {kind}: the ticket is {case.ticket.status}",))
    after = project(case.ticket, tuple(effects))
    acted = act_on(("woke",) if kind == WAKE else events, None, after, case, terms, now)
    what = Happening(acted.events, extra=acted.notify)
    told = tell(what, project(after, acted.effects), terms.policy, case.contact)
    return Decision(actor, (*effects, *acted.effects, *acted.tells, *told), (f"timer {kind}", *acted.trace))


def decide_order(case: Case, text: str, person: str, terms: Terms, now: datetime) -> tuple[Decision, tuple[Line, ...]]:
    """Return what `gateway ticket do` does, with a line for each command; a text goes nowhere from here."""
    ticket = _ticket(case)
    desk = terms.desk(ticket)
    who = terms.policy.person(person)
    context = Context(
        case, person, on_command_line(person), terms.policy, ticket.desk, now, "cli",
        (who.language if who else None) or "en", lambda start, length: terms.after(start, length, desk),
    )  # fmt: skip
    actor = Actor(ActorKind.OPERATOR if who else ActorKind.ADMIN, person)
    reading = read(text, fields=field_words(desk))
    wrong = _not_understood(reading, context.language)
    if wrong:
        return Decision(actor, (), ("refused",)), wrong
    match perform(reading, context):
        case Refused(lines=lines):
            return Decision(actor, (), ("refused",)), lines
        case Performed() as done:
            after = project(ticket, done.effects)
            note = _note(done.text, who.name if who else person) if done.note and done.text else ()
            acted = act_on(done.events, None, after, case, terms, now)
            by = key(who.addresses[0]) if who else ""
            what = Happening(acted.events, by=by, person=person, extra=acted.notify)
            told = tell(what, project(after, acted.effects), terms.policy, case.contact)
            effects = (*done.effects, *note, *acted.effects, *acted.tells, *told)
            return Decision(actor, effects, ("command line", *acted.trace)), done.lines


def decide_failure(
    case: Case, recipient: str, status: str | None, text: str, terms: Terms, *, permanent: bool
) -> Decision:
    """Return what a mail does that a smarthost refused for good, or that was given up after days."""
    actor = Actor(ActorKind.GATEWAY, "delivery", recipient)
    bounce: Mapping[str, Any] = {"recipient": recipient, "status": status, "message": text[:1000]}
    effects: list[Effect] = [
        AddEntry(Kind.EVENT, Visibility.INTERNAL, "none", recipient, f"{recipient}: {text}"[:1000], folded=True)
    ]
    if permanent:
        effects.append(Mute(recipient, f"bounced {status or ''}".strip()))
    what = Happening(("bounced",), by=key(recipient), automatic=True, facts={"bounce": bounce})
    told = tell(what, _ticket(case), terms.policy, case.contact)
    return Decision(actor, (*effects, *told), (f"delivery to {recipient} failed: {text[:200]}",))


def _not_understood(reading: Reading, language: str) -> tuple[Line, ...]:
    """Return the lines that are no command; words alone would go nowhere, so they are refused, too."""
    if not reading.suspects and reading.commands:
        return ()
    wrong = [Line(each.line, "failed", _nearest(each.nearest, language)) for each in reading.suspects]
    words = [Line(line, "failed", say("not-understood").text(language)) for line in reading.text.splitlines()[:1]]
    return tuple(wrong or words)


def _nearest(verb: str | None, language: str) -> str:
    if verb is None:
        return say("not-understood").text(language)
    return say("not-understood-near", word=vocabulary.VERBS[verb].word(language)).text(language)


def _note(text: str, author: str) -> tuple[AddEntry, ...]:
    return (AddEntry(Kind.NOTE, Visibility.INTERNAL, "none", author, text, full_text=text),)


def _ticket(case: Case) -> Ticket:
    assert case.ticket is not None, "an order is about a ticket"
    return case.ticket
