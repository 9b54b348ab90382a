"""Where a message belongs: the order of evidence, and what proves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.mail import identity
from gateway.mail.message import Address, Envelope, InboundMail, MailClass
from gateway.tickets.case import BearerMatch, Found, KnownMessage
from gateway.tickets.model import Participant, Status, Ticket
from gateway.tickets.thread import Sender, clues, place

ALICE, MALLORY = Address("Alice", "alice@cust.test"), Address("Mallory", "mallory@evil.test")
KEYS = identity.Keys(b"k" * 32)
TOKEN = "abcdefgh234567ab"
TICKET = Ticket(
    7, 1001, "T", "acme", "Printer", Status.OPEN, ALICE, datetime(2026, 11, 1, tzinfo=UTC),
    participants=(Participant(ALICE.address, "Alice", "requester"),),
)  # fmt: skip


def a_mail(sender: Address = ALICE, **changes: object) -> InboundMail:
    mail = InboundMail(
        message_id="<m@x>", date=None, sender_from=sender, sender=None, reply_to=(), to=(Address("", "support@corp.test"),),
        cc=(), subject="x", in_reply_to=(), references=(), text="hej", new_text="hej", quoted_text="", signature="",
        html=None, attachments=(), mail_class=MailClass.PERSON, why=(), thanks=False, spam=None, delivery_report=None,
        forwarded=None, reference=None, language="sv", defects=(), headers=(),
    )  # fmt: skip
    return replace(mail, **changes)  # type: ignore[arg-type]


def known(**changes: object) -> Found:
    return Found(tickets={7: TICKET}, by_number={1001: 7}, **changes)  # type: ignore[arg-type]


def a_bearer(**changes: object) -> BearerMatch:
    bearer = BearerMatch("h", "ticket", "subaddress", 7, "op", "op@corp.test", False, None, 3, 5)
    return replace(bearer, **changes)  # type: ignore[arg-type]


ENVELOPE = Envelope("alice@cust.test", ("support@corp.test",), "smtp")


def test_clues_name_the_bearer_of_a_subaddress_wherever_the_recipient_stands() -> None:
    for mail, envelope in (
        (a_mail(), replace(ENVELOPE, rcpt_to=(f"support+{TOKEN}@corp.test",))),
        (a_mail(to=(Address("", f"support+{TOKEN.upper()}@corp.test"),)), ENVELOPE),
        (a_mail(headers=(("Delivered-To", f"<support+{TOKEN}@corp.test>"),)), ENVELOPE),
        (a_mail(), replace(ENVELOPE, rcpt_to=(f"{TOKEN}@tickets.corp.test",))),
    ):
        assert (identity.bearer_hash(TOKEN), "subaddress") in clues(mail, envelope).bearer_hashes


def test_a_verp_address_is_a_clue_of_its_own_kind() -> None:
    found = clues(a_mail(), replace(ENVELOPE, rcpt_to=(f"support+b-{TOKEN}@corp.test",))).bearer_hashes
    assert found == ((identity.bearer_hash(TOKEN), "verp"),)


def test_a_key_line_is_found_in_the_quote_too() -> None:
    text = f"Ja.\n> Nyckel: {identity.key_line(TOKEN)}"
    assert (identity.bearer_hash(TOKEN), "key-line") in clues(a_mail(text=text), ENVELOPE).bearer_hashes


def test_a_key_in_a_quote_does_not_hide_that_the_mail_was_sent_to_its_address() -> None:
    envelope = replace(ENVELOPE, rcpt_to=(f"support+{TOKEN}@corp.test",))
    mail = a_mail(text=f"Ja.\n> Nyckel: {identity.key_line(TOKEN)}")
    assert clues(mail, envelope).bearer_hashes == ((identity.bearer_hash(TOKEN), "subaddress"),)


def test_the_last_answered_message_counts_before_older_references() -> None:
    mail = a_mail(in_reply_to=("<c@x>",), references=("<a@x>", "<b@x>", "<c@x>"))
    assert clues(mail, ENVELOPE).message_ids == ("<c@x>", "<b@x>", "<a@x>")


def test_a_bearer_of_the_sender_is_the_strongest_evidence() -> None:
    found = known(bearers=(a_bearer(),), messages=(KnownMessage("<a@x>", 8, None, None, None),))
    placed = place(a_mail(Address("", "op@corp.test"), in_reply_to=("<a@x>",)), found, Sender("op@corp.test", "op"))
    assert (placed.ticket_id, placed.how) == (7, "bearer")


def test_a_bearer_used_by_somebody_else_is_stolen_and_leads_nowhere() -> None:
    placed = place(a_mail(MALLORY), known(bearers=(a_bearer(),)), Sender("mallory@evil.test"))
    assert placed.ticket_id is None
    assert [b.hash for b in placed.stolen] == ["h"]


def test_a_message_id_in_a_forwarded_mail_is_quoted_not_stolen() -> None:
    found = known(
        bearers=(a_bearer(carrier="message-id"),), messages=(KnownMessage("<ours@x>", 7, 1, 3, "op@corp.test"),)
    )
    placed = place(a_mail(MALLORY, in_reply_to=("<ours@x>",)), found, Sender("mallory@evil.test"))
    assert placed.stolen == ()
    assert (placed.ticket_id, placed.verified) == (7, False)


def test_a_known_message_id_from_a_participant_is_verified() -> None:
    found = known(messages=(KnownMessage("<ours@x>", 7, 1, 3, ALICE.address),))
    placed = place(a_mail(in_reply_to=("<ours@x>",)), found, Sender("alice@cust.test"))
    assert (placed.ticket_id, placed.how, placed.verified) == (7, "message-id", True)


def test_a_number_in_the_subject_threads_only_a_participant() -> None:
    mail = a_mail(reference="T-1001")
    assert place(mail, known(), Sender("alice@cust.test")).ticket_id == 7
    stranger = place(replace(mail, sender_from=MALLORY), known(), Sender("mallory@evil.test"))
    assert (stranger.ticket_id, stranger.claims) == (None, 7)


@pytest.mark.parametrize("reference", ["X-1001", "T-1002", "T-99999999999"])
def test_a_wrong_prefix_or_an_unknown_number_is_as_good_as_none(reference: str) -> None:
    placed = place(a_mail(reference=reference), known(), Sender("alice@cust.test"))
    assert (placed.ticket_id, placed.claims) == (None, None)


def test_a_colleague_joins_only_where_the_desk_lets_organisations_join() -> None:
    found = Found(tickets={7: replace(TICKET, organisation="cust")}, by_number={1001: 7})
    colleague = Sender("bob@cust.test", organisation="cust")
    mail = a_mail(Address("Bob", "bob@cust.test"), reference="T-1001")
    assert place(mail, found, colleague).ticket_id is None
    assert place(mail, found, colleague, join="organisation").ticket_id == 7


def test_an_answer_to_a_merged_ticket_goes_where_it_was_merged() -> None:
    target = replace(TICKET, id=9, number=1002)
    found = Found(tickets={7: replace(TICKET, merged_into=9), 9: target}, by_number={1001: 7})
    placed = place(a_mail(reference="T-1001"), found, Sender("alice@cust.test"))
    assert placed.ticket_id == 9
    assert "merged into T-1002" in placed.evidence[-1]


def test_a_foreign_reference_is_the_last_evidence() -> None:
    found = Found(tickets={7: TICKET}, foreign={"T-9": 7})
    assert place(a_mail(), found, Sender("alice@cust.test")).how == "foreign-reference"


@pytest.mark.parametrize("order", [1, -1])
def test_an_id_that_somebody_took_draws_nobodys_answers_into_his_ticket(order: int) -> None:
    theirs = replace(TICKET, id=8, number=1002, requester=MALLORY, participants=())
    both = (KnownMessage("<m@cust.test>", 7, 1, None, None), KnownMessage("<m@cust.test>", 8, 2, None, None))[::order]
    found = replace(known(messages=both), tickets={7: TICKET, 8: theirs})
    assert place(a_mail(in_reply_to=("<m@cust.test>",)), found, Sender(ALICE.address)).ticket_id == 7
    ours = replace(found, messages=(*both, KnownMessage("<m@cust.test>", 7, 3, 5, ALICE.address)))
    assert place(a_mail(MALLORY, in_reply_to=("<m@cust.test>",)), ours, Sender(MALLORY.address)).ticket_id == 7


def test_a_report_is_placed_by_the_return_address_where_it_names_no_message() -> None:
    found = known(bearers=(a_bearer(purpose="report", carrier="verp", person=None, address=ALICE.address),))
    report = a_mail(Address("", "mailer-daemon@cust.test"), mail_class=MailClass.DELIVERY_REPORT)
    placed = place(report, found, Sender("mailer-daemon@cust.test"))
    assert (placed.ticket_id, placed.how) == (7, "delivery-report")
    plain = a_mail(Address("", "mallory@evil.test"))
    assert place(plain, found, Sender("mallory@evil.test")).ticket_id is None
