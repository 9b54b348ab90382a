"""A message from somebody outside whom the ticket knows: requester, Cc, or a third party that was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from gateway.commands.customer import CloseIt, order
from gateway.decide.acting import Acted, act_on
from gateway.decide.arriving import actor_of, entry_of, lessons
from gateway.decide.moving import moved, within_window
from gateway.decide.register import Opening, register
from gateway.decide.terms import Terms
from gateway.mail import within
from gateway.mail.address import key
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import Change, Decision, Effect, project
from gateway.tickets.model import Actor, ActorKind, Kind, Ticket, Visibility
from gateway.tickets.states import FOLLOW_UP, Trigger, move
from gateway.tickets.tell import Happening, tell
from gateway.tickets.thread import Placement

_COMPARED: Final = 5  # of our last words, with what he quotes


def customer_wrote(incoming: Incoming, placement: Placement, case: Case, terms: Terms, now: datetime) -> Decision:
    """Attach the message and do what it asks for: nothing for thanks, close for "löst", else back to us."""
    ticket = _ticket(case)
    incoming = _with_answers_within(incoming, case, Visibility.PUBLIC)
    desk = terms.desk(ticket)
    match order(incoming.mail.new_text):
        case CloseIt() if not incoming.mail.attachments:
            return _closes(incoming, placement, case, terms, now)
        case _ if incoming.mail.thanks:
            return _thanks(incoming, placement, case, terms)
        case _:
            pass
    to = move(ticket.status, Trigger.CUSTOMER_WROTE, within_window=within_window(ticket, desk, terms, now))
    if to is FOLLOW_UP:
        opening = Opening(
            ticket.desk,
            incoming.mail.sender_from or ticket.requester,
            (*placement.evidence, f"{ticket.reference} was closed too long ago"),
            ("follow-up", ticket.reference),
            ticket.language,
        )
        return register(incoming, opening, case, terms, now)
    actor = actor_of(incoming, ticket)
    changes, events = moved(ticket, Trigger.CUSTOMER_WROTE, desk, terms, now)
    effects: list[Effect] = [
        entry_of(incoming, evidence=placement.evidence),
        *changes,
        Change("last_word", "customer", "customer wrote"),
        *lessons(incoming, case),
    ]
    events = ("customer-wrote", *events)
    return _finish(incoming, actor, effects, events, placement, case, terms, now)


def third_party_wrote(incoming: Incoming, placement: Placement, case: Case, terms: Terms, now: datetime) -> Decision:
    """Attach what somebody we asked answered; it reaches no customer unless released (TH5)."""
    ticket = _ticket(case)
    incoming = _with_answers_within(incoming, case, Visibility.EXTERNAL)
    changes, events = moved(ticket, Trigger.THIRD_PARTY_WROTE, terms.desk(ticket), terms, now)
    entry = entry_of(incoming, evidence=placement.evidence, visibility=Visibility.EXTERNAL, kind=Kind.EXTERNAL)
    actor = actor_of(incoming, ticket)
    return _finish(incoming, actor, [entry, *changes], ("external-answered", *events), placement, case, terms, now)


def stranger_wrote(incoming: Incoming, placement: Placement, case: Case, terms: Terms, now: datetime) -> Decision:
    """Attach a message with unguessable evidence from nobody of the ticket: shown to us, to no customer (A02)."""
    entry = entry_of(incoming, evidence=placement.evidence, visibility=Visibility.INTERNAL, verified=False)
    actor = Actor(ActorKind.STRANGER, *_who(incoming))
    return _finish(incoming, actor, [entry], ("customer-wrote",), placement, case, terms, now, rules=False)


def _with_answers_within(incoming: Incoming, case: Case, visibility: Visibility) -> Incoming:
    """Add what he wrote inside our quoted words; the text alone is shown then, for its HTML lacks it (TH6)."""
    mail = incoming.mail
    if not mail.quoted_text:
        return incoming
    ours = [e.text for e in reversed(case.entries) if e.direction != "in" and e.visibility is visibility][:_COMPARED]
    found = within.answers(mail.quoted_text, ours)
    if not found:
        return incoming
    text = f"{mail.new_text}\n\n{found}".strip()
    return replace(incoming, mail=replace(mail, new_text=text, new_html=None, thanks=False))


def _thanks(incoming: Incoming, placement: Placement, case: Case, terms: Terms) -> Decision:
    ticket = _ticket(case)
    entry = entry_of(incoming, evidence=(*placement.evidence, "only thanks: changes nothing"), folded=True)
    happening = Happening((), by=_by(incoming), extra=(("customer-wrote", ("owner",)),))
    told = tell(happening, ticket, terms.policy, case.contact)
    effects = (entry, *lessons(incoming, case), *told)
    return Decision(actor_of(incoming, ticket), effects, (*placement.evidence, "only thanks: changes nothing"))


def _closes(incoming: Incoming, placement: Placement, case: Case, terms: Terms, now: datetime) -> Decision:
    ticket = _ticket(case)
    changes, events = moved(ticket, Trigger.CLOSE, terms.desk(ticket), terms, now)
    why = "the whole answer says it is solved"
    entry = entry_of(incoming, evidence=(*placement.evidence, why))
    effects: list[Effect] = [entry, *changes, Change("last_word", "customer", why), *lessons(incoming, case)]
    also = (("closed", ("owner-or-group",)),) if events else ()
    actor = actor_of(incoming, ticket)
    return _finish(incoming, actor, effects, events, placement, case, terms, now, also=also, why=(why,))


def _finish(
    incoming: Incoming,
    actor: Actor,
    effects: list[Effect],
    events: tuple[str, ...],
    placement: Placement,
    case: Case,
    terms: Terms,
    now: datetime,
    *,
    rules: bool = True,
    also: tuple[tuple[str, tuple[str, ...]], ...] = (),
    why: tuple[str, ...] = (),
) -> Decision:
    """Ask the rules of each event, then tell. What an unverified stranger wrote asks no rule."""
    ticket = project(_ticket(case), effects)
    acted = act_on(events, incoming, ticket, case, terms, now) if rules else Acted(events=events)
    after = project(ticket, acted.effects)
    happening = Happening(acted.events, by=_by(incoming), extra=(*acted.notify, *also))
    told = tell(happening, after, terms.policy, case.contact)
    return Decision(actor, (*effects, *acted.effects, *acted.tells, *told), (*placement.evidence, *why, *acted.trace))


def _ticket(case: Case) -> Ticket:
    assert case.ticket is not None, "a placed message has a ticket"
    return case.ticket


def _who(incoming: Incoming) -> tuple[str, str]:
    sender = incoming.mail.sender_from
    address = sender.address if sender else incoming.envelope.mail_from
    return ((sender.name if sender else "") or address, address)


def _by(incoming: Incoming) -> str:
    return key(_who(incoming)[1])
