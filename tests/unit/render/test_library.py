from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.render import samples
from gateway.render.compose import compose
from gateway.render.failure import TemplateFailure
from gateway.render.library import Library

ROOT = Path(__file__).parents[3]


@pytest.fixture
def own(tmp_path):
    """An admin's own folder of templates in front of the shipped ones."""

    def load(**files: str) -> Library:
        for name, content in files.items():
            path = tmp_path / "mail" / name.replace("__", "/").replace("_html", ".html").replace("_md", ".md")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        return Library.load([tmp_path / "mail", ROOT / "templates" / "mail"], [ROOT / "branding"])

    return load


def receipt(library, **changes):
    return compose(samples.notice("registered", "requester", "sv") | changes, library, lambda _: b"")


def test_the_shipped_templates_have_no_mistakes(library):
    assert library.check(desks=["acme"]) == []


def test_the_first_folder_wins_for_a_file(own):
    assert receipt(own(sv__requester__registered_md="Tack!\n")).text.startswith("Tack!\n")


def test_a_desk_overrides_one_file(own):
    library = own(desks__acme__sv__requester__registered_md="Hos oss!\n")
    assert receipt(library).text.startswith("Hos oss!\n")
    assert receipt(library, desk="other").text.startswith("Hej Karin!")


def test_an_unknown_variable_names_the_file_the_line_and_the_nearest(own):
    library = own(sv__requester__registered_md="---\npreheader: x\n---\n\nHej {{ requester.fist_name }}\n")
    with pytest.raises(TemplateFailure) as caught:
        receipt(library)
    assert (caught.value.file, caught.value.line) == ("sv/requester/registered.md", 5)
    assert caught.value.message == "unknown variable `fist_name`; did you mean `first_name`?"


def test_an_unknown_variable_of_the_outermost_level_too(own):
    with pytest.raises(TemplateFailure, match="unknown variable `tickt`; did you mean `ticket`"):
        receipt(own(sv__requester__registered_md="{{ tickt.reference }}"))


def test_check_finds_an_unknown_variable_before_a_mail_does(own):
    problems = own(sv__requester__registered_md="Hej\n\n{{ greting }}\n").check(["sv"])
    assert [str(one) for one in problems] == [
        "sv/requester/registered.md:3: unknown variable `greting`; did you mean `greeting`?"
    ]


def test_a_mistake_inside_a_condition_that_is_seldom_true_is_found_by_check(own):
    problems = own(sv__requester__waiting_md="{% if not waiting.next %}{{ nope }}{% endif %}").check(["sv"])
    assert [(one.file, one.line) for one in problems] == [("sv/requester/waiting.md", 1)]


def test_all_mistakes_are_told_at_once(own):
    with pytest.raises(ConfigurationError) as caught:
        own(
            sv__requester__registered_md="{% if x %}",
            sv__requester__waiting_md="---\ncolour: x\n---\n",
            fi__requester__closed_md="x",
        )
    assert [one.file for one in caught.value.problems] == [
        "fi/requester/closed.md", "sv/requester/registered.md", "sv/requester/waiting.md",
    ]  # fmt: skip


def test_a_front_block_without_an_end_is_an_error(own):
    with pytest.raises(ConfigurationError, match="no closing"):
        own(sv__requester__registered_md="---\npreheader: x\n")


def test_an_html_file_beside_the_template_takes_its_place(own):
    library = own(
        sv__requester__registered_md="Hej!\n",
        sv__requester__registered_html="<html><head><style>p{color:red}</style></head><body><h1>{{ subject }}</h1>{{ body }}</body></html>",
    )
    mail = receipt(library)
    assert '<p style="color:red">Hej!</p>' in mail.html
    assert mail.text.startswith("Hej!\n")


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ticket.reference.format() }}",
        "{{ ticket.__init__ }}",
        "{{ [].append(1) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ ticket.reference | safe }}",
        "{{ ticket.reference ~ 'x' }}",
        "{% for n in range(1000000) %}x{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{% include '../../etc/passwd' %}",
        "{{ lipsum() }}",
        "{{ greeting.join(history) }}",
    ],
)
def test_a_template_cannot_reach_out_or_run_long(own, source):
    with pytest.raises((TemplateFailure, ConfigurationError)):
        receipt(own(sv__requester__registered_md=source))


def test_a_template_that_prints_without_end_is_stopped(own):
    loop = "{% for a in history %}" * 9 + "{{ subject }}" * 99 + "{% endfor %}" * 9
    notice = samples.notice("answered", "requester", "sv")
    notice["facts"]["history"] *= 40
    with pytest.raises(TemplateFailure, match="prints more than"):
        compose(notice, own(sv__requester__answered_md=loop), lambda _: b"")


def test_an_event_without_a_template_has_the_generic_one(library):
    mail = compose(samples.notice("woke", "operator", "sv"), library, lambda _: b"")
    assert "Ärendet är aktivt igen" in mail.text


def test_a_family_of_events_shares_a_template(library):
    mail = compose(samples.notice("contract-ending", "operator", "nb"), library, lambda _: b"")
    assert "Slutter: torsdag 31. desember" in mail.text


def test_the_events_of_an_audience_are_those_with_a_template(library):
    assert {"registered", "answered", "waiting", "resolved"} <= set(library.events("requester"))
    assert "default" not in library.events("requester")


