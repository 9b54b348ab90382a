from __future__ import annotations

import pytest

from gateway.commands.customer import CloseIt, MyTickets, Rating, Unsubscribe, agrees, denies, order


@pytest.mark.parametrize(
    "text",
    ["löst", "Löst!", "Löst\n\nTack!\nKarin", "Løst.", "Solved", " lo\u0308st ", "Löst\n\nMvh\nKarin", "Löst\nKarin", "Det har löst sig", "Det har ordnet seg.", "#close", "#avsluta", "#lukk\n\nHilsen\nKari", "#löst", "*löst*", "#close\n\nTack för hjälpen!", "löst\n-- \nKarin Berg\nUmbrella AB"],
)  # fmt: skip
def test_solved_as_the_whole_answer_closes(text):
    assert order(text) == CloseIt()


@pytest.mark.parametrize(
    "text",
    ["Inte löst", "Löst? Nej.", "Löst, men nu är den trasig igen", "Jag vet inte om det är löst", "", "Hej\nlöst\nsen gick den sönder igen", "#assign bo", "#close nu", "#close\n#mine", "#löst problemet ligger kvar", "#lösst", "Text\n#close\nmer text", "#prioritet hög"],
)  # fmt: skip
def test_anything_else_of_a_customers_is_text(text):
    assert order(text) is None


def test_the_other_orders_of_customers():
    assert order("#mina") == order("#mine") == MyTickets()
    assert order("#avanmäl") == order("#meld-av") == Unsubscribe()
    assert order("#betyg bra") == order("#rate good") == Rating("good")
    assert order("#vurder dårlig") == Rating("bad")
    assert order("#betyg 11") is None


@pytest.mark.parametrize(
    "text", ["Ja", "ja, det var jag", "OK!", "Yes.", "#confirm", "#bekräfta\n\nAnna", "*Ja*", "jepp"]
)
def test_agreeing_is_a_first_word_or_the_verb(text):
    assert agrees(text)


@pytest.mark.parametrize(
    "text", ["Nej", "Jag är på semester", "Jaha, vad är det här?", "", "Okänd avsändare", "Tack ja"]
)
def test_not_agreeing_is_everything_else(text):
    assert not agrees(text)


def test_an_absence_that_begins_with_no_denies_nothing():
    """A responder without any mark: what he wrote himself must not be thrown away for it (A78)."""
    assert not denies("No, I am out of the office until Monday.")
    assert not denies("Nej, jag är på semester till den 3 augusti.")
    assert denies("Nej, det var inte jag.")
