"""A77: whatever verb stands wherever a client puts it, no `#verb` line reaches a customer unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.commands import vocabulary
from gateway.commands.grammar import looks_like_command, read
from gateway.commands.html_lines import without_lines
from gateway.commands.relay import prepare
from gateway.mail.html_text import to_text

WORDS = [word for verb in vocabulary.TABLE for words in verb.words.values() for word in words]
FORMS = [
    "{}",
    "*{}*",
    "**{}**",
    "* {}",
    "• {}",
    "- {}",
    "1. {}",
    "\u00a0{}",
    "{}.",
    " {} ",
    "\u200b{}",
    "_{}_",
    "`{}`",
    "(1) {}",
]
ARGUMENTS = ("", " x", " 1042 med mera och mer", "", ": y")
PLACES = [
    "{}\n\nHej Karin!\nDet är klart.",
    "\n\n{}\n\n\nHej Karin!",
    "Hej Karin!\n{}\nDet är klart nu.",
    "Hej Karin!\n\n{}\n\nMvh\nAnna",
    "Hej Karin!\n\nMvh\nAnna\n{}",
    "Hej Karin!\n-- \nAnna Åkesson\n{}",
    "{}",
    "{}\n{}",
    "Hej!\n{}\n\n{}\n",
]


def clean(text: str) -> bool:
    return not any(looks_like_command(line) for line in text.split("\n"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", FORMS)
def test_no_verb_in_any_form_and_place_reaches_a_customer(form, place):
    turn = PLACES.index(place) + FORMS.index(form)  # a third of the words each
    for number, word in enumerate(WORDS[turn % 3 :: 3]):
        line = form.format(f"#{word}{ARGUMENTS[number % len(ARGUMENTS)]}")
        reading = read(place.format(*[line] * place.count("{}")))
        assert reading.suspects or (reading.commands and clean(reading.text)), line


LINE = st.one_of(
    st.sampled_from(WORDS).map(lambda word: f"#{word}"),
    st.builds(lambda form, word: form.format(f"#{word} x"), st.sampled_from(FORMS), st.sampled_from(WORDS)),
    st.text(alphabet="#abcåäö *_-.\\>\u00a0\u200b1", max_size=12),
    st.sampled_from(["", "Mvh", "Anna", "-- ", "Hej Karin!", "> #close", "Nyckel: AAAA-BBBB-CCCC-DDDD"]),
)


@given(st.lists(LINE, max_size=12))
def test_every_line_that_looks_like_a_command_is_obeyed_or_a_suspect(lines):
    reading = read("\n".join(lines))
    left = [line for line in reading.text.split("\n") if looks_like_command(line)]
    escaped = sum(line.count("\\#") for line in lines)
    assert len(left) <= len(reading.suspects) + escaped


@given(st.text(max_size=300))
def test_reading_never_fails_and_loses_nothing_but_commands_and_keys(text):
    reading = read(text)
    assert reading.suspects or clean(reading.text) or "\\" in text


HTML = {
    "plain": "<p>{}</p><p>Hej Karin!</p>",
    "Outlook": '<p class="MsoNormal"><span lang="SV">{}<o:p></o:p></span></p><p class="MsoNormal">Hej<o:p></o:p></p>',
    "Gmail": '<div dir="ltr">{}<div><br></div><div>Hej Karin!</div></div>',
    "iOS": '<html><head></head><body dir="auto">{}<div><br></div><div>Hej</div><br></body></html>',
    "Android": "<div dir='auto'>Hej Karin!<br><br>{}<br></div>",
    "bullets": "<ul><li>{}</li></ul><p>Hej</p>",
    "numbers": "<ol><li>{}</li><li>{}</li></ol><p>Hej</p>",
    "bold": "<p><b>{}</b></p><div>Hej</div>",
    "table": "<table><tr><td>{}</td></tr></table><p>Hej</p>",
    "heading": "<h1>{}</h1><p>Hej</p>",
    "after the text": "<p>Hej</p><p><span>{}</span></p>",
    "quoted": "<blockquote>{}</blockquote><p>Hej</p>",
    "link": "<a href='https://x.example'>{}</a><p>Hej</p>",
    "code": "<pre>{}</pre><p>Hej</p>",
}


@pytest.mark.parametrize("client", HTML)
def test_no_verb_in_the_html_of_any_client_reaches_a_customer(client):
    turn = list(HTML).index(client)
    for word in WORDS[turn % 3 :: 3]:
        html = HTML[client].replace("{}", f"#{word}")
        reading = read(to_text(html))
        relayed = prepare(reading, html)
        assert not reading.suspects, word
        assert bool(reading.commands) is (client != "quoted"), word
        assert relayed.text.startswith("Hej")
        assert f"#{word}" not in relayed.text
        assert relayed.html is not None
        assert f"#{word}" not in relayed.html
        assert "Hej" in relayed.html


@pytest.mark.parametrize("client", HTML)
def test_a_verb_in_the_middle_of_html_holds_the_mail(client):
    html = f"<p>Hej Karin, så här är det</p>{HTML[client].replace('{}', '#löst')}<p>och mer därtill</p>"
    assert read(to_text(html)).suspects or client == "quoted"


PIECE = st.one_of(
    st.sampled_from(["<p>", "</p>", "<div>", "</div>", "<br>", "<b>", "</b>", "<ul>", "<li>", "</li>", "</ul>", "<span> ", "</span>", "<table><tr><td>", "</table>", "<pre>", "</pre>", "<img src=cid:x>", "<style>#x{}</style>", "<!-- #close -->", "&nbsp;", "\n"]),
    st.sampled_from(["#take", "#resolve", "Hej", " ", "#cc a@x.se", "Anna", "&#35;close"]),
)  # fmt: skip


@given(st.lists(PIECE, max_size=20), st.lists(st.sampled_from(["#take", "#resolve", "#cc a@x.se", "Anna"]), max_size=3))
def test_taking_lines_out_of_any_html_leaves_no_command_or_no_html(pieces, last):
    html = "".join(pieces)
    left = without_lines(html, ["#take", "#resolve", "#cc a@x.se", "#close"], last)
    assert left is None or clean(to_text(left))
    if left is not None and "Hej" in html and not {"#take", "#resolve", "#cc a@x.se", "&#35;close"} & set(pieces):
        assert "Hej" in left
