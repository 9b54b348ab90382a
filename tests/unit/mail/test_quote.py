"""What is new in a reply, by client and language; the mails lie in replies/*.txt (`%%` a case, `%= new` what is new)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import quote
from gateway.mail.lines import SCAN_LIMIT, squeezed

REPLIES = Path(__file__).parent / "replies"


def cases(path: Path) -> list[tuple[str, str, str]]:
    found = []
    for block in path.read_text(encoding="utf-8").split("%% ")[1:]:
        name, _, rest = block.partition("\n")
        text, _, new = rest.partition("\n%= new\n")
        found.append((name, text, new.strip("\n")))
    return found


ALL = [
    pytest.param(*case[1:], id=f"{path.stem}: {case[0]}")
    for path in sorted(REPLIES.glob("*.txt"))
    if path.stem != "html"
    for case in cases(path)
]


def is_whole(text: str, split: quote.Split) -> bool:
    return Counter(squeezed(text)) == Counter(squeezed(split.new_text + split.quoted_text + split.signature))


@pytest.mark.parametrize(("text", "new"), ALL)
def test_a_reply_shows_what_was_written_now(text: str, new: str) -> None:
    split = quote.split(text, None)
    assert split.new_text == new
    assert is_whole(text, split)


@pytest.mark.parametrize(("text", "new"), [case for case in ALL if case.values[1] != case.values[0].strip("\n")])
def test_a_reply_with_other_line_ends_and_spaces_reads_the_same(text: str, new: str) -> None:
    split = quote.split(text.replace("\n", "\r\n").replace(" kl", "\u00a0kl"), None)
    assert squeezed(split.new_text) == squeezed(new)


def test_a_mail_that_is_only_a_quote_is_kept_whole() -> None:
    text = "Den mån 3 mars 2025 kl 10:14 skrev Anna <anna@s.example>:\n\n> Starta om skrivaren."
    split = quote.split(text, None)
    assert (split.new_text, split.quoted_text) == (text, "")


def test_an_empty_mail_has_no_parts() -> None:
    assert quote.split("", None).new_text == ""


def test_the_why_names_the_evidence() -> None:
    split = quote.split("Tack!\n\nDen mån 3 mars 2025 kl 10:14 skrev Anna <anna@s.example>:\n> Hej", None)
    assert split.why.startswith("attribution: Den mån 3 mars")
    assert quote.split("Hej", None).why == quote.NOTHING_QUOTED


def test_what_lies_behind_the_limit_goes_with_what_stood_last() -> None:
    head = "Hej!\n\nDen mån 3 mars 2025 kl 10:14 skrev Anna <anna@s.example>:\n"
    long = "> rad av text som citeras\n" * (SCAN_LIMIT // 20)
    split = quote.split(head + long + "slutet", None)
    assert split.new_text == "Hej!"
    assert split.quoted_text.endswith("slutet")
    assert quote.split("ord " * SCAN_LIMIT, None).new_text.count("ord") == SCAN_LIMIT


def test_a_forward_is_kept_whole_for_the_forward_reader() -> None:
    text = "Se nedan.\n\n---------- Forwarded message ---------\nFrån: Kund <kund@x.example>\nDate: mån 3 mars 2025\nSubject: Hjälp\n\nMin skrivare brinner."
    assert quote.split(text, None).new_text == text


@given(st.lists(st.sampled_from(["hej", "> citat", "", "--", "Den 3 mars 2025 kl 10:14 skrev A <a@b.se>:", "Från: a@b.se", "Skickat: 3 mars 2025 10:00", "Till: c@d.se", "Ämne: x", "____________", "Skickat från min iPhone", "-----Original Message-----", "[EXTERNAL]", "—", "Mvh", "> > djupt", ">:", "skrev:"]), max_size=25))  # fmt: skip
def test_no_word_is_ever_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    split = quote.split(text, None)
    assert is_whole(text, split)
    assert bool(split.new_text.strip()) == bool(text.strip())


@given(st.text(alphabet="> \nab:@.-_2025skrev<>*", max_size=300))
def test_any_text_at_all_is_split_without_loss(text: str) -> None:
    assert is_whole(text, quote.split(text, None))


def test_quotes_within_an_older_mail_make_it_no_newer() -> None:
    text = "Den röda.\n\nFrån: Support <s@x.example>\nSkickat: den 3 mars 2025 10:14\nTill: Karin\nÄmne: Fel\n\nVilken skrivare?\n\n> Den är trasig.\n\nHälsningar"
    assert quote.split(text, None).new_text == "Den röda."
