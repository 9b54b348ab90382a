"""Requester, Cc, third party and stranger write about a ticket (design.md: status x trigger)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mail.message import Address, Attachment, MailClass
from gateway.mail.proof import Proof, Verdict
from gateway.tickets.case import Case
from gateway.tickets.effects import AddEntry, Disarm, Link, OpenTicket, Remember, Tell, Unmute
from gateway.tickets.model import Actor, ActorKind, Kind, Status, Visibility

OLLE = Address("Olle Lind", "olle@umbrella.example")
SUPPLIER = Address("Toner", "service@toner.example")
OPERATORS = {"anna@acme.example", "bo@acme.example"}


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (Status.NEW, None), (Status.OPEN, None), (Status.WAITING, Status.OPEN), (Status.EXTERNAL, None),
        (Status.PAUSED, Status.OPEN), (Status.RESOLVED, Status.OPEN), (Status.CLOSED, Status.OPEN),
    ],
)  # fmt: skip
def test_what_a_customer_writes_brings_the_ticket_back_to_us(play, now, status, after):
    decision = play.reply("Nu är det sönder igen", ticket=replace(play.ticket, status=status, resolved_at=now))
    changes = play.changes(decision)
    assert changes.get("status") == after
    assert changes["last_word"] == "customer"
    assert play.told(decision) == dict.fromkeys(OPERATORS, "customer-wrote")


def test_the_owner_alone_hears_once_somebody_owns_it(play):
    decision = play.reply(ticket=replace(play.ticket, owner="bo", watchers=("cecilia",)))
    assert play.told(decision) == {"bo@acme.example": "customer-wrote", "cecilia@acme.example": "customer-wrote"}
    reasons = {tell.to.address: tell.reasons for tell in play.of(Tell, decision)}
    assert reasons == {"bo@acme.example": ("owner",), "cecilia@acme.example": ("watchers",)}


def test_reopening_empties_what_resolving_set_and_counts(play, now):
    ticket = replace(play.ticket, status=Status.RESOLVED, resolved_at=now, resolved_by="anna", reopened_count=1)
    decision = play.reply(ticket=ticket)
    changes = play.changes(decision)
    assert (changes["resolved_at"], changes["resolved_by"], changes["reopened_count"]) == (None, None, 2)
    assert play.of(Disarm, decision) == [Disarm("close-due")]


@pytest.mark.parametrize(("days", "follow_up"), [(13, False), (15, True)])
def test_a_closed_ticket_reopens_within_its_window_else_a_new_one_points_at_it(play, now, days, follow_up):
    closed = replace(play.ticket, status=Status.CLOSED, resolved_at=now - timedelta(days=days), closed_at=now)
    decision = play.reply(ticket=closed, sender=OLLE)
    opened = play.of(OpenTicket, decision)
    assert bool(opened) is follow_up
    if follow_up:
        assert opened[0].requester == OLLE
        assert play.of(Link, decision) == [Link("follow-up", "ACME-1042")]
        assert play.told(decision) == {"olle@umbrella.example": "registered", **dict.fromkeys(OPERATORS, "registered")}


def test_a_ticket_closed_without_being_resolved_counts_from_its_closing(play, now):
    closed = replace(play.ticket, status=Status.CLOSED, resolved_at=None, closed_at=now - timedelta(days=20))
    assert play.of(OpenTicket, play.reply(ticket=closed))


# --- thanks, and "löst" -------------------------------------------------------------------------------------------


def test_thanks_are_attached_folded_shown_to_the_owner_and_change_nothing(play):
    decision = play.reply("Tack!", thanks=True, ticket=replace(play.ticket, status=Status.RESOLVED, owner="bo"))
    assert play.of(AddEntry, decision)[0].folded
    assert not play.changes(decision)
    assert play.told(decision) == {"bo@acme.example": "customer-wrote"}


def test_thanks_to_a_ticket_of_nobody_wake_nobody(play):
    assert play.told(play.reply("Tack!", thanks=True)) == {}


@pytest.mark.parametrize("text", ["Löst!", "løst", "Solved.", "#close"])
def test_a_whole_answer_of_solved_closes_it(play, text):
    decision = play.reply(text)
    assert play.changes(decision)["status"] is Status.CLOSED
    assert play.told(decision) == dict.fromkeys(OPERATORS, "closed")


def test_solved_with_a_file_is_a_message_like_any(play):
    file = Attachment("a.png", "image/png", 3, inline=False, content_id=None, sha256="ab")
    assert "status" not in play.changes(play.reply("Löst", attachments=(file,)))


def test_solved_about_a_closed_ticket_changes_no_status_and_wakes_nobody(play):
    decision = play.reply("Löst", ticket=replace(play.ticket, status=Status.CLOSED))
    assert "status" not in play.changes(decision)
    assert play.told(decision) == {}


def test_orders_of_operators_are_text_when_a_customer_writes_them(play):
    decision = play.reply("#assign anna\n#priority high")
    assert set(play.changes(decision)) == {"last_word"}
    assert play.of(AddEntry, decision)[0].text.startswith("#assign")


# --- third parties and strangers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (Status.NEW, None), (Status.OPEN, None), (Status.WAITING, None), (Status.EXTERNAL, Status.OPEN),
        (Status.PAUSED, None), (Status.RESOLVED, None), (Status.CLOSED, None),
    ],
)  # fmt: skip
def test_what_a_third_party_writes_ends_only_the_wait_for_him(play, status, after):
    decision = play.reply("Delen är skickad", SUPPLIER, ticket=replace(play.ticket, status=status))
    assert play.changes(decision).get("status") == after
    (entry,) = play.of(AddEntry, decision)
    assert (entry.kind, entry.visibility) == (Kind.EXTERNAL, Visibility.EXTERNAL)
    assert play.told(decision) == dict.fromkeys(OPERATORS, "external-answered")
    assert decision.actor.kind is ActorKind.THIRD_PARTY


def test_rules_are_asked_of_what_a_third_party_answers(play):
    terms = play.under("rules: [{name: Parts, event: external-answered, then: {tags: [svar]}}]")
    assert play.changes(play.reply("Delen är skickad", SUPPLIER, terms=terms))["tags"] == ("svar",)


def test_rules_are_asked_when_a_customer_closes(play):
    terms = play.under("rules: [{name: Done, event: closed, then: {tags: [klart]}}]")
    assert play.changes(play.reply("Löst", terms=terms))["tags"] == ("klart",)


def test_rules_of_an_answer_see_the_ticket_as_it_became(play):
    terms = play.under(
        "rules: [{name: Back, event: customer-wrote, when: {status: open}, then: {priority: high, notify: {who: manager, mail: escalated}}}]"
    )
    decision = play.reply(ticket=replace(play.ticket, status=Status.WAITING), terms=terms)
    assert play.changes(decision)["priority"] == "high"
    assert play.told(decision)["boss@acme.example"] == "escalated"


# --- what a mail teaches ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "answers", "known"), [("none", False, False), ("pass", False, True), ("none", True, True)]
)
def test_a_contact_is_known_once_a_hop_proved_him_or_he_answered_our_mail(play, verdict, answers, known):
    proof = Proof(Verdict(verdict))
    decision = play.reply(proof=proof) if answers else play.mail(proof=proof)
    assert [learnt.known for learnt in play.of(Remember, decision)] == [known]


def test_a_good_mail_teaches_name_and_language_and_that_the_address_works(play):
    decision = play.reply(case=Case(play.ticket, contact=play.contact(muted="bounced 5.1.1")), language="nb")
    assert play.of(Remember, decision) == [Remember("karin@umbrella.example", "Karin Berg", "nb")]
    assert play.of(Unmute, decision) == [Unmute("karin@umbrella.example")]


@pytest.mark.parametrize(
    "given", [{"proof": Proof(Verdict.FAIL, "dmarc")}, {"mail_class": MailClass.AUTOMATIC}], ids=["fail", "automatic"]
)
def test_a_forged_or_automatic_mail_teaches_nothing(play, given):
    decision = play.reply(case=Case(play.ticket, contact=play.contact(muted="bounced 5.1.1")), **given)
    assert not play.of(Remember, decision)
    assert not play.of(Unmute, decision)


def test_words_a_trusted_hop_says_are_not_his_are_shown_and_change_nothing(play):
    decision = play.reply("löst", proof=Proof(Verdict.FAIL, "dmarc"))
    entry = next(e for e in decision.effects if isinstance(e, AddEntry))
    assert (entry.visibility, entry.verified) == (Visibility.INTERNAL, False)
    assert not [e for e in decision.effects if getattr(e, "field", "") == "status"]


# --- answers inside what we wrote ---------------------------------------------------------------------------------


def test_what_he_writes_inside_our_quoted_words_is_his_answer(play):
    ours = "Hej Karin!\n\nVilken version av programmet har du?\nVilken dator använder du i dag?"
    answer = play.entry(4, Actor(ActorKind.OPERATOR, "anna"), kind=Kind.ANSWER, direction="out", text=ours)
    quoted = f"Från: Support\nÄmne: Fel\n\n{ours.replace('har du?', 'har du?' + chr(10) + 'Version 3.2')}"
    decision = play.reply("Se nedan", quoted_text=quoted, new_html="<p>Se nedan</p>", case=Case(play.ticket, (answer,)))
    entry = play.of(AddEntry, decision)[0]
    assert entry.text == "Se nedan\n\n> Vilken version av programmet har du?\nVersion 3.2"
    assert entry.html is None


def test_what_only_colleagues_read_is_not_compared(play):
    ours = "Vilken version av programmet har du?\nVilken dator använder du i dag?"
    note = play.entry(4, Actor(ActorKind.OPERATOR, "anna"), direction="none", visibility=Visibility.INTERNAL, text=ours)
    quoted = ours.replace("har du?", "har du?\nVersion 3.2")
    decision = play.reply("Se nedan", quoted_text=quoted, case=Case(play.ticket, (note,)))
    assert play.of(AddEntry, decision)[0].text == "Se nedan"
