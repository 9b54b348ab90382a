from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import html_guard, html_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Hej</p><p>Skrivaren är trasig</p>", "Hej\n\nSkrivaren är trasig"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ('<p class="MsoNormal">a</p><p class=MsoNormal>b</p>', "a\nb"),
        ('<p style="margin:0cm">a</p><p style="margin: 0">b</p>', "a\nb"),
        ("<ul><li>a<li>b<ol><li>c<li>d</ol></ul>", "* a\n* b\n  1. c\n  2. d"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n>\n> > b\n\nc"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ('<a href="https://x.se/y">här</a>', "här <https://x.se/y>"),
        ('<a href="https://x.se/">x.se</a>', "x.se"),
        ('<a href="mailto:a@x.se">a@x.se</a>', "a@x.se"),
        ('<a href="javascript:x()">klick</a>', "klick"),
        ('<img src="cid:1@x" alt="skärmbild">', "[skärmbild]"),
        ('<img src="cid:1@x">', "[image]"),
        ('<img src="https://t.se/p.gif">', ""),
        ("<div style='display:none'>preheader</div>text", "text"),
        ("<head><title>t</title><style>p{}</style></head><body>text", "text"),
        ("<script>x()</script>text", "text"),
        ("a &amp; b&nbsp;c &aring;", "a & b c å"),
        ("<button>Svara</button><noscript>n</noscript>", "Svaran"),
        ("h<b>e</b>j", "hej"),
        ("<p>a<!-- gömt --></p>", "a"),
        ("<!--[if mso]>x<![endif]-->y", "y"),
        ("<hr>", "--------------------"),
        ("", ""),
        ("plain text", "plain text"),
    ],
)
def test_a_document_reads_as_it_looks(source: str, text: str) -> None:
    assert html_text.to_text(source) == text


def test_text_below_depth_256_is_not_lost() -> None:
    source = "<p>a</p>" + "<div>" * 250 + "<p>inne</p>" + "</div>" * 250 + "<p>efter</p>"
    assert html_guard.bomb(source) is None
    assert html_text.to_text(source).split() == ["a", "inne", "efter"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x" * (1024 * 1024 + 1), "HTML over the limit"),
        ("<div>" * 50_000, "HTML nested too deeply"),
        ("<b>" * 300, "HTML nested too deeply"),
        ("<div></x>" * 300, "HTML nested too deeply"),
        ("<svg>" + "<td>" * 300, "HTML nested too deeply"),
        ("<a " + "b=c " * 50_000 + ">", "HTML tag with too many attributes"),
        ("<a " + "b/" * 50_000 + ">", "HTML tag with too many attributes"),
    ],
)
def test_bombs_are_seen_before_they_are_parsed(source: str, reason: str) -> None:
    assert html_guard.bomb(source) == reason


@pytest.mark.parametrize(
    "source", ["<p>" * 2000, "<br>" * 2000, "<tr><td>" * 2000, "<li>x" * 2000, "<div>a</div>" * 2000, "a < b and c > d"]
)
def test_long_ordinary_documents_are_no_bombs(source: str) -> None:
    assert html_guard.bomb(source) is None


def test_the_words_of_a_bomb_are_still_read() -> None:
    assert html_guard.strip_tags("<div>" * 1000 + "hej &amp; hå<br>två") == "hej & hå\ntvå"


@given(st.text(alphabet='<>/"=! abpdivtlock&;-', max_size=200))
def test_nothing_raises(source: str) -> None:
    html_text.to_text(source)
    html_guard.strip_tags(source)


@given(
    st.lists(st.text(alphabet="abcåäö123", min_size=1, max_size=8), min_size=1, max_size=10),
    st.sampled_from(["p", "div", "span", "li", "td", "b", "blockquote", "center", "x-y"]),
)
def test_no_word_is_lost(words: list[str], tag: str) -> None:
    text = html_text.to_text("".join(f"<{tag}>{word}</{tag}> " for word in words))
    assert [found for found in text.split() if found not in {">", "*"}] == words
