from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.commands.autolinks import without_autolinks
from gateway.commands.spelling import bare, folded, spellings, tidy


@given(st.text())
def test_tidying_twice_is_tidying_once(text):
    assert tidy(tidy(text)) == tidy(text)
    assert bare(bare(text)) == bare(text)


def test_left_out_diacritics_and_dashes_are_spellings():
    assert {"slutt-a-folge", "sluttåfølge", "slutt-å-følge", "sluttaafolge"} <= spellings("slutt-å-følge")
    assert spellings("ta") == {"ta"}


def test_folding_takes_nordic_diacritics_off():
    assert folded("Ærlig Ånge Öl Øl") == "aerlig ange ol ol"


@given(st.text(alphabet="a@x.se <>[]()mailto:htps/", max_size=60))
def test_taking_autolinks_off_never_adds_anything(text):
    assert len(without_autolinks(text)) <= len(text)
