from __future__ import annotations

from markupsafe import Markup

from gateway.render import samples, skeleton
from gateway.render.compose import compose
from gateway.render.values import Words


def filled(source, *values):
    return skeleton.fill(skeleton.piece(source, "p { color: #222 }"), values)


def test_premailer_sees_a_skeleton_once_and_never_what_people_write(library):
    notices = [samples.notice("answered", "requester", "sv") for _ in range(3)]
    for n, notice in enumerate(notices):
        notice["facts"]["entry"]["text"] = f"Text {n}"
    compose(notices[0], library, lambda _: b"")
    before = skeleton.document.cache_info().misses + skeleton.piece.cache_info().misses
    for notice in notices[1:]:
        compose(notice, library, lambda _: b"")
    assert skeleton.document.cache_info().misses + skeleton.piece.cache_info().misses == before


def test_a_value_is_escaped_for_where_it_stands():
    assert filled("<p>zqi0qz</p>", "<b>\nx") == '<p style="color:#222">&lt;b&gt;<br>\nx</p>'
    assert 'alt="&quot;&gt;&lt;x"' in filled('<img alt="zqi0qz">', '"><x')
    assert 'href="mailto:a?b=1&amp;c=2"' in filled('<a href="zqi0qz">x</a>', "mailto:a?b=1&c=2")


def test_a_url_that_could_run_is_none():
    assert 'href="#"' in filled('<a href="zqi0qz">x</a>', "javascript:alert(1)")
    assert 'href="#"' in filled('<a href="zqi0qz">x</a>', "data:text/html,x")


def test_a_value_that_looks_like_a_token_stays_as_it_is():
    assert filled("<p>zqi0qz</p>", "zqi1qz zqb0qz").count("zqi1qz zqb0qz") == 1


def test_cleaned_html_is_put_in_untouched_by_our_styles():
    value = Words("x", Markup("<p>x</p>"))
    assert filled('<div class="words">zqb0qz</div>', value) == '<div class="words"><p>x</p></div>'
