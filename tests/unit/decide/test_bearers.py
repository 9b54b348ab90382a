"""A bearer is good for what it was made for, and for nothing beside it (commands.md: authority; A10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mail.message import Address
from gateway.tickets.effects import AddEntry, Change, Hold, Join, Settle
from gateway.tickets.model import Visibility

ANNA = Address("Anna Åkesson", "anna@acme.example")
OUTSIDE = Address("Jour", "jour@outside.example")


def asked(play, **changes):
    """Return the bearer of a question about a held mail that belongs to no ticket."""
    return play.bearer("anna", purpose="held", ticket_id=None, journal_id=99, **changes)


@pytest.mark.parametrize("purpose", ["held", "confirm"])
def test_a_question_about_a_held_mail_is_no_key_to_the_ticket_its_subject_names(play, purpose):
    bearer = play.bearer("anna", purpose=purpose, ticket_id=None, journal_id=99)
    found = play.found(play.ticket, bearers=(bearer,))
    decision = play.mail("Vem är den här typen? Släpp inte in honom.", ANNA, reference="ACME-1042", found=found)
    assert not play.of(AddEntry, decision)
    assert not play.of(Change, decision)
    assert [hold.reason for hold in play.of(Hold, decision)] == ["unproven"]


def test_it_still_decides_about_the_held_mail_whatever_the_subject_names(play):
    found = play.found(play.ticket, bearers=(asked(play),))
    decision = play.mail("#drop", ANNA, reference="ACME-1042", found=found)
    assert [(settled.journal_id, settled.state) for settled in play.of(Settle, decision)] == [(99, "discarded")]


@pytest.mark.parametrize("text", ["#confirm", "Ja, det var jag", "#accept", "#send"])
def test_a_confirmation_is_worth_a_day_in_whatever_words(play, text, now):
    bearer = play.bearer("anna", purpose="confirm", journal_id=99, made_at=now - timedelta(days=1, minutes=1))
    assert not play.of(Settle, play.answer(text, bearer=bearer))
    fresh = replace(bearer, made_at=now - timedelta(hours=23))
    assert [settled.journal_id for settled in play.of(Settle, play.answer(text, bearer=fresh))] == [99]


@pytest.mark.parametrize("audience", ["admin", "third-party"])
def test_who_was_only_told_by_a_rule_joins_nothing_and_speaks_to_no_customer(play, audience):
    bearer = play.bearer(None, address=OUTSIDE.address, audience=audience)
    decision = play.mail("Kunden kan vänta.", OUTSIDE, found=play.found(play.ticket, bearers=(bearer,)))
    (entry,) = play.of(AddEntry, decision)
    assert (entry.visibility, entry.verified) == (Visibility.INTERNAL, False)
    assert not play.of(Join, decision)
