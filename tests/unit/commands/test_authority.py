from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.commands.authority import PROVEN_VERBS, Level, Standing, level, may, on_command_line
from gateway.mail.message import Address, Envelope, InboundMail, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.tickets.case import BearerMatch, Found, Incoming

PASS = Proof(Verdict.PASS, "dmarc", "acme.example")
FAIL = Proof(Verdict.FAIL, "dmarc", "acme.example")


def bearer(**values: Any) -> BearerMatch:
    fixed: dict[str, Any] = {
        "hash": "h", "purpose": "ticket", "carrier": "subaddress", "ticket_id": 7, "person": "anna",
        "address": "anna@acme.example", "group": False, "journal_id": None, "mail_id": 1, "seen_entry": 0,
    }  # fmt: skip
    return BearerMatch(**{**fixed, **values})


def incoming(
    *bearers: BearerMatch, sender: str | None = "anna@acme.example", proof: Proof | None = None, **values: Any
) -> Incoming:
    fixed: dict[str, Any] = {
        "message_id": "<1@x>", "date": None, "sender_from": Address("", sender) if sender else None, "sender": None,
        "reply_to": (Address("", "anna@acme.example"),), "to": (), "cc": (), "subject": "Re: [ACME-1042] x",
        "in_reply_to": (), "references": (), "text": "", "new_text": "#löst", "quoted_text": "", "signature": "",
        "html": None, "attachments": (), "mail_class": MailClass.PERSON, "why": (), "thanks": False, "spam": None,
        "delivery_report": None, "forwarded": None, "reference": "ACME-1042", "language": None, "defects": (),
        "headers": (),
    }  # fmt: skip
    grant = values.pop("grant", {})
    mail = InboundMail(**{**fixed, **values})
    received = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    return Incoming(1, mail, Envelope("", (), "smtp"), proof or Proof(), received, Found(bearers), grant)


def test_his_from_and_nothing_else_proves_nothing(policy):
    found = level(incoming(), policy, 7)
    assert (found.level, found.person, found.reason, found.acts) == (Level.UNPROVEN, "anna", "no-bearer", False)


def test_a_pass_without_a_bearer_is_not_enough(policy):
    assert level(incoming(proof=PASS), policy, 7).level is Level.UNPROVEN


def test_his_bearer_for_this_ticket_makes_him_known(policy):
    found = level(incoming(bearer()), policy, 7)
    assert (found.level, found.bearer, found.acts) == (Level.KNOWN, bearer(), True)


def test_any_of_his_addresses_will_do_in_any_case(policy):
    assert level(incoming(bearer(), sender="Anna@Home.example"), policy, 7).level is Level.KNOWN


def test_a_bearer_and_an_aligned_pass_are_proof(policy):
    assert level(incoming(bearer(), proof=PASS), policy, 7).level is Level.PROVEN


def test_a_trusted_fail_refuses_whatever_he_carries(policy):
    mail = incoming(bearer(), proof=FAIL, grant={"confirmed": "anna"})
    assert level(mail, policy, 7).level is Level.REFUSED


def test_a_malformed_from_is_refused(policy):
    assert level(incoming(bearer(), sender=None), policy, 7).level is Level.REFUSED


@pytest.mark.parametrize("mail_class", [kind for kind in MailClass if kind is not MailClass.PERSON])
def test_only_what_a_person_wrote_acts(policy, mail_class):
    mail = incoming(bearer(), proof=PASS, grant={"confirmed": "anna"}, mail_class=mail_class)
    assert not level(mail, policy, 7).acts


def test_a_bearer_for_another_ticket_does_not_count(policy):
    assert level(incoming(bearer(ticket_id=8)), policy, 7).level is Level.UNPROVEN
    assert level(incoming(bearer(ticket_id=None)), policy, None).level is Level.UNPROVEN


def test_a_bearer_of_a_delivery_report_gives_no_right(policy):
    assert level(incoming(bearer(purpose="report")), policy, 7).level is Level.UNPROVEN


def test_the_bearer_of_a_question_lets_him_decide_about_the_held_mail(policy):
    found = level(incoming(bearer(purpose="held", journal_id=5, ticket_id=None)), policy, None)
    assert (found.level, found.bearer.journal_id) == (Level.KNOWN, 5)


def test_an_answered_confirmation_is_proof(policy):
    assert level(incoming(grant={"confirmed": "anna"}), policy, 7).level is Level.PROVEN
    assert level(incoming(grant={"confirmed": "bo"}), policy, 7).level is Level.UNPROVEN


def test_a_group_bearer_knows_a_member_with_an_aligned_pass_only(policy):
    shared = bearer(person="first-line", group=True)
    assert level(incoming(shared), policy, 7).level is Level.UNPROVEN
    assert level(incoming(shared, proof=PASS), policy, 7).level is Level.KNOWN
    assert level(incoming(shared, proof=PASS, sender="annika@acme.example"), policy, 7).level is Level.UNPROVEN


def test_somebody_elses_bearer_proves_nothing(policy):
    for sender, person in (("mallory@evil.example", None), ("bo@acme.example", "bo")):
        found = level(incoming(bearer(), sender=sender, proof=PASS), policy, 7)
        assert (found.acts, found.person, found.bearer) == (False, person, None)


def test_his_own_bearer_outweighs_a_colleagues_in_the_references(policy):
    own = bearer(person="bo", address="bo@acme.example")
    found = level(incoming(bearer(carrier="message-id"), own, sender="bo@acme.example"), policy, 7)
    assert (found.level, found.bearer) == (Level.KNOWN, own)


def test_a_customer_is_no_operator_whatever_he_shows(policy):
    theirs = bearer(person=None, address="karin@umbrella.example", audience="requester")
    found = level(incoming(theirs, sender="karin@umbrella.example", proof=PASS), policy, 7)
    assert (found.acts, found.person, found.bearer) == (False, None, None)


def test_reply_to_display_name_and_subject_number_never_count(policy):
    mail = incoming(sender="mallory@evil.example", sender_from=Address("anna@acme.example", "mallory@evil.example"))
    assert level(mail, policy, 7).person is None


@pytest.mark.parametrize("verb", sorted(PROVEN_VERBS))
def test_far_reaching_verbs_need_a_proof(policy, verb):
    known = Standing(Level.KNOWN, "anna", "bearer")
    assert may(known, verb, policy, "plain", verb).code == "needs-proven"
    assert may(Standing(Level.PROVEN, "anna", "bearer"), verb, policy, "plain", verb) is None


def test_the_command_line_may_do_what_its_person_may(policy):
    assert may(on_command_line("anna"), "merge", policy, "plain", "merge") is None
    assert may(on_command_line("boss"), "resolve", policy, "plain", "resolve").code == "role"


def test_a_message_that_came_before_or_is_of_another_week_proves_nothing_until_he_says_so(policy):
    """Its signature is genuine and says nothing of whom it goes to, nor when (A08)."""
    replayed = replace(incoming(bearer(), proof=PASS), replayed=True)
    assert (level(replayed, policy, 7).level, level(replayed, policy, 7).reason) == (Level.UNPROVEN, "replay")
    fresh = incoming(bearer(), proof=PASS)
    for days, wanted in ((-8, Level.UNPROVEN), (-6, Level.PROVEN), (6, Level.PROVEN), (8, Level.UNPROVEN)):
        date = (fresh.received_at + timedelta(days=days)).isoformat()
        assert level(replace(fresh, mail=replace(fresh.mail, date=date)), policy, 7).level is wanted, days
    confirmed = replace(replayed, grant={"confirmed": "anna"})
    assert level(confirmed, policy, 7).level is Level.PROVEN
