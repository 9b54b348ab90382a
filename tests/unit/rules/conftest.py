from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.mail.message import Address, Envelope, InboundMail, MailClass
from gateway.mail.proof import Proof
from gateway.policy.load import load
from gateway.policy.schema import Policy
from gateway.rules.engine import Engine
from gateway.rules.facts import facts
from gateway.rules.outcome import Outcome
from gateway.rules.substitutes import substitutes
from gateway.tickets.case import Case, Found, Incoming
from gateway.tickets.model import Status, Ticket

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HEAD = r"""
desks:
  acme:
    addresses: [support@acme.example, ekonomi@acme.example]
    fields: {order_number: {}, site: {}}
categories: {invoice: {under: [reminder]}}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example], skills: [network]}
  bo: {addresses: [bo@acme.example]}
  cecilia: {addresses: [cecilia@acme.example], skills: [network]}
groups:
  first-line: {members: [anna, bo]}
  finance: {members: [bo]}
  network: {members: [cecilia], hand_out: round-robin}
statuses: {ordered: {stands_for: external}}
contacts: {organisations: {umbrella: {name: Umbrella AB, domains: [umbrella.example]}}}
ticket_templates:
  invoice-question: {desk: acme, subject: "Faktura {{ invoice }}", group: finance, type: question, category: invoice, priority: medium, tags: [invoice], fields: {site: Luleå}, steps: [Look up], solution: {sv: En kopia är skickad.}}
  other: {group: first-line, priority: low}
"""

# The template's text names a capture, so some rule must have it.
CAPTURE = "  - {name: never asked, event: merged, when: {subject: {after: [f], digits: 4-8, capture: invoice}}, then: {priority: low}}\n"


def make_policy(rules: str) -> Policy:
    return load({"rules.yaml": f"{HEAD}rules:\n{rules.strip(chr(10))}\n{CAPTURE}"})


def make_mail(**values: Any) -> InboundMail:
    fixed: dict[str, Any] = {
        "message_id": "<1@umbrella.example>", "date": "2026-11-24T08:59:00Z",
        "sender_from": Address("Karin Berg", "karin@umbrella.example"), "sender": None, "reply_to": (),
        "to": (Address("", "support@acme.example"),), "cc": (), "subject": "Hej", "in_reply_to": (), "references": (),
        "text": "", "new_text": "", "quoted_text": "", "signature": "", "html": None, "attachments": (),
        "mail_class": MailClass.PERSON, "why": (), "thanks": False, "spam": None, "delivery_report": None,
        "forwarded": None, "reference": None, "language": "sv", "defects": (), "headers": (),
    }  # fmt: skip
    return InboundMail(**{**fixed, **values})


def make_incoming(mail: InboundMail | None = None, **values: Any) -> Incoming:
    envelope = Envelope("karin@umbrella.example", ("support@acme.example",), "smtp")
    fixed: dict[str, Any] = {
        "journal_id": 1, "mail": mail or make_mail(), "envelope": envelope, "proof": Proof(), "received_at": NOW,
        "found": Found(),
    }  # fmt: skip
    return Incoming(**{**fixed, **values})


def make_draft(**values: Any) -> Ticket:
    fixed: dict[str, Any] = {
        "id": 0, "number": 0, "prefix": "ACME", "desk": "acme", "subject": "Hej", "status": Status.NEW,
        "requester": Address("Karin Berg", "karin@umbrella.example"), "created_at": NOW, "language": "sv",
    }  # fmt: skip
    return Ticket(**{**fixed, **values})


def ask_rules(rules: str, event: str = "registered", ticket: Ticket | None = None, **mail: Any) -> Outcome:
    """Ask `rules` about a mail of these values."""
    policy = make_policy(rules)
    incoming = make_incoming(make_mail(**mail))
    about = None if event == "received" else ticket or make_draft(subject=mail.get("subject", "Hej"))
    known = facts(incoming, about, policy, NOW, Case(about))
    return Engine(policy).run(event, known, substitutes(incoming, about, policy, event))


def fields_of(outcome: Outcome) -> dict[str, Any]:
    return {change.field: change.value for change in outcome.changes}


@pytest.fixture
def run():
    return ask_rules


@pytest.fixture
def changed():
    return fields_of


@pytest.fixture
def a_policy():
    return make_policy


@pytest.fixture
def a_mail():
    return make_mail


@pytest.fixture
def an_incoming():
    return make_incoming


@pytest.fixture
def a_draft():
    return make_draft
