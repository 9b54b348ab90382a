"""A message of no ticket opens one; receipts, neutral and withheld; language; who is copied (mails.md: receipts)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mail.message import Address, Envelope, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.tickets.case import Case
from gateway.tickets.effects import AddEntry, Change, Join, OpenTicket, Tell, Unmute

KARIN = "karin@umbrella.example"
STRANGER = Address("Nils Ny", "nils@okand.example")


def opened(play, decision):
    (ticket,) = play.of(OpenTicket, decision)
    return ticket


def receipt(play, decision):
    return next((t for t in play.of(Tell, decision) if t.audience == "requester"), None)


def test_the_group_hears_and_the_sender_gets_a_receipt(play):
    decision = play.mail()
    assert play.told(decision) == {
        KARIN: "registered", "anna@acme.example": "registered", "bo@acme.example": "registered",
    }  # fmt: skip
    sent = receipt(play, decision)
    assert (sent.auto, sent.budgeted, sent.null_sender, sent.neutral) == ("auto-replied", True, False, False)


def test_the_ticket_is_as_its_desk_and_the_senders_organisation_say(play):
    values = opened(play, play.mail()).values
    assert (values["group"], values["organisation"], values["source"], values["last_word"]) == (
        "first-line", "umbrella", "mail", "customer",
    )  # fmt: skip


def test_a_desk_without_members_of_its_own_tells_the_groups_address(play):
    decision = play.mail(to=(Address("", "shop@acme.example"),))
    (told,) = [t for t in play.of(Tell, decision) if t.audience == "operator"]
    assert (told.to.address, told.person, told.group_bearer) == ("natet@acme.example", "network", True)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"mail_class": MailClass.MAILING_LIST}, "class mailing-list"),
        ({"mail_class": MailClass.AUTOMATIC}, "class automatic"),
        ({"envelope": Envelope("", ("support@acme.example",), "smtp")}, "null sender"),
        ({"proof": Proof(Verdict.FAIL, "spf")}, "spf says fail"),
        ({"proof": Proof(Verdict.FAIL)}, "authentication says fail"),
        ({"spam": "suspect"}, "suspected spam"),
        ({"spam": "yes"}, "suspected spam"),
        ({"date": "2026-11-22T08:59:00+00:00"}, "the mail is older than two days"),
    ],
)
def test_no_receipt_goes_where_nobody_waits_for_one(play, given, reason):
    decision = play.mail(**given)
    assert receipt(play, decision) is None
    assert play.not_told(decision)[KARIN] == reason
    assert play.told(decision), "we hear of it all the same"


@pytest.mark.parametrize("date", ["2026-11-22T09:00:01+00:00", "2026-11-24T09:30:00+00:00", None])
def test_a_mail_of_two_days_or_from_a_clock_that_is_fast_gets_one(play, date):
    assert receipt(play, play.mail(date=date)) is not None


def test_a_fetched_mail_without_an_envelope_sender_gets_one(play):
    assert receipt(play, play.mail(envelope=Envelope("", (), "imap", "box"))) is not None


@pytest.mark.parametrize(
    ("verdict", "known", "neutral"),
    [(Verdict.NONE, False, True), (Verdict.PASS, False, False), (Verdict.NONE, True, False)],
)
def test_a_stranger_nobody_proved_gets_a_neutral_one_with_the_null_sender(play, verdict, known, neutral):
    case = Case(contact=play.contact(known=known))
    sent = receipt(play, play.mail(proof=Proof(verdict), case=case))
    assert (sent.neutral, sent.null_sender) == (neutral, neutral)


def test_a_rule_withholds_the_receipt_by_its_name(play):
    terms = play.under("rules: [{name: Hush, then: {no_receipt: true}}]")
    assert play.not_told(play.mail(terms=terms))[KARIN] == "rule Hush says no receipt"


def test_a_silent_desk_tells_nobody_outside(play):
    decision = play.mail(to=(Address("", "quiet@acme.example"),))
    assert play.not_told(decision)[KARIN] == "the desk is silent"


def test_a_good_mail_from_a_muted_address_unmutes_it_and_gets_its_receipt(play):
    decision = play.mail(case=Case(contact=play.contact(muted="bounced 5.1.1")))
    assert Unmute(KARIN) in decision.effects
    assert KARIN in {e.to.address for e in decision.effects if isinstance(e, Tell)}


# --- language -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "sender", "text", "expected"),
    [
        ("en", None, "sv", "en"), (None, None, "sv", "nb"), ("fi", None, "sv", "nb"),
        (None, STRANGER, "en", "en"), (None, STRANGER, "de", "sv"), (None, STRANGER, None, "sv"),
    ],
)  # fmt: skip
def test_the_language_is_the_contacts_the_organisations_the_texts_the_desks(play, contact, sender, text, expected):
    given = {"sender": sender} if sender else {}
    decision = play.mail(language=text, case=Case(contact=play.contact(language=contact)), **given)
    assert opened(play, decision).values["language"] == expected


# --- subject, cc --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "expected"), [("Re: SV: Skrivaren", "Skrivaren"), ("", "(inget ämne)"), ("x" * 600, "x" * 500)]
)
def test_the_subject_is_the_base_subject_or_says_that_there_is_none(play, subject, expected):
    decision = play.mail(subject=subject, sender=STRANGER)
    assert opened(play, decision).subject == expected


CC = (
    Address("Olle", "olle@umbrella.example"), Address("", "OLLE@umbrella.example"), Address("", "support+x@acme.example"),
    Address("", "shop@acme.example"), Address("", "bo@acme.example"), Address("", "boss@acme.example"),
    Address("", "natet@acme.example"), Address("", KARIN),
)  # fmt: skip


def test_the_cc_of_a_proved_mail_takes_part_but_nobody_of_ours(play):
    joined = [join.participant for join in play.of(Join, play.mail(cc=CC))]
    assert [(p.address, p.role) for p in joined] == [(KARIN, "requester"), ("olle@umbrella.example", "cc")]


@pytest.mark.parametrize("given", [{"proof": Proof()}, {"mail_class": MailClass.MAILING_LIST}])
def test_the_cc_of_an_unproved_mail_or_a_list_is_nobody(play, given):
    assert [j.participant.address for j in play.of(Join, play.mail(cc=CC, **given))] == [KARIN]


# --- rules --------------------------------------------------------------------------------------------------------


def test_rules_place_the_ticket_before_anybody_is_told(play):
    terms = play.under(
        "rules: [{name: Lift, when: {subject: {contains: hiss}}, then: {template: lift, owner: cecilia}}]"
    )
    decision = play.mail(subject="Vår hiss", terms=terms)
    changes = play.changes(decision)
    assert (changes["group"], changes["priority"], changes["owner"]) == ("network", "high", "cecilia")
    assert changes["owner_at"]
    assert play.told(decision) == {
        KARIN: "registered",
        "natet@acme.example": "registered",
        "cecilia@acme.example": "assigned",
    }
    assert any("rule Lift" in line for line in decision.trace)


def test_a_rule_that_moves_to_another_desk_takes_its_prefix(play):
    terms = play.under("rules: [{name: Shop, event: registered, then: {desk: shop}}]")
    changes = play.changes(play.mail(terms=terms))
    assert (changes["desk"], changes["prefix"]) == ("shop", "SHOP")


def test_the_other_things_rules_do(play):
    terms = play.under(
        'rules: [{name: All, then: {note: "Se upp", cc: [ny@annan.example, bo@acme.example], link: ACME-1001, '
        'alarm: {mail: [boss, larm@vakt.example], text: "{{ ticket.subject }}"}}}]'
    )
    decision = play.mail(terms=terms)
    assert [e.text for e in play.of(AddEntry, decision)] == ["Hej!", "Se upp"]
    assert [j.participant.address for j in play.of(Join, decision)][-1] == "ny@annan.example"
    alarms = [t for t in play.of(Tell, decision) if t.event == "alarm"]
    assert [t.entry for t in alarms] == [True, False]
    assert [(t.to.address, t.audience) for t in alarms] == [
        ("boss@acme.example", "operator"),
        ("larm@vakt.example", "third-party"),
    ]


@pytest.mark.parametrize(("hops", "answered"), [(50, True), (51, False)])
def test_a_mail_that_may_be_going_round_gets_no_receipt(play, hops, answered):
    assert (receipt(play, play.mail(headers=(("Received", "from a by b"),) * hops)) is not None) is answered


def test_a_business_hours_rule_asks_the_desks_calendar(play, now):
    rule = "rules: [{name: Night, when: {business_hours: {is: closed}}, then: {tags: [natt]}}]"
    night = now.replace(hour=22)
    assert play.changes(play.mail(terms=play.under(rule), now=night)).get("tags") == ("natt",)
    assert not play.of(Change, play.mail(terms=play.under(rule), now=now))


def test_an_old_date_is_measured_from_the_receipts_clock(play, now):
    assert receipt(play, play.mail(date=None, received_at=now - timedelta(days=3))) is None


def test_an_operator_who_asks_for_something_is_told_once(play):
    decision = play.mail(sender=Address("Anna", "anna@acme.example"))
    assert play.told(decision) == {"anna@acme.example": "registered", "bo@acme.example": "registered"}


def test_a_group_without_anybody_still_opens_the_ticket(play):
    policy = play.terms.policy
    alone = policy.model_copy(
        update={"groups": {}, "desks": {"acme": policy.desks["acme"].model_copy(update={"group": None})}}
    )
    assert play.told(play.mail(terms=replace(play.terms, policy=alone))) == {KARIN: "registered"}


def test_a_rule_that_resolves_at_once_enters_the_status_with_its_timer(play, now):
    terms = play.under("rules: [{name: Done, then: {status: resolved}}]")
    decision = play.mail(terms=terms)
    changes = play.changes(decision)
    assert (changes["status"], changes["resolved_at"]) == ("resolved", now)
    assert play.told(decision)[KARIN] == "registered", "a receipt, whatever else happened"


def test_a_rules_ready_answer_is_an_entry_and_an_automatic_mail_instead_of_the_receipt(play):
    terms = play.under("rules: [{name: Known, then: {answer: {sv: Vi vet om det., nb: Vi vet om det., en: We know.}}}]")
    decision = play.mail(terms=terms)
    assert [entry.text for entry in play.of(AddEntry, decision)] == ["Hej!", "Vi vet om det."]
    (sent,) = [t for t in play.of(Tell, decision) if t.audience == "requester"]
    assert (sent.event, sent.auto, sent.budgeted) == ("answered", "auto-replied", True)
