"""Quotes as HTML marks them; the text and the HTML that remain must say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.mail import quote
from gateway.mail.html_text import to_text
from gateway.mail.lines import squeezed

REPLIES = Path(__file__).parent / "replies" / "html.txt"


def cases() -> list[object]:
    found = []
    for block in REPLIES.read_text(encoding="utf-8").split("%% ")[1:]:
        name, _, rest = block.partition("\n")
        html, _, new = rest.partition("\n%= new\n")
        found.append(pytest.param(html, new.strip("\n"), id=name))
    return found


@pytest.mark.parametrize(("html", "new"), cases())
def test_the_quote_is_cut_out_of_text_and_html_alike(html: str, new: str) -> None:
    split = quote.split(to_text(html), html)
    assert split.new_text == new
    assert split.new_html is not None
    assert squeezed(to_text(split.new_html)).rstrip("-") == squeezed(new)


def test_the_html_helps_where_the_text_part_has_no_marks() -> None:
    text = "Tack!\n\nAnna hoc scripsit\nStarta om skrivaren."
    html = '<div>Tack!</div><div class="gmail_quote"><div>Anna hoc scripsit</div><blockquote class="gmail_quote">Starta om skrivaren.</blockquote></div>'
    split = quote.split(text, html)
    assert (split.new_text, split.quoted_text) == ("Tack!", "Anna hoc scripsit\nStarta om skrivaren.")


def test_answers_between_quoted_pieces_are_kept_in_html() -> None:
    html = '<div>Se svar:</div><blockquote type="cite">Modell?</blockquote><div>HP 4</div><blockquote type="cite">Rum?</blockquote><div>217</div>'
    split = quote.split(to_text(html), html)
    assert "HP 4" in split.new_text
    assert "217" in split.new_text
    assert split.new_html is None or "HP 4" in split.new_html


def test_gmail_answers_inside_its_own_quote_are_kept() -> None:
    head = '<div class="gmail_attr">Den tis 24 nov. 2026 kl 12:00 skrev ACME &lt;s@acme.example&gt;:<br></div>'
    below = f'<div class="gmail_quote">{head}<blockquote class="gmail_quote">Modell?</blockquote><div>HP LaserJet 4.</div></div>'
    split = quote.split(to_text(below), below)
    assert split.new_text == "HP LaserJet 4."
    between = f'<div>Hej!</div><div class="gmail_quote">{head}<blockquote class="gmail_quote">Modell?</blockquote><div>HP 4.</div><blockquote class="gmail_quote">Rum?</blockquote><div>217</div></div>'
    split = quote.split(to_text(between), between)
    assert "HP 4." in split.new_text
    assert "217" in split.new_text


def test_old_apple_mail_has_its_attribution_outside_the_quote() -> None:
    html = '<div>Tack!</div><div><div>On 24 Nov 2026, at 12:00, ACME wrote:</div><br class="Apple-interchange-newline"><blockquote type="cite">Starta om.</blockquote></div>'
    split = quote.split(to_text(html), html)
    assert split.new_text == "Tack!"
    assert split.new_html is not None
    assert "wrote" not in split.new_html


def test_an_indented_paragraph_is_no_quote() -> None:
    html = '<div>Så här står det:</div><blockquote style="margin:0 0 0 40px;border:none">Fel 0x80070005</blockquote><div>Vad betyder det?</div>'
    split = quote.split(to_text(html), html)
    assert "Fel 0x80070005" in split.new_text
    assert "Vad betyder det?" in split.new_text


def test_html_and_text_that_disagree_leave_the_text_as_it_is() -> None:
    split = quote.split("Det här står i texten.", "<p>Något helt annat.</p>")
    assert split.new_text == "Det här står i texten."
    assert split.new_html is None


def test_a_banner_in_a_table_is_taken_out() -> None:
    html = "<table><tr><td>Du får inte ofta e-post från a@b.se. <a href='https://aka.ms/x'>Läs om varför det här är viktigt</a></td></tr></table><div>Hej, skrivaren är trasig.</div>"
    split = quote.split(to_text(html), html)
    assert split.new_text == "Hej, skrivaren är trasig."
    assert split.new_html is not None
    assert "inte ofta" not in split.new_html


def test_a_signature_marked_in_html_is_a_signature() -> None:
    html = '<div>Skrivaren är trasig.</div><div class="gmail_signature">Karin Berg<br>Ekonomi</div>'
    split = quote.split(to_text(html), html)
    assert (split.new_text, split.signature) == ("Skrivaren är trasig.", "Karin Berg\nEkonomi")


def test_a_huge_document_is_split_by_its_text_alone() -> None:
    html = "<p>a</p>" * 15_000 + "<blockquote type=cite>b</blockquote>"
    assert quote.split("a", html).new_html is None


def test_internal_words_below_our_own_line_are_in_neither() -> None:
    html = "<div>Starta om den.</div><div>Det du skriver ovanför den här raden skickas till Karin Berg</div><div>Intern anteckning: ring chefen</div>"
    split = quote.split(to_text(html), html)
    assert split.new_text == "Starta om den."
    assert split.new_html is not None
    assert "Intern" not in split.new_html
