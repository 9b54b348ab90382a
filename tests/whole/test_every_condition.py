"""Every condition of `rules.yaml` as `gateway rules explain` tells it: one rule that must hit, one that must miss (RU1)."""

from __future__ import annotations

import json

import pytest

from gateway.policy import conditions
from tests.support.daemon import Daemon

RULES = """\
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    prefix: ACME
    calendar: never
    group: first-line
    fields: {site: {label: Site}}
  other: {name: Other, addresses: [other@acme.example], prefix: OTH, group: first-line}
operators:
  anna: {name: Anna, addresses: [anna@acme.example]}
groups: {first-line: {members: [anna]}, network: {members: [anna]}}
calendars:
  never: {timezone: Europe/Stockholm, hours: {}}
  always: {timezone: Europe/Stockholm, hours: {mon-sun: "00:00-24:00"}}
contacts:
  organisations: {umbrella: {name: Umbrella, domains: [umbrella.example], contract: gold}}
contracts: {gold: {kind: customer, starts: 2026-01-01, ends: 2030-01-01}}
categories: {invoice: {label: Invoice, under: [reminder, credit]}}
services: {mail: {label: Mail}}
products: {printer: {label: Printer}}
ticket_templates: {fault: {description: A fault}}
rules:
  - name: set
    then: {priority: high, impact: high, urgency: low, type: fault, category: invoice/reminder, product: printer,
           template: fault, service: mail, object: pc-7, group: network, owner: anna, tags: [vip], fields: {site: Luleå}}
"""

MAIL = """\
From: Karin Berg <karin@umbrella.example>
To: ACME <support@acme.example>
Cc: Per <per@umbrella.example>
Subject: Faktura 12345 saknas
Message-ID: <a@umbrella.example>
Date: Tue, 24 Nov 2026 10:00:00 +0100
Importance: high
X-Spam-Flag: NO
X-Kind: printer
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hej! Jag hittar inte fakturan som ni skickade i förra veckan. Mitt personnummer är 19811218-9876. Kan du hjälpa mig?

--b
Content-Type: application/pdf; name="kvitto.pdf"
Content-Disposition: attachment; filename="kvitto.pdf"

%PDF-1.4
--b--
"""

CONDITIONS = {
    "from": ("{domain: umbrella.example}", "karin@evil.example"),
    "to": ("support@acme.example", "other@acme.example"),
    "cc": ("per@umbrella.example", "{starts: support}"),
    "recipient": ("{contains: support}", "{ends: .test}"),
    "subject": ("{after: [faktura], digits: 4-8, capture: invoice}", "{words: [fakt]}"),
    "text": ("{regex: 'faktura\\w+'}", "{contains: kvitto}"),
    "mentions": ("[outage, fakturan]", "outage"),
    "header": ("{X-Kind: printer}", "{X-Kind: scanner}"),
    "attachment": ("{name: {ends: .pdf}, size: {under: 1MB}}", "{type: image/png}"),
    "size": ("{under: 1MB}", "{over: 1MB}"),
    "source": ("mail", "[phone, sms]"),
    "class": ("person", "[automatic, vacation]"),
    "spam": ("{not: [yes, suspect]}", "suspect"),
    "authentication": ("none", "pass"),
    "addressed": ("true", "false"),
    "known": ("false", "true"),
    "organisation": ("umbrella", "{exists: false}"),
    "customer_type": ("new", "internal"),
    "contract": ("gold", "{exists: false}"),
    "desk": ("acme", "other"),
    "language": ("sv", "[en, nb]"),
    "importance": ("high", "low"),
    "contains_personal_number": ("true", "false"),
    "business_hours": ("closed", "{calendar: always, is: closed}"),
    "status": ("new", "{any_of: [resolved, closed]}"),
    "priority": ("high", "low"),
    "impact": ("high", "low"),
    "urgency": ("low", "high"),
    "type": ("fault", "order"),
    "category": ("invoice", "{exists: false}"),
    "product": ("printer", "{exists: false}"),
    "template": ("fault", "{exists: false}"),
    "service": ("mail", "{exists: false}"),
    "object": ("pc-7", "phone-2"),
    "group": ("network", "first-line"),
    "owner": ("anna", "{exists: false}"),
    "tags": ("vip", "{exists: false}"),
    "fields": ("{site: Luleå}", "{site: Umeå}"),
    "last_word": ("customer", "us"),
    "any": ("[{status: closed}, {priority: high}]", "[{status: closed}, {priority: low}]"),
    "all": ("[{status: new}, {priority: high}]", "[{status: new}, {priority: low}]"),
    "not": ("{status: closed}", "{status: new}"),
}
OF_TIME = {"in_status_for", "unassigned_for", "untouched_for"}
"""They speak of a ticket's life: shown in tests/whole and tests/unit/rules, a mail that comes in has none yet."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Which rules hit, by name."""
    folder = tmp_path_factory.mktemp("explain")
    rules = RULES + "".join(
        f"  - name: {name} {answer}\n    when: {{{name}: {test}}}\n    then: {{note: {name}}}\n"
        for name, tests in CONDITIONS.items()
        for answer, test in zip(("hits", "misses"), tests, strict=True)
    )
    daemon = Daemon(folder, rules=rules)
    mail = folder / "mail.eml"
    mail.write_bytes(MAIL.replace("\n", "\r\n").encode())
    done = daemon.run("rules", "explain", str(mail), "--json")
    assert done.returncode == 0, done.stderr
    return {rule["name"]: rule["hit"] for rule in json.loads(done.stdout)["rules"]}


def test_every_condition_is_here() -> None:
    assert set(CONDITIONS) | OF_TIME == set(conditions.NAMES) | {"any", "all", "not"}


@pytest.mark.parametrize("name", CONDITIONS)
def test_explain_says_of_each_condition_where_it_holds_and_where_not(told: dict[str, bool], name: str) -> None:
    assert (told[f"{name} hits"], told[f"{name} misses"]) == (True, False)
