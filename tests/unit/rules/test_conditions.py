from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.message import Attachment, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.policy.conditions import All, Any, Not, Op, Place, Test
from gateway.rules.conditions import compiled, stands_alone
from gateway.rules.facts import OpeningHours, facts, plain
from gateway.tickets.case import Case
from gateway.tickets.model import Contact, Status

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FILE = Attachment("Faktura.PDF", "application/pdf", 2_000_000, inline=False, content_id=None, sha256="0")


@pytest.fixture
def holds(a_policy, a_mail, an_incoming, a_draft):
    """Say what a condition, as YAML, answers about a mail and a ticket of these values."""

    def answer(when: str, *, ticket=None, contact=None, hours=None, proof=None, event="registered", **mail):
        policy = a_policy(f"  - {{name: r, event: {event}, when: {{{when}}}, then: {{stop: true}}}}")
        incoming = an_incoming(a_mail(**mail), **({"proof": proof} if proof else {}))
        about = a_draft(**(ticket or {}))
        known = facts(incoming, about, policy, NOW, Case(about, contact=contact), hours)
        return compiled(policy.rules[0].when)(known)

    return answer


@pytest.mark.parametrize(
    ("when", "mail"),
    [
        ("subject: hej", {"subject": " HEJ "}),
        ("subject: [hej, hallå]", {"subject": "Hallå"}),
        ("subject: {contains: faktura}", {"subject": "Er FAKTURA 1"}),
        ("subject: {words: röd}", {"subject": "den röd-gröna"}),
        ("subject: {starts: re}", {"subject": "Re: hej"}),
        ("subject: {ends: '!'}", {"subject": "hej!"}),
        ("subject: {not: {contains: x}}", {"subject": "hej"}),
        ("subject: {exists: true}", {"subject": "hej"}),
        ("text: {exists: false}", {"new_text": ""}),
        ("mentions: driftstopp", {"new_text": "Vi har driftstopp nu"}),
        ("mentions: [driftstopp, outage]", {"subject": "Outage!"}),
        ("subject: {after: [faktura], digits: 4-8, capture: invoice}", {"subject": "Fakturanummer: 123456"}),
        ("subject: {regex: 'case (?P<c>t-\\d+)'}", {"subject": "Re: Case T-77"}),
        ("subject: {regex: '\\bå\\w+\\b'}", {"subject": "en ÅÄÖ-fråga"}),
        ("from: karin@UMBRELLA.example", {}),
        ("from: {contains: karin berg}", {}),
        ("from: {domain: umbrella.example}", {}),
        ("from: {domain: [x.example, .example]}", {}),
        ("to: support@acme.example", {}),
        ("recipient: {domain: acme.example}", {}),
        ("recipient: other@acme.example", {"headers": (("Delivered-To", "Other@acme.example"),)}),
        ("header: {X-Mailer: {contains: outlook}}", {"headers": (("x-mailer", "Microsoft Outlook"),)}),
        ("attachment: true", {"attachments": (FILE,)}),
        ("attachment: false", {}),
        ("attachment: {name: {ends: .pdf}, size: {over: 1MB}}", {"attachments": (FILE,)}),
        ("size: {over: 1MB}", {"attachments": (FILE,)}),
        ("class: mailing-list", {"mail_class": MailClass.MAILING_LIST}),
        ("spam: [yes, suspect]", {"spam": "suspect"}),
        ("addressed: true", {}),
        ("organisation: umbrella", {}),
        ("customer_type: new", {}),
        ("desk: acme", {}),
        ("language: sv", {}),
        ("importance: high", {"headers": (("X-Priority", "1 (Highest)"),)}),
        ("contains_personal_number: true", {"new_text": "Jag heter Karin, 811228-9874."}),
        ("any: [{subject: x}, {subject: hej}]", {}),
        ("not: {subject: x}", {}),
        ("not: [{subject: x}, {subject: y}]", {}),
        ("all: [{subject: hej}, {source: mail}]", {}),
    ],
)
def test_a_test_that_fits_hits(holds, when, mail):
    assert holds(when, **mail) is True


