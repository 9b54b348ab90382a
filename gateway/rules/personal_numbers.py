"""Swedish personnummer and Norwegian fødselsnummer in a text, told from other numbers by their check digits."""

from __future__ import annotations

import re

_SWEDISH = re.compile(
    r"(?<![\d-])(?:19|20)?(\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|6[1-9]|[78]\d|9[01]))[-+ ]?(\d{4})(?![\d-])"
)
_NORWEGIAN = re.compile(r"(?<![\d-])((?:[0-2]\d|3[01]|[4-7]\d)(?:[04]\d|[15][0-2])\d{2}) ?(\d{5})(?![\d-])")
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_LONGEST = 64 * 1024


def contains_personal_number(text: str) -> bool:
    """Say whether a valid personnummer, samordningsnummer, fødselsnummer or D-nummer stands in the text."""
    looked_at = text[:_LONGEST]
    swedish = any(_luhn(match[1] + match[2]) for match in _SWEDISH.finditer(looked_at))
    return swedish or any(_norwegian(match[1] + match[2]) for match in _NORWEGIAN.finditer(looked_at))


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _norwegian(digits: str) -> bool:
    numbers = [int(digit) for digit in digits]
    first = sum(weight * number for weight, number in zip(_FIRST_WEIGHTS, numbers, strict=False))
    second = sum(weight * number for weight, number in zip(_SECOND_WEIGHTS, numbers, strict=True))
    return first % 11 == 0 and second % 11 == 0
