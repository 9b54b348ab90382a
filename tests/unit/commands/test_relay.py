from __future__ import annotations

import pytest

from gateway.commands.grammar import read
from gateway.commands.html_lines import without_lines
from gateway.commands.relay import DoubtKind, Leak, doubt, leak, prepare

SIGNATURE = "Anna Åkesson\nACME Support, 070-123 45 67"
NOTE = "Karin är alltid sen med betalningen, be om förskott."


def test_commands_keys_and_the_own_signature_are_taken_out_of_text_and_html():
    reading = read(f"#löst\n\nHej Karin!\n\n{SIGNATURE}\nNyckel: K7Q2-2XMA-BCDE-FGHJ", SIGNATURE)
    html = "<p>#löst</p><p>Hej <b>Karin</b>!</p><p>Anna Åkesson<br>ACME Support, 070-123 45 67</p><p>Nyckel: K7Q2-2XMA-BCDE-FGHJ</p>"
    relayed = prepare(reading, html, SIGNATURE)
    assert relayed.text == "Hej Karin!"
    assert relayed.html == "<p>Hej <b>Karin</b>!</p>"


def test_the_delimiter_above_the_own_signature_goes_with_it():
    assert prepare(read(f"Hej!\n-- \n{SIGNATURE}", SIGNATURE), None, SIGNATURE).text == "Hej!"


def test_a_signature_that_is_not_quite_his_is_kept():
    text = "Hej!\n\nAnna Åkesson\nACME Support, 08-11 22 33"
    assert prepare(read(text, SIGNATURE), None, SIGNATURE).text == text


def test_html_that_still_shows_a_command_does_not_leave():
    assert prepare(read("#löst\n\nHej"), "<p>#löst</p><p>#lösst</p><p>Hej</p>").html is None
    assert prepare(read("Hej"), "<p>Hej</p><p>Key: K7Q2-2XMA-BCDE-FGHJ och mer</p>").html is None


def test_lines_of_public_parts_are_quotes_and_go():
    public = ["Skrivaren på plan 3 blinkar rött"]
    reading = read("Hej!\n> Skrivaren på plan 3 blinkar rött\nVilken lampa?")
    assert prepare(reading, None, "", public).text == "Hej!\nVilken lampa?"


def test_a_line_of_the_internal_parts_is_a_leak():
    assert leak(f"Hej Karin!\n> {NOTE}\n", [NOTE]) == Leak(f"> {NOTE}")
    assert leak(f"Hej Karin!\n{NOTE.upper()}\n", [NOTE]) is not None


def test_an_internal_line_that_was_wrapped_anew_is_a_leak_too():
    assert leak("Hej!\nKarin är alltid sen med\nbetalningen, be om förskott.", [NOTE]) is not None
    assert leak(NOTE, ["Karin är alltid sen med", "betalningen, be om förskott."]) is not None


def test_what_everybody_writes_at_the_end_is_neither_leak_nor_quote():
    assert leak("Klart!\nMed vänliga hälsningar\nAnna", ["Med vänliga hälsningar", "Bo"]) is None
    text = "Klart!\n\nMed vänliga hälsningar\nAnna"
    assert prepare(read(text), None, "", ["Med vänliga hälsningar"]).text == text


def test_a_signature_line_that_also_stands_in_the_text_goes_at_the_end_only():
    reading = read("Anna\nringer dig.\n\nAnna\nACME Support, 070-1", "Anna\nACME Support, 070-1")
    html = "<p>Anna<br>ringer dig.</p><p>Anna<br>ACME Support, 070-1</p>"
    relayed = prepare(reading, html, "Anna\nACME Support, 070-1")
    assert (relayed.text, relayed.html) == ("Anna\nringer dig.", "<p>Anna<br>ringer dig.</p>")