@pytest.mark.parametrize(
    ("when", "mail"),
    [
        ("subject: hej", {"subject": "hej då"}),
        ("subject: {contains: å}", {"subject": "a"}),
        ("subject: {words: röd}", {"subject": "rödlök"}),
        ("subject: {after: [faktura], digits: 4-8}", {"subject": "Faktura 123"}),
        ("subject: {after: [faktura], digits: 4-8}", {"subject": "Faktura 123456789"}),
        ("subject: {after: [faktura], digits: 4-8}", {"subject": "123456 faktura"}),
        ("from: {domain: brella.example}", {}),
        ("from: {domain: .umbrella.example}", {}),
        ("from: support@acme.example", {}),
        ("addressed: false", {}),
        ("attachment: {name: {ends: .pdf}, size: {under: 1MB}}", {"attachments": (FILE,)}),
        ("header: {X-Other: {exists: true}}", {}),
        ("contains_personal_number: true", {"new_text": "Ordernummer 811228-9875, 12345678901"}),
        ("spam: yes", {}),
        ("unassigned_for: {over: 4h}", {}),
    ],
)
def test_a_test_that_does_not_fit_misses(holds, when, mail):
    assert holds(when, **mail) is False


def test_the_ticket_is_asked_where_the_message_does_not_say(holds):
    ticket = {
        "status": Status.EXTERNAL, "status_name": "ordered", "priority": "high", "category": "invoice/reminder",
        "tags": ("vip", "x"), "fields": {"order_number": "1234"}, "group": "finance", "last_word": "us",
    }  # fmt: skip
    for when in (
        "status: external", "status: ordered", "priority: [low, high]", "category: invoice", "tags: vip",
        "fields: {order_number: {over: 1000}}", "fields: {order_number: '1234'}", "group: finance", "last_word: us",
        "owner: {exists: false}",
    ):  # fmt: skip
        assert holds(when, ticket=ticket) is True, when


def test_who_wrote_before_is_known_and_ours_are_internal(holds):
    assert holds("known: true", contact=Contact("karin@umbrella.example", known=True)) is True
    assert holds("customer_type: existing", contact=Contact("karin@umbrella.example", known=True)) is True
    assert holds("known: false") is True


def test_authentication_is_what_trusted_hops_said(holds):
    assert holds("authentication: pass", proof=Proof(Verdict.PASS)) is True
    assert holds("authentication: none") is True


def test_durations_count_until_now_in_the_calendar_that_is_given(holds):
    old = {"created_at": NOW - timedelta(hours=5)}
    assert holds("unassigned_for: {over: 4h}", ticket=old) is True
    assert holds("untouched_for: {under: 4h}", ticket=old) is False
    slow = OpeningHours(add=lambda start, length: start + 3 * length.wall())
    assert holds("unassigned_for: {over: 4bh}", ticket=old, hours=slow) is False


def test_opening_hours_are_unknown_without_a_calendar_and_then_no_rule_fires(holds):
    assert holds("business_hours: open") is None
    assert holds("not: {business_hours: open}") is None
    closed = OpeningHours(is_open=lambda _: False)
    assert holds("business_hours: closed", hours=closed) is True


def a_test(value: bool | None) -> Test:
    """A test that answers `value`: opening hours are the one fact that can be unknown at will."""
    word = {True: "open", False: "closed", None: "unknown"}[value]
    return Test("business_hours", word, Op.IS, ("open",), None, Place("", 1, 1))


HOURS = OpeningHours(is_open=lambda name: {"open": True, "closed": False, "unknown": None}[name])
VERDICT = st.sampled_from([True, False, None])


@given(st.lists(VERDICT, max_size=4))
def test_all_any_and_not_follow_the_logic_of_three_values(verdicts):
    known = plain({}, NOW)
    known.hours = HOURS
    parts = tuple(map(a_test, verdicts))
    every = False if False in verdicts else None if None in verdicts else True
    some = True if True in verdicts else None if None in verdicts else False
    assert compiled(All(parts))(known) is every
    assert compiled(Any(parts))(known) is some
    assert compiled(Not(Any(parts)))(known) is (None if some is None else not some)


@given(st.text(alphabet="ab å1-", max_size=12), st.text(alphabet="abå1", min_size=1, max_size=3))
def test_a_word_stands_alone_exactly_where_no_letter_or_digit_touches_it(text, needle):
    import re

    assert stands_alone(needle, text) == (re.search(rf"(?<![^\W_]){re.escape(needle)}(?![^\W_])", text) is not None)
