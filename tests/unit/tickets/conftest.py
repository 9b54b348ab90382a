from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.mail.message import Address
from gateway.policy.load import load
from gateway.policy.schema import Policy
from gateway.tickets.model import Participant, Status, Ticket

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
RULES = r"""
admins: [anna]
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    group: first-line
    languages: [sv, nb, en]
    brand: blue
    tell: {reopened: [requester], closed: [requester, owner], breached: [first-line, extern@vakt.example, boss]}
  own: {addresses: [own@acme.example], language: en, group: network, from_name: "{{ operator.name }}, {{ desk.name }}"}
  quiet: {addresses: [quiet@acme.example], mode: silent}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example], language: nb}
  bo: {name: Bo Ek, addresses: [bo@acme.example], mail: {mute: [assigned]}}
  cecilia: {name: Cecilia Dahl, addresses: [cecilia@acme.example], groups: [first-line]}
people: {boss: {name: Bosse Boss, addresses: [boss@acme.example], roles: [manager], language: en}}
groups:
  first-line: {name: Första linjen, members: [anna, bo], manager: boss}
  network: {name: Nät, addresses: [natet@acme.example], members: [cecilia]}
ticket_templates:
  lift:
    instruction: {sv: Ring hissfirman i Luleå först., en: Call the lift company first.}
    answers: {on-it: {sv: Vi är på väg., en: On our way.}}
"""


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load({"rules.yaml": RULES})


@pytest.fixture
def ticket() -> Ticket:
    people = (
        Participant("karin@umbrella.example", "Karin Berg", "requester"),
        Participant("olle@umbrella.example", "Olle", "cc", 3),
        Participant("toner@supplier.example", "Toner", "third-party", 4),
    )
    return Ticket(
        7, 1042, "ACME", "acme", "Skrivaren är trasig", Status.OPEN, Address("Karin Berg", "karin@umbrella.example"), NOW,
        group="first-line", participants=people, language="sv",
    )  # fmt: skip
