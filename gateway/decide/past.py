"""A mail of the time before: it becomes an entry of a ticket and does nothing else. Nobody is told, no rule is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.decide.arriving import PERSONLIKE, entry_of
from gateway.decide.delivered import was_delivered
from gateway.decide.register import NO_SUBJECT
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address, MailClass
from gateway.mail.references import base_subject
from gateway.rules.aliases import in_subject
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import AddEntry, Change, Decision, Effect, FileMail, Join, OpenTicket
from gateway.tickets.model import Actor, ActorKind, Kind, Participant, Status, Visibility

_BEGINS = frozenset({MailClass.PERSON, MailClass.MAILING_LIST, MailClass.AUTOMATIC})  # a conversation


@dataclass(frozen=True, slots=True)
class Conversation:
    """What an import knows of the thread a mail stands in."""

    desk: str
    last: datetime  # its newest mail
    still_open: bool  # goes on; else it is history and closed
    cause: str  # "imported on 2026-11-22"


def aliases_of(incoming: Incoming, desk: str, terms: Terms) -> tuple[str, ...]:
    """Return the old system's references in the subject."""
    return in_subject(incoming.mail.subject, terms.policy.desks[desk].reference_aliases)


def decide_past(incoming: Incoming, thread: Conversation, case: Case, terms: Terms) -> Decision:
    """Return what an imported mail leaves: an entry, and a ticket where it begins a conversation."""
    mail = incoming.mail
    author = _author(incoming, terms)
    if incoming.own:
        return Decision(author, (FileMail("one of our own mails"),))
    if incoming.found.same_content is not None:
        return Decision(author, (FileMail("the same message came before", "duplicate"),))
    if case.ticket is None and mail.mail_class not in _BEGINS:
        return Decision(author, (FileMail(f"{mail.mail_class} without a ticket"),))
    opening = [] if case.ticket is not None else _opening(incoming, thread, terms)
    requester = next((e.requester for e in opening if isinstance(e, OpenTicket)), None)
    if case.ticket is not None:
        requester = case.ticket.requester
    assert requester is not None, "a conversation has somebody who asks"
    said, joined = _said(incoming, requester, case, terms, thread)
    effects: tuple[Effect, ...] = (*opening, *_references(incoming, case, thread, terms), said, *joined)
    return Decision(author, effects)


def _author(incoming: Incoming, terms: Terms) -> Actor:
    sender = incoming.mail.sender_from
    address = sender.address if sender else incoming.envelope.mail_from
    person = terms.policy.person_of(address)
    if person is not None:
        return Actor(ActorKind.OPERATOR, person, address)
    if _is_ours(address, terms):
        return Actor(ActorKind.OPERATOR, (sender.name if sender else "") or address, address)
    return Actor(ActorKind.PARTICIPANT, (sender.name if sender else "") or address, address)


def _is_ours(address: str, terms: Terms) -> bool:
    return key(address) in terms.policy.own_addresses() or terms.policy.desk_of(address) is not None


def _outside(incoming: Incoming, terms: Terms) -> list[Address]:
    return [who for who in (*incoming.mail.to, *incoming.mail.cc) if not _is_ours(who.address, terms)]


def _opening(incoming: Incoming, thread: Conversation, terms: Terms) -> list[Effect]:
    mail = incoming.mail
    sender = mail.sender_from or Address("", incoming.envelope.mail_from or "unknown@invalid")
    ours = _is_ours(sender.address, terms)
    requester = next(iter(_outside(incoming, terms)), sender) if ours else sender
    desk = terms.policy.desks[thread.desk]
    language = mail.language if mail.language in desk.languages else desk.languages[0]
    subject = base_subject(mail.subject).strip() or NO_SUBJECT.get(language, NO_SUBJECT["en"])
    ended = {} if thread.still_open else {"resolved_at": thread.last, "closed_at": thread.last}
    values = {
        "status": Status.OPEN if thread.still_open else Status.CLOSED, "source": "import", "language": language,
        "group": desk.group, "organisation": terms.policy.organisation_of(requester.address),
        "last_word": "us" if ours else "customer", **ended,
    }  # fmt: skip
    return [
        OpenTicket(thread.desk, desk.prefix, subject[:500], requester, values),
        Change("source", "import", thread.cause),
    ]


def _references(incoming: Incoming, case: Case, thread: Conversation, terms: Terms) -> list[Effect]:
    """Let the ticket be found by what the old system called it."""
    known = case.ticket.foreign_references if case.ticket else ()
    named = [name for name in aliases_of(incoming, thread.desk, terms) if name not in known]
    return [Change("foreign_references", (*known, *named), thread.cause)] if named else []


def _said(
    incoming: Incoming, requester: Address, case: Case, terms: Terms, thread: Conversation
) -> tuple[AddEntry, list[Effect]]:
    """Return the entry, seen only by whom the mail itself was between, and who takes part by it."""
    quiet = incoming.mail.mail_class not in PERSONLIKE
    entry = entry_of(incoming, evidence=(thread.cause,), folded=quiet)
    sender = incoming.mail.sender_from
    if sender is not None and _is_ours(sender.address, terms):
        said, joined = _said_by_us(entry, _outside(incoming, terms), requester, incoming)
        if was_delivered(incoming.mail, incoming.proof) and said.kind is not Kind.NOTE:
            return _unproven(entry), []
        return said, joined
    who = key(sender.address) if sender else ""
    roles = {key(p.address): p.role for p in case.ticket.participants} if case.ticket else {key(requester.address): ""}
    if roles.get(who) == "third-party":
        return replace(entry, kind=Kind.EXTERNAL, visibility=Visibility.EXTERNAL), []
    return replace(entry, verified=who in roles), []


def _unproven(entry: AddEntry) -> AddEntry:
    """Keep what came to the desk in its own name for us to see: anybody can write that, and add people by it (A03)."""
    return replace(entry, visibility=Visibility.INTERNAL, verified=False)


def _said_by_us(
    entry: AddEntry, outside: list[Address], requester: Address, incoming: Incoming
) -> tuple[AddEntry, list[Effect]]:
    if not outside and incoming.mail.to:
        return replace(entry, kind=Kind.NOTE, visibility=Visibility.INTERNAL, direction="none"), []
    others = [who for who in outside if key(who.address) != key(requester.address)]
    if outside and len(others) == len(outside):
        entry = replace(entry, kind=Kind.EXTERNAL, visibility=Visibility.EXTERNAL, direction="out")
        return entry, [Join(Participant(who.address, who.name, "third-party")) for who in others]
    entry = replace(entry, kind=Kind.ANSWER, direction="out")
    return entry, [Join(Participant(who.address, who.name, "cc")) for who in others]
