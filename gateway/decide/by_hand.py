"""What a team wrote in the shared mailbox itself (IN12): read from its Sent folder, recorded, never sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gateway.decide.acting import act_on
from gateway.decide.arriving import PERSONLIKE, entry_of
from gateway.decide.delivered import was_delivered
from gateway.decide.moving import enter
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import AddEntry, Change, Decision, Effect, FileMail, Join, Suppress, Tell, project
from gateway.tickets.model import Actor, ActorKind, Kind, Participant, Status, Ticket, Visibility
from gateway.tickets.states import Trigger, move
from gateway.tickets.tell import Happening, tell
from gateway.tickets.thread import Placement

_WHY = "written by hand in the mailbox and sent from there"
_OUTSIDE = frozenset({"requester", "third-party"})


def written_by_hand(
    incoming: Incoming, placement: Placement, case: Case, terms: Terms, now: datetime
) -> Decision | None:
    """Return what a mail of a Sent folder does; None for any other message.

    Who may write there is the mailbox's own affair: what lies there was said, unless it was delivered there. Its
    commands are not done, as the customer has read them.
    """
    if not terms.was_sent_from(incoming.envelope):
        return None
    person, gateway = _writer(incoming, terms), Actor(ActorKind.GATEWAY, "")
    if person is None:
        return Decision(gateway, (FileMail("in the Sent folder, but from nobody of ours"),), placement.evidence)
    if was_delivered(incoming.mail, incoming.proof):
        came = FileMail("in the Sent folder, but it was delivered there: nobody of ours sent it")
        return Decision(gateway, (came,), placement.evidence)
    if incoming.mail.header("X-Gateway-Loop") is not None:
        filed = FileMail("one of our own mails; its Message-ID was changed on the way")
        return Decision(gateway, (filed,), placement.evidence)
    ticket = case.ticket or _named(incoming, placement)
    if ticket is None:
        return Decision(gateway, (FileMail("written by hand, in no ticket"),), placement.evidence)
    return _recorded(incoming, placement, replace(case, ticket=ticket), ticket, person, terms, now)


def _writer(incoming: Incoming, terms: Terms) -> Actor | None:
    """Return who of ours wrote it: a person by From or Sender, else the desk itself; None where it is nobody of ours."""
    mail = incoming.mail
    for who in (mail.sender_from, mail.sender):
        name = terms.policy.person_of(who.address) if who is not None else None
        if who is not None and name is not None:
            return Actor(ActorKind.OPERATOR, name, key(who.address))
    if mail.sender_from is not None and terms.policy.desk_of(mail.sender_from.address) is not None:
        return Actor(ActorKind.OPERATOR, "", key(mail.sender_from.address))
    return None


def _named(incoming: Incoming, placement: Placement) -> Ticket | None:
    """Return the ticket its subject names, where it went to somebody of that ticket."""
    ticket = incoming.found.tickets.get(placement.claims) if placement.claims else None
    return ticket if ticket is not None and _reached(incoming, ticket, *_OUTSIDE, "cc") else None


def _reached(incoming: Incoming, ticket: Ticket, *roles: str) -> bool:
    there = {key(who.address) for who in (*incoming.mail.to, *incoming.mail.cc)}
    known = {key(each.address) for each in ticket.participants if each.role in roles}
    if "requester" in roles:
        known.add(key(ticket.requester.address))
    return bool(there & known)


def _recorded(
    incoming: Incoming, placement: Placement, case: Case, ticket: Ticket, writer: Actor, terms: Terms, now: datetime
) -> Decision:
    entry = _entry(incoming, placement, ticket, writer, terms)
    effects: list[Effect] = [entry]
    events: list[str] = []
    if entry.kind is Kind.ANSWER and not entry.folded:
        more, events = _answered(ticket, writer, terms, now)
        effects += more
    if entry.kind is Kind.EXTERNAL:
        effects += _asked(incoming, ticket, terms)
    acted = act_on(events, incoming, project(ticket, tuple(effects)), case, terms, now)
    effects += [*acted.effects, *acted.tells]
    after = project(ticket, tuple(effects))
    colleague = (("colleague-answered", ("owner",)),) if after.owner not in {None, writer.name} and events else ()
    what = Happening(
        acted.events, by=writer.address or "", person=writer.name or None, spoken=True,
        extra=(*acted.notify, *colleague),
    )  # fmt: skip
    told = [_not_again(each) for each in tell(what, after, terms.policy, case.contact)]
    trace = (*placement.evidence, _WHY)
    return Decision(writer, (*effects, *told), (*trace, *acted.trace))


def _entry(incoming: Incoming, placement: Placement, ticket: Ticket, writer: Actor, terms: Terms) -> AddEntry:
    """Return it as an answer where it went to the customer, as external where to others, else as a note."""
    mail = incoming.mail
    if _reached(incoming, ticket, "requester", "cc"):
        kind, visibility = Kind.ANSWER, Visibility.PUBLIC
    elif any(not _is_ours(who, terms) for who in (*mail.to, *mail.cc)):
        kind, visibility = Kind.EXTERNAL, Visibility.EXTERNAL
    else:
        kind, visibility = Kind.NOTE, Visibility.INTERNAL
    person = terms.policy.person(writer.name) if writer.name else None
    name = person.name if person else (mail.sender_from.name if mail.sender_from else "") or terms.desk(ticket).name
    plain = entry_of(
        incoming,
        evidence=(*placement.evidence, _WHY),
        visibility=visibility,
        kind=kind,
        folded=mail.mail_class not in PERSONLIKE,
    )
    return replace(plain, direction="none" if kind is Kind.NOTE else "out", author_name=name)


def _is_ours(who: Address, terms: Terms) -> bool:
    policy = terms.policy
    return key(who.address) in policy.own_addresses() or policy.desk_of(who.address) is not None


def _answered(ticket: Ticket, writer: Actor, terms: Terms, now: datetime) -> tuple[list[Effect], list[str]]:
    """Return what any answer does: it is the last word and the first response, and takes a ticket nobody owns."""
    effects: list[Effect] = [Change("last_word", "us", "answered")]
    if ticket.owner is None and writer.name in terms.policy.operators:
        effects += [Change("owner", writer.name, "answered"), Change("owner_at", now, "answered")]
    if ticket.first_response_at is None:
        effects.append(Change("first_response_at", now, "answered"))
    desk = terms.desk(ticket)
    to = move(ticket.status, Trigger.ANSWERED)
    target = Status(desk.after_answer) if to is Status.OPEN else to
    if not isinstance(target, Status) or target is ticket.status:
        return effects, ["answered"]
    moved, events = enter(ticket, target, "answered", desk, terms, now, by=writer.name or None)
    return [*effects, *moved], ["answered", *(event for event in events if event in {"waiting", "resolved"})]


def _asked(incoming: Incoming, ticket: Ticket, terms: Terms) -> list[Effect]:
    """Let those outside who were written to take part, so that what they answer stays inside (TH5)."""
    known = {key(address) for address in (*ticket.addresses(), ticket.requester.address)}
    return [
        Join(Participant(who.address, who.name, "third-party"))
        for who in incoming.mail.to
        if key(who.address) not in known and not _is_ours(who, terms)
    ]


def _not_again(told: Tell | Suppress) -> Tell | Suppress:
    """Keep why somebody outside gets no mail of ours: he has the mail itself."""
    if isinstance(told, Suppress) or told.audience not in _OUTSIDE:
        return told
    return Suppress(told.event, told.audience, told.to, _WHY)
