"""One desk, its people and a ticket; `play.mail(...)` lets a message arrive and returns what is decided. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from gateway.decide import decide_mail, sort
from gateway.decide.terms import Terms
from gateway.mail.message import Address, Envelope, InboundMail, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.policy.load import load
from gateway.rules.engine import Engine
from gateway.tickets.case import BearerMatch, Case, Found, Incoming, KnownMessage
from gateway.tickets.effects import Decision
from gateway.tickets.model import Actor, ActorKind, Contact, Entry, Kind, Participant, Status, Ticket, Visibility

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Stockholm
KARIN = Address("Karin Berg", "karin@umbrella.example")
OLLE = Address("Olle Lind", "olle@umbrella.example")
SUPPLIER = Address("Toner", "service@toner.example")
ANNA = Address("Anna Åkesson", "anna@acme.example")
BO = Address("Bo Ek", "bo@acme.example")

RULES = r"""
admins: [anna]
desks:
  acme: {name: ACME Support, addresses: [support@acme.example], group: first-line, calendar: office}
  shop: {addresses: [shop@acme.example], group: network, number_from_stranger: hold, after_answer: waiting}
  strict: {addresses: [strict@acme.example], group: network, number_from_stranger: attach, colliding_answers: send}
  quiet: {addresses: [quiet@acme.example], group: network, mode: silent}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example, anna@home.example], language: sv}
  bo: {name: Bo Ek, addresses: [bo@acme.example], language: nb, mail: {receipts: all, mute: [bounced]}}
  cecilia: {name: Cecilia Dahl, addresses: [cecilia@acme.example], groups: [network], signature: "-- \nCecilia Dahl, nät"}
people:
  boss: {name: Bosse Boss, addresses: [boss@acme.example], roles: [manager]}
groups:
  first-line: {name: Första linjen, members: [anna, bo], manager: boss}
  network: {name: Nät, addresses: [natet@acme.example], members: [cecilia]}
