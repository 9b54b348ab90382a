"""What lies in the Sent folder of a mailbox was said: recorded by whom it went to, never sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.mail.message import Address, Envelope, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.tickets.effects import AddEntry, Change, FileMail, Join, Suppress, Tell
from gateway.tickets.model import ActorKind, Kind, Status, Visibility
from tests.unit.decide.conftest import ANNA, KARIN, OLLE, SUPPLIER

DESK = Address("ACME Support", "support@acme.example")
SENT = Envelope("support@acme.example", (), "imap", mailbox="box", uidvalidity=1, uid=1, folder="Sent")


@pytest.fixture
def by_hand(play):
    """Return what a mail from the Sent folder, answering the ticket, does."""
    terms = replace(play.terms, sent_folders=frozenset({("box", "Sent")}))

    def decide(text: str = "Starta om den.", sender: Address = DESK, to: Address = KARIN, **given):
        return play.reply(text, sender, to=(to,), envelope=given.pop("envelope", SENT), terms=terms, **given)

    return decide


def entry(decision) -> AddEntry | None:
    return next((e for e in decision.effects if isinstance(e, AddEntry)), None)


def told(decision) -> set[str]:
    return {e.audience for e in decision.effects if isinstance(e, Tell)}


def test_an_answer_reaches_the_ticket_and_no_customer_again(by_hand, play):
    decision = by_hand()
    said = entry(decision)
    assert (said.kind, said.visibility, said.direction) == (Kind.ANSWER, Visibility.PUBLIC, "out")
    assert decision.actor.kind is ActorKind.OPERATOR
    assert "requester" not in told(decision)
    kept = [e for e in decision.effects if isinstance(e, Suppress)]
    assert {each.to.address for each in kept} == {KARIN.address, OLLE.address}, (
        "who wrote by hand chose whom to write to"
    )
    assert Change("last_word", "us", "answered") in decision.effects


def test_the_same_mail_in_the_inbox_is_no_answer_by_hand(by_hand):
    decision = by_hand(envelope=replace(SENT, folder="INBOX"))
    assert all("by hand" not in line for line in decision.trace)


def test_what_the_desk_does_after_an_answer_it_does(by_hand, play):
    decision = by_hand(ticket=replace(play.ticket, desk="shop", status=Status.OPEN))
    assert any(isinstance(e, Change) and e.field == "status" and e.value is Status.WAITING for e in decision.effects)
    assert "requester" not in told(decision), "nobody is told to wait twice"


def test_an_order_in_it_is_not_done(by_hand):
    decision = by_hand("Klart!\n\n#löst", ANNA)
    assert not any(isinstance(e, Change) and e.value is Status.RESOLVED for e in decision.effects)


def test_the_owner_hears_what_a_colleague_wrote_by_hand(by_hand, play):
    decision = by_hand(sender=Address("Bo Ek", "bo@acme.example"), ticket=replace(play.ticket, owner="anna"))
    assert "operator" in told(decision)
    assert not any(isinstance(e, Change) and e.field == "owner" for e in decision.effects)


def test_a_supplier_who_was_asked_takes_part_as_a_third_party(by_hand):
    assert not [e for e in by_hand(to=SUPPLIER).effects if isinstance(e, Join)], "he does already"
    other = Address("Papper", "order@papper.example")
    decision = by_hand(to=other)
    assert entry(decision).visibility is Visibility.EXTERNAL
    joined = [e.participant for e in decision.effects if isinstance(e, Join)]
    assert [(who.address, who.role) for who in joined] == [(other.address, "third-party")]
    assert not any(isinstance(e, Change) for e in decision.effects)


def test_what_went_to_us_alone_is_a_note(by_hand):
    said = entry(by_hand(to=Address("", "natet@acme.example")))
    assert (said.kind, said.visibility) == (Kind.NOTE, Visibility.INTERNAL)


def test_what_a_machine_sent_from_the_mailbox_is_folded_and_changes_nothing(by_hand):
    decision = by_hand(mail_class=MailClass.AUTOMATIC)
    assert entry(decision).folded
    assert not any(isinstance(e, Change) for e in decision.effects)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"sender": Address("Mallory", "m@evil.example")}, "nobody of ours"),
        ({"headers": (("X-Gateway-Loop", "abc"),)}, "Message-ID was changed"),
        ({"in_reply_to": ()}, "in no ticket"),
    ],
)
def test_what_is_no_answer_is_filed(by_hand, play, given, why):
    if "in_reply_to" in given:
        terms = replace(play.terms, sent_folders=frozenset({("box", "Sent")}))
        decision = play.mail("Hej", DESK, to=(KARIN,), envelope=SENT, terms=terms)
    else:
        decision = by_hand(**given)
    (filed,) = decision.effects
    assert isinstance(filed, FileMail)
    assert why in filed.reason


def test_a_number_in_the_subject_is_enough_where_it_went_to_the_customer(play):
    terms = replace(play.terms, sent_folders=frozenset({("box", "Sent")}))
    named = {"reference": play.ticket.reference, "envelope": SENT, "terms": terms, "found": play.found(play.ticket)}
    assert entry(play.mail("Hej", DESK, to=(KARIN,), **named)).kind is Kind.ANSWER
    elsewhere = play.mail("Hej", DESK, to=(Address("", "x@else.example"),), **named)
    assert isinstance(elsewhere.effects[0], FileMail)


@pytest.mark.parametrize(
    "trace",
    [
        {"headers": (("Delivered-To", "support+Sent@acme.example"),)},
        {"headers": (("X-MS-Exchange-Organization-AuthAs", "Anonymous"),)},
        {"proof": Proof(Verdict.FAIL, "dmarc")},
    ],
)
def test_what_was_delivered_into_the_folder_was_written_by_anybody(by_hand, trace):
    decision = by_hand(**trace)
    assert [type(effect) for effect in decision.effects] == [FileMail]
    assert "delivered there" in decision.effects[0].reason


def test_what_a_provider_marked_as_its_own_was_written_there(by_hand):
    marks = (("X-MS-Exchange-Organization-AuthAs", "Internal"), ("Received", "from a by b with mapi"))
    assert entry(by_hand(headers=marks)).kind is Kind.ANSWER
