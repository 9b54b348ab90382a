"""P6, rules: a thousand of them asked about one mail, and read and checked from their file."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from gateway.decide import decide_mail, gather, sort
from gateway.decide.terms import Terms
from gateway.mail import reading
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof, Verdict
from gateway.policy.load import load
from gateway.rules.engine import Engine
from gateway.tickets.case import Case, Found, Incoming

RULES = 1000
ROUNDS = 200
_DESK = """\
desks:
  acme: {addresses: [support@acme.example], prefix: ACME}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example]}
groups:
  first-line: {members: [anna]}
"""
# The kinds of condition that rules are made of, in turn; none holds for the mail, so each is asked.
_KINDS = (
    "{{subject: {{contains: beställning {n}}}}}",
    "{{mentions: [ordernummer {n}, orderbekräftelse {n}]}}",
    "{{from: {{domain: umbrella{n}.example}}}}",
    "{{subject: {{regex: '\\bRMA-{n}\\b'}}}}",
    "{{any: [{{subject: {{contains: leverans {n}}}}}, {{text: {{contains: retur {n}}}}}]}}",
    "{{recipient: kund{n}@acme.example, text: {{contains: retur}}}}",
)
_MAIL = (
    "From: Karin Berg <karin@umbrella.example>\r\nTo: support@acme.example\r\nSubject: Skrivaren är trasig\r\n"
    "Message-ID: <p6@umbrella.example>\r\nDate: Mon, 02 Nov 2026 09:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    + "Hej! Skrivaren på plan tre skriver inte ut längre, och en lampa blinkar.\r\n"
    * 30
).encode()


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001  # nothing is written
    """Decide one mail with and without the rules; the difference is theirs."""
    began = time.process_time()
    policy = load({"rules.yaml": _DESK + _rules()}, "rules.yaml")
    engine = Engine(policy)
    loaded = time.process_time() - began
    assert len(policy.rules) == RULES
    bare = load({"rules.yaml": _DESK}, "rules.yaml")
    with_rules = _decided(Terms(policy, engine, "tickets.acme.example"))
    without = _decided(Terms(bare, Engine(bare), "tickets.acme.example"))
    took = (with_rules - without) * 1000
    return [
        Figure(
            "P6", "1,000 rules on one mail", took, "ms", "deciding it without rules", without * 1000,
            "< 2 ms", took < 2, f"CPU time, medians of {ROUNDS}; every rule is asked and none holds",
        ),
        Figure("P6", "loading and checking 1,000 rules", loaded, "s", goal="< 0.5 s", met=loaded < 0.5),
    ]  # fmt: skip


def _rules() -> str:
    rules = [
        f"  - name: rule {n}\n    when: {_KINDS[n % len(_KINDS)].format(n=n)}\n    then: {{tags: [kind{n % 7}]}}\n"
        for n in range(RULES)
    ]
    return "rules:\n" + "".join(rules)


def _decided(terms: Terms) -> float:
    now = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    envelope = Envelope("karin@umbrella.example", ("support@acme.example",), "smtp")
    mail = reading.understand(_MAIL, envelope)
    proof = Proof(Verdict.PASS)
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        incoming = Incoming(1, mail, envelope, proof, now, Found(), {}, None, False)
        sorted_ = sort(incoming, terms, now)
        gather(sorted_.incoming, sorted_.foreign)
        placement = sorted_.place(sorted_.incoming, terms)
        decide_mail(sorted_.incoming, sorted_, placement, Case(), terms, now)
        times.append(time.process_time() - began)
    return median(times)