calendars: {office: {timezone: Europe/Stockholm, hours: {mon-fri: "08:00-17:00"}}}
contacts: {organisations: {umbrella: {name: Umbrella AB, domains: [umbrella.example], language: nb}}}
ticket_templates: {lift: {group: network, priority: high, category: lift}}
categories: [lift]
"""


@dataclass(frozen=True, slots=True)
class Play:
    """What the tests of this package play with."""

    terms: Terms
    ticket: Ticket

    def letter(self, text: str = "Hej!", sender: Address | None = KARIN, **changes: Any) -> InboundMail:
        """Return a mail as the parser gives it."""
        mail = InboundMail(
            message_id="<m1@umbrella.example>", date="2026-11-24T08:59:00Z", sender_from=sender, sender=None, reply_to=(),
            to=(Address("", "support@acme.example"),), cc=(), subject="Skrivaren är trasig", in_reply_to=(), references=(),
            text=text, new_text=text, quoted_text="", signature="", html=None, attachments=(),
            mail_class=MailClass.PERSON, why=(), thanks=False, spam=None, delivery_report=None, forwarded=None,
            reference=None, language="sv", defects=(), headers=(("From", str(sender)),),
        )  # fmt: skip
        return replace(mail, **changes)

    def incoming(self, mail: InboundMail, **changes: Any) -> Incoming:
        """Return it on its way, with an envelope and a proof."""
        sender = mail.sender_from.address if mail.sender_from else ""
        envelope = Envelope(sender, ("support@acme.example",), "smtp")
        fixed = Incoming(11, mail, envelope, Proof(Verdict.PASS, "dmarc"), NOW, Found())
        return replace(fixed, **changes)

    def found(self, *tickets: Ticket, **changes: Any) -> Found:
        """Return what the store found: these tickets by number, further things by name."""
        return Found(tickets={t.id: t for t in tickets}, by_number={t.number: t.id for t in tickets}, **changes)

    def bearer(self, person: str | None, **changes: Any) -> BearerMatch:
        """Return the bearer of a mail that was sent to that person about the ticket."""
        home = self.terms.policy.person(person).addresses[0] if person else KARIN.address  # type: ignore[union-attr]
        return replace(
            BearerMatch("h", "ticket", "subaddress", self.ticket.id, person, home, False, None, 3, 5), **changes
        )

    def mail(self, text: str = "Hej!", sender: Address | None = KARIN, **given: Any) -> Decision:
        """Let a message of no ticket arrive. `found case proof grant envelope own now terms` are set apart."""
        apart = {n: given.pop(n) for n in ("found", "proof", "grant", "envelope", "own", "received_at") if n in given}
        case, terms, now = given.pop("case", Case()), given.pop("terms", self.terms), given.pop("now", NOW)
        incoming = self.incoming(self.letter(text, sender, **given), **apart)
        arrived = sort(incoming, terms, now)
        incoming = arrived.incoming
        placement = arrived.place(incoming, terms)
        if placement.ticket_id is not None and case.ticket is None:
            case = replace(case, ticket=incoming.found.tickets[placement.ticket_id])
        return decide_mail(incoming, arrived, placement, case, terms, now)

    def reply(
        self, text: str = "Hej!", sender: Address = KARIN, *, ticket: Ticket | None = None, **given: Any
    ) -> Decision:
        """Let an answer to one of our mails arrive: the Message-ID it names is known."""
        about = ticket or self.ticket
        known = KnownMessage("<ours@acme>", about.id, 5, 3, sender.address)
        found = self.found(about, messages=(known,), bearers=given.pop("bearers", ()))
        return self.mail(text, sender, in_reply_to=("<ours@acme>",), found=found, **given)

    def answer(self, text: str = "Prova igen.", person: str = "anna", **given: Any) -> Decision:
        """Let an operator answer his own mail about the ticket."""
        who = self.terms.policy.operators[person]
        bearer = given.pop("bearer", self.bearer(person))
        return self.reply(text, Address(who.name, who.addresses[0]), bearers=(bearer,), **given)

    def under(self, rules: str) -> Terms:
        """Return the terms with rules added, or other rows of the desk."""
        return make_terms(RULES + rules)

    def entry(self, number: int, author: Actor, **changes: Any) -> Entry:
        """Return something said in the ticket."""
        at = NOW - timedelta(hours=10 - number)
        fixed = Entry(number, self.ticket.id, at, Kind.MESSAGE, Visibility.PUBLIC, "in", author, author.name, "Hej")
        return replace(fixed, **changes)

    def of(self, kind: type[T], decision: Decision) -> list[T]:
        """Return the effects of one kind."""
        return [effect for effect in decision.effects if isinstance(effect, kind)]

    def changes(self, decision: Decision) -> dict[str, Any]:
        """Return the fields that are changed, with their values."""
        from gateway.tickets.effects import Change

        return {change.field: change.value for change in self.of(Change, decision)}

    def told(self, decision: Decision) -> dict[str, str]:
        """Return who is told, by address, and of what."""
        from gateway.tickets.effects import Tell

        tells = self.of(Tell, decision)
        assert len({t.to.address for t in tells}) == len(tells), "one commit, at most one mail per person"
        return {t.to.address: t.event for t in tells}

    def not_told(self, decision: Decision) -> dict[str, str]:
        """Return who is not told, by address, and why."""
        from gateway.tickets.effects import Suppress

        return {s.to.address: s.reason for s in self.of(Suppress, decision)}

    def contact(self, **changes: Any) -> Contact:
        """Return Karin as the store knows her."""
        return replace(Contact(KARIN.address, KARIN.name, known=True), **changes)


T = TypeVar("T")


def make_terms(rules: str) -> Terms:
    policy = load({"rules.yaml": rules})
    return Terms(policy, Engine(policy), "tickets.acme.example", {"shopbox": "shop"})


def people(*who: tuple[Address, str]) -> Sequence[Participant]:
    return [Participant(address.address, address.name, role) for address, role in who]


@pytest.fixture(scope="session")
def terms() -> Terms:
    return make_terms(RULES)


@pytest.fixture
def play(terms: Terms) -> Play:
    ticket = Ticket(
        7, 1042, "ACME", "acme", "Skrivaren är trasig", Status.OPEN, KARIN, NOW - timedelta(days=1), group="first-line",
        participants=tuple(people((KARIN, "requester"), (OLLE, "cc"), (SUPPLIER, "third-party"))), language="sv",
        first_response_at=NOW - timedelta(hours=20), version=3,
    )  # fmt: skip
    return Play(terms, ticket)


@pytest.fixture
def anna() -> Actor:
    return Actor(ActorKind.OPERATOR, "anna", ANNA.address)


@pytest.fixture
def bo() -> Actor:
    return Actor(ActorKind.OPERATOR, "bo", BO.address)


@pytest.fixture
def karin() -> Actor:
    return Actor(ActorKind.REQUESTER, "Karin Berg", KARIN.address)


@pytest.fixture
def now() -> datetime:
    return NOW
