from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import within

SENT = "Hej Karin!\n\nVilken version av programmet har du?\nVilken dator använder du i dag?\nHar du startat om den?"
HEAD = "Från: Support\nSkickat: den 3 mars 2025\nTill: Karin\nÄmne: Fel\n\n"
FOOT = "\n\nHälsningar\nSupporten"
THREE = "> Vilken version av programmet har du?\nVersion 3.2\n\n> Vilken dator använder du i dag?\nEn Mac.\n\n> Har du startat om den?\nNej."


@pytest.mark.parametrize(
    "written",
    [
        "Hej Karin!\n\nVilken version av programmet har du?\nVersion 3.2\nVilken dator använder du i dag?\nEn Mac.\nHar du startat om den?\nNej.",
        "Hej Karin!\n\nVilken version av programmet har du? Version 3.2\nVilken dator använder du i dag? En Mac.\nHar du startat om den? Nej.",
        "Hej Karin!\n\nVilken version av programmet har du?\n\nVersion 3.2\n\nVilken dator använder du i dag?\n\nEn Mac.\n\nHar du startat om den?\n\nNej.",
        "HEJ KARIN!\n\nVilken  version av programmet har du?\n Version 3.2\nVilken dator använder du i dag?\nEn Mac.\nHar du startat om den?\nNej.",
    ],
)  # fmt: skip
def test_answers_between_our_lines_stand_below_what_they_answer(written: str) -> None:
    assert within.answers(HEAD + written + FOOT, ["Något annat som vi skrev i går.", SENT]) == THREE


@pytest.mark.parametrize(
    "quoted",
    [
        HEAD + SENT + FOOT,
        HEAD + SENT.replace("\n", " ") + FOOT,  # wrapped anew
        HEAD + "Hej Karin!\n\nEn annan fråga helt och hållet?\nJa.\nVilken dator använder du i dag?" + FOOT,
        "",
    ],
)
def test_a_quote_in_which_nobody_wrote_has_no_answers(quoted: str) -> None:
    assert within.answers(quoted, [SENT]) == ""


@given(st.text(max_size=300), st.text(max_size=300))
def test_nothing_raises_and_what_was_sent_is_no_answer(quoted: str, sent: str) -> None:
    within.answers(quoted, [sent])
    assert within.answers(sent, [sent]) == ""
