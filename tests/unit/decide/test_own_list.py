"""A desk address that is a mailing list or group works like any other (IN13, A79)."""

from __future__ import annotations

import pytest

from gateway.decide import decide_mail, sort
from gateway.decide.terms import Terms
from gateway.mail.message import Address, Envelope, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.policy.load import load
from gateway.rules.engine import Engine
from gateway.tickets.case import Case
from gateway.tickets.effects import Join, OpenTicket, Tell

KARIN = Address("Karin Berg", "karin@umbrella.example")
MUNGED = Address("'Karin Berg' via Support", "support@acme.example")
LIST = Address("", "support@lists.acme.example")
GOOGLE = (
    ("List-ID", "<support.lists.acme.example>"),
    ("List-Post", "<https://groups.google.com/g/support/post>, <mailto:support@lists.acme.example>"),
    ("Precedence", "list"),
    ("X-Google-Group-Id", "104"),
)
MAILMAN = (("List-Id", "Support <support.lists.acme.example>"), ("X-Mailman-Version", "3.3.8"), ("Precedence", "list"))
RULES = """
desks:
  acme: {name: ACME Support, addresses: [support@acme.example], group: first-line}
  shop: {addresses: [shop@acme.example], group: first-line, arrives_via: [support.lists.acme.example, team@acme.onmicrosoft.example]}
operators: {anna: {addresses: [anna@acme.example]}}
groups: {first-line: {members: [anna]}}
"""


@pytest.fixture(scope="module")
def listed() -> Terms:
    policy = load({"rules.yaml": RULES})
    return Terms(policy, Engine(policy), "tickets.acme.example")


def arrive(play, terms, sender=KARIN, headers=GOOGLE, **given):
    given = {"mail_class": MailClass.MAILING_LIST, "to": (LIST,)} | given
    mail = play.letter("Hej!", sender, headers=headers, **given)
    envelope = Envelope("support-bounces@lists.acme.example", ("gateway@relay.example",), "smtp")
    incoming = play.incoming(mail, proof=Proof(Verdict.PASS, "dmarc"), envelope=envelope)
    return sort(incoming, terms, play.ticket.created_at)


@pytest.mark.parametrize("headers", [GOOGLE, MAILMAN])
def test_a_mail_by_the_desks_own_list_is_a_persons_and_addressed_to_the_desk(play, listed, headers):
    arrived = arrive(play, listed, headers=headers)
    assert arrived.incoming.mail.mail_class is MailClass.PERSON
    assert arrived.desk == "shop"
    assert (arrived.incoming.mail.sender_from, arrived.incoming.proof.verdict) == (KARIN, Verdict.PASS)


def test_a_group_without_list_headers_is_known_by_its_address(play, listed):
    group = Address("Team", "team@acme.onmicrosoft.example")
    arrived = arrive(
        play,
        listed,
        headers=(("Precedence", "list"),),
        to=(group,),
        mail_class=MailClass.AUTOMATIC,
        why=("Precedence: list",),
    )
    assert (arrived.incoming.mail.mail_class, arrived.desk) == (MailClass.PERSON, "shop")


@pytest.mark.parametrize(
    ("headers", "reply_to"),
    [
        ((*GOOGLE, ("X-Original-From", "Karin Berg <karin@umbrella.example>")), ()),
        ((*GOOGLE, ("X-Original-Sender", "karin@umbrella.example")), ()),
        (MAILMAN, (Address("", "karin@umbrella.example"), LIST)),
    ],
)
def test_a_from_that_the_list_rewrote_is_resolved_and_proves_nothing(play, listed, headers, reply_to):
    arrived = arrive(play, listed, MUNGED, headers, reply_to=reply_to)
    assert arrived.incoming.mail.sender_from == KARIN
    assert arrived.incoming.proof.verdict is Verdict.NONE


def test_nobody_becomes_one_of_ours_by_a_list(play, listed):
    headers = (*GOOGLE, ("X-Original-From", "Anna <anna@acme.example>"))
    assert arrive(play, listed, MUNGED, headers).incoming.mail.sender_from.address == MUNGED.address


@pytest.mark.parametrize("kind", [MailClass.VACATION, MailClass.AUTOMATIC, MailClass.DELIVERY_REPORT])
def test_a_machine_stays_a_machine_on_a_list(play, listed, kind):
    arrived = arrive(play, listed, mail_class=kind, why=("Auto-Submitted: auto-replied",))
    assert arrived.incoming.mail.mail_class is kind


def test_somebody_elses_list_stays_a_list(play, listed):
    headers = (("List-Id", "<news.evil.example>"), ("X-Original-From", "Karin Berg <karin@umbrella.example>"))
    arrived = arrive(play, listed, MUNGED, headers, to=(Address("", "support@acme.example"),))
    assert arrived.incoming.mail.mail_class is MailClass.MAILING_LIST
    assert arrived.incoming.mail.sender_from.address == MUNGED.address


def test_the_list_gets_a_receipt_to_nobody_but_the_sender_and_takes_no_part(play, listed, now):
    arrived = arrive(play, listed)
    incoming = arrived.incoming
    decision = decide_mail(incoming, arrived, arrived.place(incoming, listed), Case(), listed, now)
    assert [opened.requester for opened in play.of(OpenTicket, decision)] == [KARIN]
    assert [joined.participant.address for joined in play.of(Join, decision)] == [KARIN.address]
    receipts = [told for told in play.of(Tell, decision) if told.audience == "requester"]
    assert [told.to.address for told in receipts] == [KARIN.address]
