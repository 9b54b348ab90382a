from __future__ import annotations

import pytest

from gateway.rules.personal_numbers import contains_personal_number


@pytest.mark.parametrize(
    "text",
    [
        "811228-9874",
        "19811228-9874",
        "198112289874",
        "pnr 8112289874.",
        "811228+9874",
        "701063-2391",
        "01010750160",
        "010107 50160",
    ],
)
def test_personal_numbers_are_found_by_their_check_digits(text):
    assert contains_personal_number(f"Mitt nummer är {text} tror jag")


@pytest.mark.parametrize(
    "text",
    ["811228-9873", "811328-9874", "070-123 45 67", "1234567890", "12345678901", "2026-11-24", "5501-8112289874", ""],
)
def test_other_numbers_are_not(text):
    assert not contains_personal_number(f"Ring {text} nu")
