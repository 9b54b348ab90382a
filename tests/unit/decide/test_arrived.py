"""Class, sender and evidence say who has the word (design.md: class x what happens; evidence, in order)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.mail.message import Address, Attachment, Envelope, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.tickets.case import Case
from gateway.tickets.effects import AddEntry, Discard, FileMail, Hold, Join, Link, OpenTicket, Remember, Revoke, Tell
from gateway.tickets.model import ActorKind, Kind, Visibility

MALLORY = Address("Mallory", "mallory@evil.example")
ANNA = Address("Anna Åkesson", "anna@acme.example")
SUPPLIER = Address("Toner", "service@toner.example")
QUIET = [
    kind for kind in MailClass if kind not in {MailClass.PERSON, MailClass.MAILING_LIST, MailClass.DELIVERY_REPORT}
]
FILED = [kind for kind in QUIET if kind is not MailClass.AUTOMATIC]


@pytest.mark.parametrize("kind", [MailClass.PERSON, MailClass.MAILING_LIST, MailClass.AUTOMATIC])
def test_people_lists_and_machines_open_a_ticket(play, kind):
    (opened,) = play.of(OpenTicket, play.mail(mail_class=kind))
    assert (opened.requester.address, opened.desk) == ("karin@umbrella.example", "acme")


@pytest.mark.parametrize("kind", FILED)
def test_what_is_no_matter_of_its_own_is_filed(play, kind):
    decision = play.mail(mail_class=kind)
    (filed,) = decision.effects
    assert isinstance(filed, FileMail)
    assert filed.state == "done"


@pytest.mark.parametrize("kind", QUIET)
def test_automatic_mail_becomes_a_quiet_entry_that_changes_and_tells_nothing(play, kind):
    decision = play.reply(mail_class=kind)
    (entry,) = decision.effects
    assert isinstance(entry, AddEntry)
    assert (entry.folded, entry.visibility) == (True, Visibility.PUBLIC)


def test_the_automatic_mail_of_nobody_of_the_ticket_stays_internal(play):
    (entry,) = play.reply(sender=MALLORY, mail_class=MailClass.VACATION).effects
    assert (entry.verified, entry.visibility) == (False, Visibility.INTERNAL)


def test_the_automatic_mail_of_a_third_party_reaches_no_customer(play):
    (entry,) = play.reply(sender=SUPPLIER, mail_class=MailClass.VACATION).effects
    assert (entry.visibility, entry.kind) == (Visibility.EXTERNAL, Kind.EXTERNAL)


@pytest.mark.parametrize("kind", QUIET)
def test_an_operators_machine_is_never_an_entry_of_his_ticket(play, kind):
    (filed,) = play.reply(sender=ANNA, mail_class=kind).effects
    assert isinstance(filed, FileMail)


def test_the_scanner_that_sends_as_an_operator_opens_a_ticket(play):
    assert play.of(OpenTicket, play.mail(sender=ANNA, mail_class=MailClass.AUTOMATIC))


def test_our_own_mail_that_comes_back_is_filed_before_anything_else(play):
    (filed,) = play.mail(own=True).effects
    assert filed == FileMail("one of our own mails came back")


def test_the_same_message_again_is_a_duplicate(play):
    (filed,) = play.mail(found=replace(play.found(), same_content=(7, 5))).effects
    assert (filed.state, filed.reason) == ("duplicate", "the same message is entry 5")


# --- rules of event `received` ------------------------------------------------------------------------------------

DISCARD = "rules: [{name: News, event: received, when: {subject: {contains: erbjudande}}, then: {discard: {because: newsletter}}}]"
HELD = "rules: [{name: Odd, event: received, when: {subject: {contains: udda}}, then: {hold: {because: looks odd}}}]"


def test_a_rule_discards_and_history_names_the_rule(play):
    decision = play.mail(subject="Ett erbjudande", terms=play.under(DISCARD))
    assert decision.effects == (Discard("newsletter"),)
    assert (decision.actor.kind, decision.actor.name) == (ActorKind.RULE, "News")
    assert any("rule News" in line for line in decision.trace)


def test_what_a_person_let_in_is_not_discarded_again(play):
    decision = play.mail(subject="Ett erbjudande", terms=play.under(DISCARD), grant={"as": "accept", "by": "anna"})
    assert play.of(OpenTicket, decision)


def test_a_rule_holds_and_the_group_is_asked(play):
    decision = play.mail(subject="udda", terms=play.under(HELD))
    (hold,) = play.of(Hold, decision)
    assert (hold.reason, hold.facts["explanation"]) == ("rule", "looks odd")
    assert play.told(decision) == {"anna@acme.example": "held", "bo@acme.example": "held"}
    assert play.of(OpenTicket, play.mail(subject="udda", terms=play.under(HELD), grant={"as": "accept", "by": "anna"}))


# --- held before anybody reads it ---------------------------------------------------------------------------------


def test_a_from_that_is_not_one_address_is_held(play):
    (hold,) = play.of(Hold, play.mail(sender=None))
    assert hold.reason == "ambiguous"


def test_trusted_spam_is_held_unless_it_comes_from_the_ticket(play):
    spam = Proof(Verdict.PASS, "dmarc", spam="yes")
    assert play.of(Hold, play.mail(proof=spam))[0].reason == "spam"
    assert not play.of(Hold, play.reply(proof=spam))
    assert play.of(Hold, play.reply(sender=MALLORY, proof=spam))[0].about == play.ticket.id


def test_trusted_spam_with_a_number_and_a_name_that_anybody_can_write_is_held(play):
    named = {"reference": play.ticket.reference, "found": play.found(play.ticket)}
    held = play.of(Hold, play.mail(proof=Proof(spam="yes"), **named))
    assert [(each.reason, each.about) for each in held] == [("spam", play.ticket.id)]
    assert not play.of(Hold, play.mail(proof=Proof(Verdict.PASS, "dmarc", spam="yes"), **named)), "he is who he says"
    assert not play.of(Hold, play.reply(proof=Proof(spam="yes"))), "he answers a mail of ours"


def test_a_reply_address_of_somebody_else_is_held_and_taken_out_of_use(play):
    stolen = play.bearer("anna")
    decision = play.mail(sender=MALLORY, found=play.found(play.ticket, bearers=(stolen,)))
    assert play.of(Hold, decision)[0].reason == "stranger"
    assert play.of(Revoke, decision) == [Revoke("h", f"used from {MALLORY.address}")]


def test_a_key_that_was_quoted_by_a_stranger_is_revoked_and_his_mail_registered(play):
    stolen = play.bearer("anna", carrier="key-line")
    decision = play.mail(sender=MALLORY, found=play.found(play.ticket, bearers=(stolen,)))
    assert play.of(OpenTicket, decision)
    assert [r.bearer_hash for r in play.of(Revoke, decision)] == ["h"]
    (told,) = [t for t in play.of(Tell, decision) if t.event == "alarm"]
    assert (told.to.address, told.person) == (ANNA.address, "anna")
    assert MALLORY.address in told.facts["alarm"]["text"]


def test_a_mail_to_one_of_us_that_a_stranger_answers_is_revoked_and_told(play):
    stolen = play.bearer("anna", carrier="message-id")
    decision = play.mail(sender=MALLORY, found=play.found(play.ticket, bearers=(stolen,)))
    assert [r.bearer_hash for r in play.of(Revoke, decision)] == ["h"]
    assert ANNA.address in [t.to.address for t in play.of(Tell, decision) if t.event == "alarm"]


def test_a_participant_who_was_answered_from_that_mail_carries_its_id_in_good_faith(play):
    carried = play.bearer("anna", carrier="message-id")
    assert not play.of(Revoke, play.reply(bearers=(carried,)))


@pytest.mark.parametrize("kind", [MailClass.DELIVERY_REPORT, MailClass.VACATION])
def test_a_machine_that_quotes_our_mail_takes_no_key(play, kind):
    quoted = play.bearer("anna", carrier="key-line")
    decision = play.mail(sender=MALLORY, mail_class=kind, found=play.found(play.ticket, bearers=(quoted,)))
    assert not play.of(Revoke, decision)


def test_our_own_mail_that_comes_back_takes_no_key(play):
    quoted = play.bearer("anna")
    decision = play.mail(sender=MALLORY, own=True, found=play.found(play.ticket, bearers=(quoted,)))
    assert not play.of(Revoke, decision)


def test_what_a_person_keeps_as_a_note_reaches_nobody_outside(play):
    grant = {"by": "anna", "as": "note", "confirmed": "anna"}
    (entry,) = play.of(AddEntry, play.reply("Viskat till er.", grant=grant))
    assert entry.visibility is Visibility.INTERNAL
    opened = play.mail("Viskat till er.", grant=grant)
    assert [entry.visibility for entry in play.of(AddEntry, opened)] == [Visibility.INTERNAL]
    assert "karin@umbrella.example" not in play.told(opened)


# --- who wrote ----------------------------------------------------------------------------------------------------


def test_an_operator_who_writes_to_the_desk_without_orders_is_a_customer_like_any(play):
    (opened,) = play.of(OpenTicket, play.mail(sender=ANNA))
    assert opened.requester == ANNA


def test_an_operator_who_writes_orders_without_a_ticket_is_asked_whether_it_was_him(play):
    decision = play.mail("#take", ANNA)
    assert play.of(Hold, decision)[0].reason == "unproven"
    (asked,) = play.of(Tell, decision)
    assert (asked.event, asked.to.address, asked.null_sender) == ("confirmation", "anna@acme.example", True)


def test_an_operator_whose_domain_fails_is_asked_whatever_he_writes(play):
    decision = play.mail("Hej", ANNA, proof=Proof(Verdict.FAIL, "dmarc"))
    assert play.of(Hold, decision)[0].reason == "unproven"


def test_an_operator_is_the_customer_of_his_own_ticket_until_he_answers_an_operators_mail(play):
    own = replace(
        play.ticket, requester=ANNA, participants=(replace(play.ticket.participants[0], address=ANNA.address),)
    )
    as_customer = play.reply("Det är fortfarande trasigt", ANNA, ticket=own)
    assert play.of(AddEntry, as_customer)[0].kind is Kind.MESSAGE
    as_operator = play.answer("Prova igen", ticket=own)
    assert play.of(AddEntry, as_operator)[0].kind is Kind.ANSWER


def test_unguessable_evidence_from_a_stranger_is_shown_to_us_alone(play):
    decision = play.reply("Får jag vara med?", MALLORY)
    (entry,) = play.of(AddEntry, decision)
    assert (entry.verified, entry.visibility) == (False, Visibility.INTERNAL)
    assert decision.actor.kind is ActorKind.STRANGER
    assert not play.of(Join, decision)
    assert set(play.told(decision)) == {"anna@acme.example", "bo@acme.example"}


def test_a_colleague_of_the_same_organisation_joins_where_the_desk_lets_him(play):
    terms = play.under("")
    policy = terms.policy.model_copy(
        update={"desks": {"acme": terms.policy.desks["acme"].model_copy(update={"who_may_join": "organisation"})}}
    )
    ticket = replace(play.ticket, organisation="umbrella")
    decision = play.mail(
        sender=Address("Eva", "eva@umbrella.example"), reference="ACME-1042", found=play.found(ticket),
        terms=replace(terms, policy=policy),
    )  # fmt: skip
    assert [join.participant.address for join in play.of(Join, decision)] == ["eva@umbrella.example"]
    assert play.of(AddEntry, decision)[0].visibility is Visibility.PUBLIC


# --- a number alone -----------------------------------------------------------------------------------------------


def test_a_number_from_a_stranger_opens_a_ticket_that_points_at_the_other(play):
    decision = play.mail(sender=MALLORY, reference="ACME-1042", found=play.found(play.ticket))
    assert play.of(OpenTicket, decision)
    assert play.of(Link, decision) == [Link("claims", "ACME-1042")]


@pytest.mark.parametrize(("desk", "expected"), [("shop", Hold), ("strict", AddEntry)])
def test_a_number_from_a_stranger_is_held_or_attached_as_the_desk_says(play, desk, expected):
    ticket = replace(play.ticket, desk=desk, prefix=desk.upper())
    decision = play.mail(sender=MALLORY, reference=f"{desk.upper()}-1042", found=play.found(ticket))
    assert play.of(expected, decision)
    assert not play.of(OpenTicket, decision)
    if expected is AddEntry:
        assert not play.of(AddEntry, decision)[0].verified


def test_a_held_number_that_was_let_in_opens_a_ticket(play):
    ticket = replace(play.ticket, desk="shop", prefix="SHOP")
    decision = play.mail(
        sender=MALLORY, reference="SHOP-1042", found=play.found(ticket), grant={"as": "accept", "by": "anna"}
    )
    assert play.of(OpenTicket, decision)


def test_a_machine_without_a_from_is_registered_under_its_envelope_sender(play):
    decision = play.mail(
        sender=None, mail_class=MailClass.AUTOMATIC, envelope=Envelope("ups@plant.example", (), "smtp")
    )
    assert play.of(OpenTicket, decision)[0].requester.address == "ups@plant.example"
    assert not play.of(Remember, decision)


def test_a_mail_that_could_not_be_read_still_opens_a_ticket_with_the_whole_of_it(play):
    whole = Attachment("message.eml", "message/rfc822", 10, inline=False, content_id=None, sha256="ab")
    decision = play.mail("[unreadable]", attachments=(whole,), case=Case())
    assert play.of(AddEntry, decision)[0].attachments == (whole,)