def test_short_lines_and_public_ones_are_no_leak():
    assert leak("Hej Karin!\nOk.", ["Hej Karin!", "Ok."]) is None
    shared = "Skrivaren på plan 3 blinkar rött"
    assert leak(shared, [shared], [shared]) is None
    assert leak("Något helt annat står här.", [NOTE]) is None


@pytest.mark.parametrize(
    "text",
    [
        "**INTERN** Karin är sen",
        "Hej\n[INTERNAL] x",
        "Intern: kolla detta",
        "(intern anteckning) y",
        "Hej\n**INTERNT**",
    ],
)
def test_an_internal_mark_is_doubtful(text):
    assert doubt(text, has_files=False).kind is DoubtKind.INTERNAL_MARK


@pytest.mark.parametrize("text", ["Bo, kan du titta?", "Hej Bo!\nKan du ta det?", "@Bo kolla", "bo:\nsen då"])
def test_speaking_to_a_colleague_is_doubtful(text):
    found = doubt(text, has_files=False, colleagues=["Bo Ek", "Bo"], customers=["Karin Berg"])
    assert (found.kind, found.line) == (DoubtKind.COLLEAGUE, text.split("\n")[0])


@pytest.mark.parametrize(
    "text",
    [
        "Hej Karin!\nBo, min kollega, ringer dig.",
        "Bor du kvar i Luleå?",
        "Hej!\nInternet fungerar igen.",
        "Vår interna rutin är enkel.",
    ],
)
def test_an_ordinary_answer_is_not_doubtful(text):
    assert doubt(text, has_files=True, colleagues=["Bo Ek", "Bo"], customers=["Karin Berg"]) is None


def test_a_customer_who_is_called_like_a_colleague_may_be_greeted():
    assert doubt("Hej Bo!\nKlart.", has_files=False, colleagues=["Bo Ek", "Bo"], customers=["Bo Berg"]) is None


def test_files_without_a_word_are_doubtful():
    assert doubt(" \n", has_files=True).kind is DoubtKind.ONLY_FILES
    assert doubt("", has_files=False) is None


@pytest.mark.parametrize(
    ("html", "gone", "left"),
    [
        ("<div>#take<br>#resolve<br>Hej<br></div>", ["#take", "#resolve"], "<div>Hej<br></div>"),
        ("<ul><li>#take</li><li>Hej</li></ul>", ["* #take"], "<ul><li>Hej</li></ul>"),
        ("<ul>\n<li>#take</li>\n</ul>x", ["* #take"], "x"),
        ("<span>#take<br> </span>#resolve<div>x</div>", ["#take", "#resolve"], "<div>x</div>"),
        ('<p>#cc +<a href="mailto:a@x.se">a@x.se</a></p><p>Hej</p>', ["#cc +a@x.se <mailto:a@x.se>"], "<p>Hej</p>"),
        ("<p>#<span>lö</span>st</p>Hej", ["#löst"], "Hej"),
        ('<p>#ta <img src="cid:x"></p>Hej', ["#ta"], '<p><img src="cid:x"></p>Hej'),
        ("<p>Hej</p>", [], "<p>Hej</p>"),
    ],
)
def test_a_line_is_what_a_person_sees_between_two_breaks(html, gone, left):
    assert without_lines(html, gone) == left


def test_a_signature_that_says_a_line_twice_is_taken_out_twice():
    html = "<p>Hej</p><p>–</p><p>Anna</p><p>Anna</p><p>–</p>"
    assert without_lines(html, [], ["–", "Anna", "Anna", "–"]) == "<p>Hej</p><p>–</p><p>–</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<pre>Hej\n\n#löst</pre>",
        '<div style="white-space: pre-wrap">Hej\n#löst\n</div>',
        "<p>Hej</p><svg><text>x</text></svg>",
    ],
)
def test_html_whose_lines_are_drawn_in_another_way_does_not_leave(html):
    assert without_lines(html, ["#löst"]) is None


def test_a_tree_that_is_too_deep_does_not_leave():
    assert without_lines("<div>" * 3000 + "x", []) is None
