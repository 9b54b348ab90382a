"""A message that belongs to no ticket opens one: rules place it, the group hears of it, the sender gets a receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gateway.decide.acting import Acted, act
from gateway.decide.arriving import actor_of, entry_of, is_stranger, language_of, lessons, why_no_receipt
from gateway.decide.own_list import is_own_list
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address, MailClass
from gateway.mail.proof import Verdict
from gateway.mail.references import base_subject
from gateway.rules.distribute import hand_out
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import Change, Decision, Effect, Join, Link, OpenTicket, project
from gateway.tickets.model import Participant, Status, Ticket, Visibility
from gateway.tickets.tell import Happening, tell

NO_SUBJECT = {"sv": "(inget ämne)", "nb": "(uten emne)", "en": "(no subject)"}


@dataclass(frozen=True, slots=True)
class Opening:
    """How a ticket begins: desk, who asks, why, and a ticket it points at."""

    desk: str
    requester: Address
    evidence: tuple[str, ...]
    link: tuple[str, str] | None = None  # kind, reference: ("claims", "ACME-1001")
    language: str | None = None


def register(incoming: Incoming, opening: Opening, case: Case, terms: Terms, now: datetime) -> Decision:
    """Open a ticket for the message."""
    desk = terms.policy.desks[opening.desk]
    tongue = opening.language or language_of(incoming, case, desk, terms)
    ticket = _blank(incoming, opening, desk.prefix, desk.group, tongue, terms, now)
    note = incoming.grant.get("as") == "note"  # a person let it in, to be heard by nobody outside
    effects: list[Effect] = [
        OpenTicket(
            ticket.desk,
            ticket.prefix,
            ticket.subject,
            ticket.requester,
            {
                name: getattr(ticket, name)
                for name in ("language", "group", "organisation", "contract", "source", "last_word", "sla")
            },
        ),
        *(Join(who) for who in ticket.participants),
        *([Link(*opening.link)] if opening.link else []),
        entry_of(
            incoming,
            evidence=opening.evidence,
            folded=incoming.mail.mail_class is not MailClass.PERSON,
            visibility=Visibility.INTERNAL if note else Visibility.PUBLIC,
        ),
        *lessons(incoming, case),
    ]
    ticket = project(ticket, effects)
    acted = act("registered", incoming, ticket, case, terms, now)
    handed = _handed_out(ticket, acted, terms, now)
    ticket = project(ticket, (*acted.effects, *handed))
    happening = Happening(
        ("registered", *(["assigned"] if ticket.owner else []), *acted.events),
        by=key(opening.requester.address),
        receipt="kept as a note" if note else acted.no_receipt or why_no_receipt(incoming, now),
        neutral=is_stranger(incoming, case),
        automatic=incoming.mail.mail_class not in {MailClass.PERSON, MailClass.MAILING_LIST},
        extra=acted.notify,
    )
    told = tell(happening, ticket, terms.policy, case.contact)
    return Decision(
        actor_of(incoming, ticket),
        (*effects, *acted.effects, *handed, *told, *acted.tells),
        (*opening.evidence, *acted.trace),
    )


def _handed_out(ticket: Ticket, acted: Acted, terms: Terms, now: datetime) -> tuple[Effect, ...]:
    """Return the order that gives the ticket to the next of its group, where the group hands out and no rule did."""
    group = ticket.group
    order = hand_out(terms.policy, group) if group is not None and not acted.placed and ticket.owner is None else None
    if order is None:
        return ()
    cause = f"handed out in {group}"
    return (Change("owner", order, cause), Change("owner_at", now, cause))


def _blank(
    incoming: Incoming, opening: Opening, prefix: str, group: str | None, tongue: str, terms: Terms, now: datetime
) -> Ticket:
    subject = base_subject(incoming.mail.subject).strip() or NO_SUBJECT.get(tongue, NO_SUBJECT["en"])
    organisation = terms.sender(incoming.mail).organisation
    known = terms.policy.contacts.organisations.get(organisation or "")
    requester = Participant(opening.requester.address, opening.requester.name, "requester")
    return Ticket(
        0, 0, prefix, opening.desk, subject[:500], Status.NEW, opening.requester, now,
        source="mail", group=group, language=tongue, organisation=organisation,
        contract=known.contract if known else None, sla=terms.policy.desks[opening.desk].sla,
        last_word="customer", participants=(requester, *_cc(incoming, opening, terms)),
    )  # fmt: skip


def _cc(incoming: Incoming, opening: Opening, terms: Terms) -> Iterable[Participant]:
    """Yield whom a proved mail was sent to beside us; those of an unproved one are nobody (A03)."""
    if incoming.proof.verdict is not Verdict.PASS or incoming.mail.mail_class is not MailClass.PERSON:
        return
    seen = {key(opening.requester.address)} | terms.policy.own_addresses()
    for address in (*incoming.mail.to, *incoming.mail.cc):
        ours = terms.policy.desk_of(address.address) is not None or is_own_list(address.address, terms.policy)
        if key(address.address) not in seen and not ours:
            seen.add(key(address.address))
            yield Participant(address.address, address.name, "cc")
