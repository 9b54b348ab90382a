from __future__ import annotations

from markupsafe import Markup

from gateway.render import markdown
from gateway.render.values import Link, Words


def text(source, *values):
    return markdown.text(markdown.body(source).blocks, values)


def test_a_heading_stands_close_to_what_follows():
    assert text("Hej\n\n## Vi väntar\n\nSvara") == "Hej\n\nVi väntar\nSvara"


def test_a_line_break_is_a_line_break_in_both_parts():
    assert text("Hälsningar\nACME") == "Hälsningar\nACME"
    assert "<br />" in markdown.body("Hälsningar\nACME").html


def test_a_quoted_text_of_several_lines_is_quoted_on_each():
    value = Words("a\n\nb", Markup("<p>a</p><p>b</p>"))
    assert text("Anna frågade:\n\n> zqb0qz", value) == "Anna frågade:\n\n> a\n>\n> b"


def test_a_paragraph_of_one_written_text_is_a_block_of_its_own():
    assert markdown.body("zqb0qz").html.strip() == '<div class="words">zqb0qz</div>'
    assert markdown.body("Se zqb0qz").html.strip() == "<p>Se zqb0qz</p>"


def test_a_paragraph_of_links_is_a_row_of_buttons():
    html = markdown.body("[Ja](mailto:a@b) [Nej](mailto:c@d)").html
    assert html.count('class="button"') == 2
    assert 'class="buttons"' in html
    assert 'class="button"' not in markdown.body("Tryck [ja](mailto:a@b)").html


def test_buttons_to_mailto_are_for_html_alone_other_links_show_their_address():
    assert text("Svara ja.\n\n[Ja](zqi0qz)", Link("mailto:a@b", "ja")) == "Svara ja."
    assert text("[Webben](zqi0qz)", "https://x.example") == "Webben <https://x.example>"
    assert text("Se [https://x.example](https://x.example)") == "Se https://x.example"


def test_lists_keep_their_marks():
    assert text("- a\n- b\n\n1. c\n2. d") == "– a\n– b\n\n1. c\n2. d"


def test_raw_html_in_a_template_is_text():
    assert "&lt;b&gt;" in markdown.body("<b>x</b>").html


def test_a_paragraph_of_nothing_is_left_out():
    assert text("a\n\nzqi0qz\n\nb", "") == "a\n\nb"
