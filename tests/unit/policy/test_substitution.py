from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.substitution import NAMES, check, fill


def test_names_are_filled_and_missing_ones_become_nothing():
    text = "[{{ ticket.reference }}] {{contract.name}}{{ nothing }}!"
    assert fill(text, {"ticket.reference": "ACME-1", "contract.name": "Guld"}) == "[ACME-1] Guld!"


def test_a_value_is_never_read_again():
    assert fill("{{ a }}", {"a": "{{ b }}", "b": "secret"}) == "{{ b }}"


def test_every_documented_name_passes_the_check():
    assert check(" ".join(f"{{{{ {name} }}}}" for name in NAMES)) == []


def test_captures_are_known_only_where_they_are_given():
    assert check("{{ invoice }}", {"invoice"}) == []
    assert check("{{ invoice }}") == ["unknown name 'invoice'"]


def test_logic_and_open_braces_are_refused():
    assert len(check("{{ a.b() }}")) == 1
    assert len(check("{% if x %}")) == 1
    assert len(check("{{ event")) == 1
    assert check("100 % { } ok") == []


@given(st.text(max_size=100), st.dictionaries(st.sampled_from(sorted(NAMES)), st.text(max_size=10)))
def test_filling_never_raises(text, values):
    fill(text, values)


@given(st.text(max_size=100).filter(lambda text: "{{" not in text))
def test_a_text_without_names_stays_as_it_is(text):
    assert fill(text, {"event": "x"}) == text
