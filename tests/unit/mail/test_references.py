"""References and prefixes in subjects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.references import Prefix, base_subject, in_subject, prefix


@pytest.mark.parametrize(
    ("subject", "reference"),
    [
        ("Re: [ACME-1042] Skrivaren är trasig", "ACME-1042"),
        ("SV: Skrivaren [ACME-1042]", "ACME-1042"),
        ("Re: [ACME-\n 1042] Skrivaren", "ACME-1042"),
        ("Re: [acme-1042] Skrivaren", "ACME-1042"),
        ("Re: [ACME–1042] Skrivaren", "ACME-1042"),
        ("【ACME-7】 x", "ACME-7"),
        ("Re: [ACME-1] [ACME-2]", "ACME-1"),
        ("Ärende ACME-1042", None),
        ("[1042] x", None),
        ("[2025-03-03] Logg", None),
        ("", None),
    ],
)
def test_the_first_reference_in_brackets_counts(subject: str, reference: str | None) -> None:
    assert in_subject(subject) == reference


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: [ACME-1042] Skrivaren är trasig", "Skrivaren är trasig"),
        ("SV: VB: [EXT] ***SPAM*** Re[2]: Hej", "Hej"),
        ("AW: WG: Antw: Drucker", "Drucker"),
        ("RE:RE:RE: y", "y"),
        ("Re (2): x", "x"),
        ("[Fwd: Re: hej]", "hej"),
        ("VL: Vs: Tulostin", "Tulostin"),
        ("TR : truc", "truc"),
        ("İLT: yazıcı", "yazıcı"),
        ("[External] SV: Faktura", "Faktura"),
        ("Faktura: 33", "Faktura: 33"),
        ("i: hej", "i: hej"),
        ("Hej: re: x", "Hej: re: x"),
        ("Re:", ""),
    ],
)
def test_what_is_left_is_what_the_thread_is_called(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@given(st.text(max_size=80))
def test_taking_prefixes_away_twice_changes_nothing(subject: str) -> None:
    assert base_subject(base_subject(subject)) == base_subject(subject)


@pytest.mark.parametrize(
    ("subject", "said"),
    [("Re: x", Prefix.REPLY), ("[EXT] VB: x", Prefix.FORWARD), ("VS: x", Prefix.EITHER), ("x", Prefix.NONE), ("[ACME-1] Fwd: x", Prefix.FORWARD)],
)  # fmt: skip
def test_the_prefix_tells_replies_from_forwards(subject: str, said: Prefix) -> None:
    assert prefix(subject) is said


def test_with_our_prefixes_given_the_tags_of_others_stay() -> None:
    subject = "Re: [JIRA-55] [ACME-1042] Skrivaren"
    assert base_subject(subject, {"ACME"}) == "[JIRA-55] Skrivaren"
    assert in_subject(subject, {"ACME"}) == "ACME-1042"
    assert in_subject(subject) == "JIRA-55"