def branding(tmp_path, text, logo=b""):
    folder = tmp_path / "branding" / "mine"
    folder.mkdir(parents=True)
    (folder / "brand.yaml").write_text(text, "utf-8")
    if logo:
        (folder / "logo.png").write_bytes(logo)
    return Library.load([ROOT / "templates" / "mail"], [tmp_path / "branding"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nme: x\n", "branding/mine/brand.yaml:1: unknown key `nme`; did you mean `name`?"),
        ("name: x\ncolour: {acent: '#000000'}\n", "branding/mine/brand.yaml:2: unknown key `acent`; did you mean `accent`?"),
        ("colour: {accent: red}\n", "branding/mine/brand.yaml:1: colour.accent: expected #rrggbb, got 'red'"),
        (
            "colour: {accent: '#ffee00'}\n",
            "branding/mine/brand.yaml:1: colour.accent: #ffee00 has a contrast of 1.2 on white; links need 4.5",
        ),
        ("name: x\nlogo: gone.png\n", "branding/mine/brand.yaml:2: logo: gone.png cannot be read (No such file or directory)"),
        ("logo: ../x.png\n", "branding/mine/brand.yaml:1: logo: expected a PNG, JPEG or GIF in this folder, got '../x.png'"),
        ("name: [x\n", "branding/mine/brand.yaml:2:1: did not find expected ',' or ']'"),
    ],
)
def test_a_mistake_in_a_brand_is_told_with_its_line(tmp_path, text, told):
    with pytest.raises(ConfigurationError) as caught:
        branding(tmp_path, text)
    assert str(caught.value) == told


def test_a_logo_too_large_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="at most 40,000"):
        branding(tmp_path, "logo: logo.png\n", b"x" * 40_001)


def test_norway_is_no_boolean_and_a_time_no_number(tmp_path):
    library = branding(tmp_path, "name: NO\nphone: 12:30:00\n")
    assert (library.brands["mine"].name, library.brands["mine"].phone) == ("NO", "12:30:00")


def test_a_brand_has_words_of_its_own(tmp_path):
    library = branding(tmp_path, "name: Mine\nwords: {sv: {labels: {requester: Beställare}}}\n")
    mail = compose(samples.notice("customer-wrote", "operator", "sv") | {"brand": "mine"}, library, lambda _: b"")
    assert "Beställare:" in mail.text


def test_the_most_particular_signature_is_taken(tmp_path):
    shutil.copytree(ROOT / "branding" / "acme", tmp_path / "branding" / "acme")
    signatures = tmp_path / "branding" / "acme" / "signatures"
    seen = []
    for name in ("global", "acme", "anna", "anna@acme"):
        (signatures / f"{name}.md").write_text(f"Hälsar {name}\n", "utf-8")
        library = Library.load([ROOT / "templates" / "mail"], [tmp_path / "branding"])
        mail = compose(samples.notice("answered", "requester", "sv"), library, lambda _: b"")
        seen += [line for line in mail.text.splitlines() if line.startswith("Hälsar")]
    assert seen == ["Hälsar global", "Hälsar acme", "Hälsar anna", "Hälsar anna@acme"]


@pytest.mark.parametrize("language", ["sv", "nb", "en"])
def test_each_language_has_every_word(library, language):
    import yaml

    from gateway.render.wording import flat

    def own(name):
        return set(flat(yaml.safe_load((ROOT / "templates" / "mail" / name / "words.yaml").read_text("utf-8"))))

    assert own(language) == own("en")


@pytest.mark.parametrize("language", ["sv", "nb", "en"])
def test_each_language_has_every_template(language):
    def names(one):
        return {
            path.relative_to(ROOT / "templates" / "mail" / one).as_posix()
            for path in (ROOT / "templates" / "mail" / one).rglob("*.md")
        }

    assert names(language) == names("en")


def test_a_paragraph_that_ends_in_a_tag_stays_a_paragraph(own):
    library = own(
        sv__requester__registered_md="Ett{% if greeting %} två.{% endif %}\n\nTre.\n{% if greeting %}\nFyra.\n{% endif %}\nFem.\n"
    )
    assert receipt(library).text.startswith("Ett två.\n\nTre.\nFyra.\nFem.\n")


def test_a_line_after_lines_of_tags_keeps_its_number(own):
    with pytest.raises(TemplateFailure) as caught:
        receipt(own(sv__requester__registered_md="{% if greeting %}\n{% set a = 1 %}\n{% endif %}\n{{ nope }}\n"))
    assert caught.value.line == 4


def test_words_of_your_own_are_laid_over_the_shipped_ones(tmp_path):
    (tmp_path / "sv").mkdir()
    (tmp_path / "sv" / "words.yaml").write_text("greeting: {named: 'Tjena {name}!'}\n", "utf-8")
    library = Library.load([tmp_path, ROOT / "templates" / "mail"], [ROOT / "branding"])
    assert receipt(library).text.startswith("Tjena Karin!")
    assert "Du hör från oss senast tisdag 24 november" in receipt(library).text


def test_a_file_that_is_not_utf_8_is_told(tmp_path):
    (tmp_path / "sv" / "requester").mkdir(parents=True)
    (tmp_path / "sv" / "requester" / "registered.md").write_bytes("Hälsningar".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"sv/requester/registered.md: not UTF-8"):
        Library.load([tmp_path, ROOT / "templates" / "mail"], [ROOT / "branding"])


def test_a_broken_words_file_is_told_with_its_line(tmp_path):
    (tmp_path / "sv").mkdir()
    (tmp_path / "sv" / "words.yaml").write_text("greeting: {named: x\nb: c", "utf-8")
    with pytest.raises(ConfigurationError, match=r"sv/words.yaml:2"):
        Library.load([tmp_path, ROOT / "templates" / "mail"], [ROOT / "branding"])
