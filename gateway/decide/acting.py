"""What rules decided, as effects: field changes in front, then notes, notices, receipts withheld, people added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.rules import actions
from gateway.rules.facts import OpeningHours, facts
from gateway.rules.outcome import Outcome
from gateway.rules.substitutes import substitutes
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import AddEntry, Change, Effect, Join, Link, Tell
from gateway.tickets.hearers import hearers
from gateway.tickets.model import Kind, Participant, Ticket, Visibility
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
    effects: list[Effect] = [*outcome.changes]
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
            case _:
                effects += _done(action, ticket, terms)
    trace = tuple(f"rule {line.name}: {', '.join(line.did)}" for line in outcome.asked if line.verdict)
    unsure = tuple(f"rule {name}: could not be answered in time" for name in outcome.unknown)
    return Acted(tuple(effects), tuple(tells), tuple(notify), withheld, (*trace, *unsure))


def _done(action: actions.Action, ticket: Ticket, terms: Terms) -> Iterator[Effect]:
    match action:
        case actions.DeskIs(desk=name, rule=rule) if name in terms.policy.desks:
            yield Change("desk", name, f"rule {rule}")
            yield Change("prefix", terms.policy.desks[name].prefix, f"rule {rule}")
        case actions.Note(wording=wording, rule=rule):
            text = wording.text(ticket.reference if ticket.number else "")
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
    text = alarm.wording.text(ticket.reference if ticket.number else "")
    for hearer in hearers(alarm.mail, ticket, terms.policy):
        to = Address(hearer.to.name, hearer.to.address)
        yield Tell(
            "alarm", "operator" if hearer.person else "admin", to, hearer.person,
            language(hearer, ticket, desk, terms.policy, None), (f"rule {alarm.rule}",),
            auto="auto-generated", group_bearer=hearer.group, facts={"alarm": {"title": alarm.rule, "text": text, "items": [], "orders": []}},
        )  # fmt: skip
