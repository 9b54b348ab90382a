"""An operator's mail on its way to a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.commands.authority import Standing
from gateway.commands.context import Context
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.policy.schema_people import Person
from gateway.tickets.case import Case, Incoming
from gateway.tickets.model import Actor, ActorKind, Ticket
from gateway.tickets.thread import Placement


@dataclass(frozen=True, slots=True)
class Letter:
    """The message, where it belongs, who he is, what is in force."""

    incoming: Incoming
    placement: Placement
    case: Case
    standing: Standing
    person: str
    terms: Terms
    now: datetime

    @property
    def ticket(self) -> Ticket:
        """Return the ticket it answers."""
        assert self.case.ticket is not None, "an operator's letter is about a ticket"
        return self.case.ticket

    @property
    def settings(self) -> Person | None:
        """Return his row of rules.yaml."""
        return self.terms.policy.operators.get(self.person) or self.terms.policy.people.get(self.person)

    @property
    def home(self) -> Address:
        """Return his registered address: what a forged mail asked is answered there, never to its From."""
        person = self.settings
        return Address(person.name, person.addresses[0]) if person else Address("", "")

    @property
    def written_from(self) -> str:
        """Return the comparable address he wrote from."""
        sender = self.incoming.mail.sender_from
        return key(sender.address) if sender else ""

    @property
    def language(self) -> str:
        """Return the language he is spoken to in."""
        person = self.settings
        return (person.language if person else None) or next(iter(self.terms.policy.desks.values())).languages[0]

    @property
    def grant(self) -> str | None:
        """Return what was decided of it when it was held: accept, send, note."""
        return self.incoming.grant.get("as")

    @property
    def actor(self) -> Actor:
        """Return him as history names him."""
        return Actor(ActorKind.OPERATOR, self.person, self.written_from)

    def context(self) -> Context:
        """Return what the verbs may look at."""
        terms = self.terms
        name = self.case.ticket.desk if self.case.ticket else next(iter(terms.policy.desks))
        desk = terms.policy.desk(name)
        return Context(
            self.case,
            self.person,
            self.standing,
            terms.policy,
            name,
            self.now,
            language=self.language,
            add=lambda start, length: terms.after(start, length, desk),
        )
