from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.commands.authority import Level, Standing
from gateway.commands.context import Context, Performed, Refused, field_words
from gateway.commands.grammar import read
from gateway.commands.verbs import perform
from gateway.mail.message import Address
from gateway.policy.load import load
from gateway.policy.schema import Policy
from gateway.tickets.case import Case
from gateway.tickets.model import Participant, Status, Ticket

RULES = r"""
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    calendar: office
    fields:
      order_number: {pattern: '\d{6}', required_at: resolve, label: {sv: Ordernummer, nb: Ordrenummer, en: Order number}}
      site: {type: choice, choices: [Luleå, Karlskrona], label: {sv: Ort, en: Site}}
      delivery: {type: date}
      cost: {type: number}
      insured: {type: yes-no}
      floors: {type: choices, choices: [one, two, three]}
  plain: {addresses: [help@plain.example], calendar: office}
  strict: {addresses: [hjelp@strict.example], operator_proof: proven}
categories: {invoice: {label: {sv: Faktura}, under: [reminder, credit]}, support: {}}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example, anna@home.example], skills: [network]}
  bo: {name: Bo Ek, addresses: [bo@acme.example], away: {until: 2026-12-01}}
  annika: {name: Annika Berg, addresses: [annika@acme.example]}
people:
  boss: {name: Bosse Boss, addresses: [boss@acme.example], roles: [manager]}
groups:
  first-line: {name: Första linjen, members: [anna, bo]}
  network: {members: [annika], line: 2, hand_out: round-robin}
calendars: {office: {timezone: Europe/Stockholm, hours: {mon-fri: "08:00-17:00"}}}
statuses: {ordered: {stands_for: external, label: {sv: Beställd, en: Ordered}}}
ticket_templates:
  invoice-question: {desk: acme, subject: "Faktura {{ ticket.reference }}", group: first-line, category: invoice, priority: low, tags: [invoice], steps: [Look up, Answer], fields: {site: Luleå}, solution: {sv: En kopia är skickad.}, answers: {copy-sent: {sv: "Hej {{ requester.first_name }}! En kopia är skickad. /{{ operator.first_name }}", en: "A copy of {{ ticket.reference }} has been sent."}, later: {sv: Vi återkommer.}}}
  repair: {required: [site], solution: {sv: "{{ ticket.reference }} är lagad."}}
tags: {allowed: any}
"""
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Stockholm


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load({"rules.yaml": RULES})


def a_ticket(**values: Any) -> Ticket:
    fixed: dict[str, Any] = {
        "id": 7, "number": 1042, "prefix": "ACME", "desk": "plain", "subject": "Skrivaren är trasig",
        "status": Status.OPEN, "requester": Address("Karin Berg", "karin@umbrella.example"), "created_at": NOW,
        "participants": (Participant("karin@umbrella.example", "Karin Berg", "requester"),), "language": "sv",
    }  # fmt: skip
    return Ticket(**{**fixed, **values})


def a_context(policy: Policy, ticket: Ticket | None, **values: Any) -> Context:
    fixed: dict[str, Any] = {
        "case": Case(ticket), "operator": "anna", "standing": Standing(Level.KNOWN, "anna", "bearer"),
        "policy": policy, "desk": ticket.desk if ticket else "plain", "now": NOW,
    }  # fmt: skip
    return Context(**{**fixed, **values})


@pytest.fixture
def ticket() -> Callable[..., Ticket]:
    return a_ticket


Do = Callable[..., Performed | Refused]


@pytest.fixture
def do(policy: Policy) -> Do:
    """Read a mail and carry it out: `do(text, ticket, standing=…, language=…)`."""

    def run(text: str, ticket: Ticket | None = None, **values: Any) -> Performed | Refused:
        context = a_context(policy, ticket or a_ticket(), **values)
        return perform(read(text, "", field_words(context.settings)), context)

    return run
