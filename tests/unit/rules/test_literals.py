from __future__ import annotations

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.rules.literals import required_literal


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [("Case (?P<case>T-\\d+)", "case "), ("faktura", "faktura"), ("fakturor?", "fakturo"), ("a|b", ""), ("(?i)abc", ""), ("[abc]def", "def"), ("ab{2}c", "a"), ("ab{12,}", "a"), ("\\x41b", ""), ("Internet", "nternet"), ("a{b", "b"), ("\\bFel\\b kod", " kod"), ("x+yz", "yz"), ("a\\.b", "a.b"), ("[]x]yy", "yy"), ("", "")],
)  # fmt: skip
def test_the_longest_plain_run_outside_groups_is_required(pattern, literal):
    assert required_literal(pattern) == literal


PATTERN = st.lists(st.sampled_from(["a", "b", "AB", "c?", "d*", "e+", "(ab)", "(a)?", "[abc]", "[^a]", "\\d", "\\.", ".", "a{2}", "b{1,3}", "\\x41", "I", "^", "$", "å", "\\b"]), max_size=6)  # fmt: skip


@example("a{2}", "AA")
@given(PATTERN.map("".join), st.text(alphabet="abcdeABÅåIiı1. ", max_size=12))
def test_a_text_without_the_literal_never_matches(pattern, text):
    try:
        match = regex.search(pattern, text, regex.IGNORECASE)
    except regex.error:
        return
    assert match is None or required_literal(pattern) in text.casefold()
