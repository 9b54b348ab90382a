from __future__ import annotations

import pytest

from gateway.render import prose


def test_prose_is_wrapped_at_72_and_its_line_breaks_stay():
    text = "ord " * 40 + "\nNy rad"
    lines = prose.wrapped(text.strip()).split("\n")
    assert max(map(len, lines)) <= prose.WIDTH
    assert lines[-1] == "Ny rad"
    assert " ".join(lines[:-1]).split() == ["ord"] * 40


def test_a_quote_has_its_mark_before_every_line():
    assert prose.wrapped("a b\n\nc", "> ") == "> a b\n>\n> c"


@pytest.mark.parametrize("line", ["https://example.org/" + "q" * 200, "    def f(): " + "x = 1; " * 30])
def test_what_is_no_prose_keeps_its_shape(line):
    assert prose.wrapped(line) == line.rstrip()


def test_text_as_html_is_escaped_and_keeps_its_lines_and_blanks():
    assert prose.html("a <b>\n  c\n\nd & e") == (
        '<p style="margin:0 0 12px 0">a &lt;b&gt;<br>\n&nbsp;&nbsp;c</p>\n<p style="margin:0 0 0px 0">d &amp; e</p>'
    )


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (
            "Se https://x.example/a?b=1&c=2.",
            '<a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>.',
        ),
        ("(http://x.example)", '(<a href="http://x.example">http://x.example</a>)'),
    ],
)
def test_a_web_address_becomes_a_link_without_the_marks_behind_it(text, link):
    assert link in prose.html(text)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example"])
def test_other_addresses_stay_text(text):
    assert "<a" not in prose.html(text)


def test_the_first_words_end_at_a_word():
    assert prose.first_words("Hej!\n\nSkrivaren på plan tre", 16) == "Hej! Skrivaren […]"


def test_a_long_text_is_cut_and_says_so():
    assert prose.cut("a\nb\nc\nd", 2, 100) == "a\nb […]"
    assert prose.cut("kort", 2, 100) == "kort"
