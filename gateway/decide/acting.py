"""What rules decided, as effects: field changes in front, then notes, notices, receipts withheld, people added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.decide.moving import enter, unnamed
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.rules import actions
from gateway.rules.facts import OpeningHours, facts
from gateway.rules.outcome import Outcome
from gateway.rules.substitutes import substitutes
from gateway.tickets import template_texts
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import AddEntry, Change, Effect, Join, Link, Tell, Unanswered, project
from gateway.tickets.hearers import hearers
from gateway.tickets.model import Kind, Participant, Status, Ticket, Visibility
from gateway.tickets.tell import language

_NOTHING = Outcome()


@dataclass(frozen=True, slots=True)
class Acted:
    """The effects of the rules of one event."""

    effects: tuple[Effect, ...] = ()
    tells: tuple[Effect, ...] = ()  # mails that are no event of the ticket: alarms, forwards
    notify: tuple[tuple[str, tuple[str, ...]], ...] = ()  # event, whom
    no_receipt: str | None = None
    trace: tuple[str, ...] = ()
    events: tuple[str, ...] = ()  # what a status set by a rule makes; no rule is asked about it again
    placed: bool = False  # a rule said who gets it


def ask(
    event: str, incoming: Incoming | None, ticket: Ticket | None, case: Case, terms: Terms, now: datetime
) -> Outcome:
    """Ask the rules of an event; nothing is computed where no rule asks for it."""
    if not terms.engine.asks(event):
        return _NOTHING
    hours = _hours(ticket, terms, now)
    given = facts(incoming, ticket, terms.policy, now, case, hours)
    return terms.engine.run(event, given, substitutes(incoming, ticket, terms.policy, event))


def _hours(ticket: Ticket | None, terms: Terms, now: datetime) -> OpeningHours:
    desk = terms.desk(ticket) if ticket is not None else next(iter(terms.policy.desks.values()))

    def is_open(name: str | None) -> bool | None:
        return terms.named_calendar(name or desk.calendar).is_open(now)

    return OpeningHours(is_open, lambda start, length: terms.after(start, length, desk))


def act(event: str, incoming: Incoming | None, ticket: Ticket, case: Case, terms: Terms, now: datetime) -> Acted:
    """Ask the rules of an event about a ticket and return what they do to it."""
    outcome = ask(event, incoming, ticket, case, terms, now)
    if outcome is _NOTHING:
        return Acted()
    effects, events = _changed(outcome, ticket, terms, now)
    if any(c.field == "owner" and c.value for c in outcome.changes):
        effects.append(Change("owner_at", now, next(c.cause for c in outcome.changes if c.field == "owner")))
    tells: list[Effect] = []
    notify: list[tuple[str, tuple[str, ...]]] = []
    withheld = None
    for action in outcome.actions:
        match action:
            case actions.NotifyWho(who=who, mail=mail):
                notify.append((mail, who))
            case actions.NoReceipt(rule=rule):
                withheld = f"rule {rule} says no receipt"
            case actions.RaiseAlarm():
                tells += _alarm(action, ticket, terms)
            case actions.AnswerWith(rule=rule):
                said = _answer(action, ticket, terms, now)
                effects += said[:1]
                tells += said[1:]
                withheld = f"answered by rule {rule}"
            case _:
                effects += _done(action, ticket, terms)
    trace = tuple(f"rule {line.name}: {', '.join(line.did)}" for line in outcome.asked if line.verdict)
    unsure = tuple(f"rule {name}: could not be answered in time" for name in outcome.unknown)
    effects += unanswered(outcome)
    return Acted(tuple(effects), tuple(tells), tuple(notify), withheld, (*trace, *unsure), events, outcome.placed)


def unanswered(outcome: Outcome) -> tuple[Unanswered, ...]:
    """Return the rules that did not fire because nobody could say in time whether they hit."""
    return tuple(Unanswered(rule.name, repr(rule.when)) for rule in outcome.asked if rule.verdict is None)


def act_on(
    events: Iterable[str], incoming: Incoming | None, ticket: Ticket, case: Case, terms: Terms, now: datetime
) -> Acted:
    """Ask the rules of each event of one commit; each sees what the ones before did. `events` holds the new ones too."""
    whole = Acted(events=tuple(events))
    for event in whole.events:
        acted = act(event, incoming, ticket, case, terms, now)
        ticket = project(ticket, acted.effects)
        whole = Acted(
            (*whole.effects, *acted.effects),
            (*whole.tells, *acted.tells),
            (*whole.notify, *acted.notify),
            whole.no_receipt or acted.no_receipt,
            (*whole.trace, *acted.trace),
            tuple(dict.fromkeys((*whole.events, *acted.events))),
            whole.placed or acted.placed,
        )
    return whole


def _changed(outcome: Outcome, ticket: Ticket, terms: Terms, now: datetime) -> tuple[list[Effect], tuple[str, ...]]:
    """Return the fields rules set; a status is entered like any other, with its marks and timers."""
    effects: list[Effect] = []
    events: tuple[str, ...] = ()
    for change in outcome.changes:
        if change.field == "status" and isinstance(change.value, Status) and change.value is not ticket.status:
            moved, events = enter(ticket, change.value, change.cause, terms.desk(ticket), terms, now)
            effects += moved
        elif change.field == "status":
            effects += [change, *unnamed(ticket, change.cause)]
        else:
            effects.append(change)
    return effects, events


def _answer(action: actions.AnswerWith, ticket: Ticket, terms: Terms, now: datetime) -> list[Effect]:
    """Return a ready answer as an entry and the mail that brings it; a machine wrote it, and it says so."""
    desk, tongue = terms.desk(ticket), ticket.language or "en"
    texts = {name: wording.text(template_texts.reference(ticket)) for name, wording in action.texts.items()}
    ready = template_texts.answers(ticket, terms.policy).get(action.name or "")
    text = ready or texts.get(tongue) or next(iter(texts.values()), "")
    if not text:
        return []
    entry = AddEntry(Kind.ANSWER, Visibility.PUBLIC, "out", desk.name, text, full_text=text)
    shown = {
        "text": text, "html": None, "author": {"name": desk.name}, "at": now.isoformat(), "kind": "answer",
        "visibility": "public", "verified": True,
    }  # fmt: skip
    told = Tell(
        "answered", "requester", ticket.requester, None, tongue, ("requester",), auto="auto-replied", budgeted=True,
        facts={"entry": shown},
    )  # fmt: skip
    return [entry, told]


def _done(action: actions.Action, ticket: Ticket, terms: Terms) -> Iterator[Effect]:
    match action:
        case actions.DeskIs(desk=name, rule=rule) if name in terms.policy.desks:
            yield Change("desk", name, f"rule {rule}")
            yield Change("prefix", terms.policy.desks[name].prefix, f"rule {rule}")
        case actions.Note(wording=wording, rule=rule):
            text = wording.text(template_texts.reference(ticket))
            yield AddEntry(Kind.NOTE, Visibility.INTERNAL, "none", f"rule {rule}", text, full_text=text)
        case actions.ForeignReference(reference=reference, rule=rule):
            yield Change("foreign_references", (*ticket.foreign_references, reference), f"rule {rule}")
        case actions.CcAdd(address=address) if not _is_ours(address, terms):
            yield Join(Participant(address, "", "cc"))
        case actions.LinkTo(reference=reference):
            yield Link("link", reference)
        case _:
            return


def _is_ours(address: str, terms: Terms) -> bool:
    return key(address) in terms.policy.own_addresses() or terms.policy.desk_of(address) is not None


def _alarm(alarm: actions.RaiseAlarm, ticket: Ticket, terms: Terms) -> Iterator[Effect]:
    """Yield the mails of an alarm; SMS and webhooks leave by ways of their own, which are not there yet."""
    desk = terms.desk(ticket)
    text = alarm.wording.text(template_texts.reference(ticket))
    facts = {"alarm": {"title": alarm.rule, "text": text, "items": [], "orders": []}}
    for hearer in hearers(alarm.mail, ticket, terms.policy):
        yield Tell(  # whoever is none of ours reads the rule's words and nothing of the ticket
            "alarm", "operator" if hearer.person else "third-party", hearer.to, hearer.person,
            language(hearer, ticket, desk, terms.policy, None), (f"rule {alarm.rule}",), entry=hearer.person is not None,
            auto="auto-generated", group_bearer=hearer.group, facts=facts,
        )  # fmt: skip
