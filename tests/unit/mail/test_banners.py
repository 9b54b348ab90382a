"""Banners that mail systems put above a mail."""

from __future__ import annotations

import pytest

from gateway.mail.banners import is_banner, lines_on_top


@pytest.mark.parametrize(
    "banner",
    [
        "Du får inte ofta e-post från anna@x.se. Läs om varför det här är viktigt <https://aka.ms/LearnAboutSenderIdentification>",
        "You don't often get email from a@b.se. Learn why this is important",
        "You don’t often get email from a@b.se.\nLearn why this is important",
        "Du mottar ikke ofte e-post fra a@b.no. Finn ut hvorfor dette er viktig",
        "[EXTERNAL]", "EXTERN:", "*** EXTERNAL ***", "[EXT]",
        "CAUTION: This email originated from outside of the organization. Do not click links or open\nattachments unless you recognize the sender.",
        "EXTERN: Detta mejl kommer från en extern avsändare. Klicka inte på länkar.",
        "OBS! Det här mejlet kommer utifrån. Var försiktig med länkar och bilagor.",
        "ADVARSEL: Denne e-posten kommer fra en ekstern avsender. Ikke klikk på lenker.",
        "Achtung: Diese E-Mail kommt von außerhalb. Klicken Sie nicht auf Links.",
    ],
)  # fmt: skip
def test_a_banner_is_a_banner(banner: str) -> None:
    assert is_banner(banner)
    lines = [*banner.split("\n"), "", "Hej, skrivaren är trasig."]
    assert lines[lines_on_top(lines) :] == ["Hej, skrivaren är trasig."]


@pytest.mark.parametrize(
    "text",
    ["Hej!", "OBS! Skrivaren på plan 2 är trasig.", "Externa skärmen fungerar inte", "Warning: my disk is full", "Varning: extern disk saknas", "Extern avsändare kan inte nå oss, varför?", ""],
)  # fmt: skip
def test_what_people_write_is_no_banner(text: str) -> None:
    assert lines_on_top([text]) == 0


def test_a_greeting_directly_below_ends_the_banner() -> None:
    lines = ["CAUTION: This email is from an external sender. Do not click links.", "Hej!", "Skrivaren är trasig."]
    assert lines_on_top(lines) == 1
