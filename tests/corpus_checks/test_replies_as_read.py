"""Replies of other people's corpus, each read by a person first: which lines of it were written now."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from gateway.mail.reading import read

FOLDER: Final = Path(__file__).resolve().parents[3] / "shared/corpus/crisp_reply_parser/test/fixtures"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no corpus of replies at {FOLDER}")

HEAD: Final = b"From: a@kund.example\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
LINES: Final = {
    **dict.fromkeys(
        [
            "email_10", "email_12", "email_13", "email_14", "email_15", "email_16", "email_18", "email_22", "email_23", "email_24", "email_25", "email_26",
            "email_7", "email_8", "email_9", "email_danish_dash_separator", "email_en_multiline_2", "email_finnish", "email_fr_multiline", "email_french_2",
            "email_french_dash_separator", "email_german", "email_german_2", "email_german_3", "email_german_outlook", "email_gmail_split_line_from",
            "email_ios_outlook", "email_ios_outlook_fr", "email_italian", "email_msn", "email_norwegian_gmail", "email_original_message",
            "email_outlook_split_line_from", "email_portuguese", "email_russian", "email_tricky_10_special_chars_in_name", "email_tricky_12_no_space_after_header",
            "email_tricky_14_long_quote_header", "email_tricky_15_original_message_variations", "email_tricky_5_mixed_languages", "email_tricky_8_sent_from_in_content",
        ],
        (1, 5),
    ),
    **dict.fromkeys(
        [
            "correct_sig", "sig_no_empty_line", "email_19", "email_20", "email_2_1", "email_4", "email_blackberry", "email_custom_quote_header", "email_emoji",
            "email_iphone", "email_sent_from", "email_thread", "email_tricky_9_nested_quotes", "email_tricky_17_forward_header", "email_unquoted_reply",
        ],
        (1, 1),
    ),
    "email_1": (1, 7),
    "email_3": (1, 5),
    "email_5": (1, 15),
    "email_6": (1, 3),
    "email_bullets": (1, 9),
    "email_customer_quote_header_3": (1, 3),
    "email_not_a_signature": (1, 16),
    "email_not_a_signature_2": (1, 10),
    "email_one_is_not_on": (1, 5),
    "email_reply_header": (1, 11),
    "email_sent_from_my_not_signature": (1, 3),
    "email_tricky_11_double_signature": (1, 4),
    "email_tricky_13_timestamp_variations": (1, 9),
    "email_tricky_16_unicode_signatures": (1, 4),
    "email_tricky_18_inline_reply": (2, 12),
    "email_tricky_19_quote_without_header": (1, 12),
    "email_tricky_1_on_false_positive": (1, 6),
    "email_tricky_3_code_block": (1, 12),
    "email_tricky_6_regards_in_sentence": (1, 7),
    "email_tricky_7_multiple_dashes": (1, 15),
    "email_with_regards": (1, 10),
    "email_zoho": (1, 2),
}  # fmt: skip
"""First and last line of what is new, counted from 1; between quotes that are answered everything counts."""


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_new_text_is_what_a_person_reads_as_new() -> None:
    wrong = []
    for name, (first, last) in LINES.items():
        raw = (FOLDER / f"{name}.txt").read_bytes()
        wanted = raw.decode().replace("\r\n", "\n").split("\n")[first - 1 : last]
        if squeezed(read(HEAD + raw).new_text) != squeezed("".join(wanted)):
            wrong.append(name)
    # "On Nov 26, 2013 you wrote:" above unquoted text may as well be the customer's own words: it stays.
    assert wrong == ["email_unquoted_reply"]
