from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.tree import LIMIT, read


def plain(text: str):
    problems = []
    root = read("a.yaml", text, problems)
    assert problems == []
    return root.plain()


def first(text: str) -> str:
    problems = []
    read("a.yaml", text, problems)
    return str(min(problems))


@pytest.mark.parametrize(
    "word",
    [
        "NO",
        "on",
        "off",
        "yes",
        "12:30:00",
        "08:00-17:00",
        "+46701234567",
        "2026-12-31",
        "0123",
        "1_000",
        "1.5",
        "1e3",
        "0x1F",
        ".inf",
    ],
)
def test_what_yaml_1_1_takes_for_something_else_is_text(word):
    assert plain(f"key: {word}") == {"key": word}
    assert plain(f"{word}: key") == {word: "key"}


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("42", 42), ("-7", -7), ("0", 0)],
)
def test_the_core_scalars_are_read(word, value):
    assert plain(f"key: {word}") == {"key": value}


@pytest.mark.parametrize("word", ["true", "42", "null", "NO"])
def test_quoted_words_are_text(word):
    assert plain(f"key: '{word}'") == {"key": word}


def test_places_count_from_one():
    root = read("a.yaml", "a:\n  - b: c\n", [])
    place, node = root.find(("a", 0, "b"))
    assert (place.line, place.column, node.leaf) == (2, 8, "c")
    assert root.key_place(("a", 0, "b")).column == 5


def test_a_key_twice_is_refused():
    assert first("a: 1\nb: 2\na: 3") == "a.yaml:3:1: 'a' stands here a second time (first in line 1)"


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!str", "!own", "!!binary"])
def test_tags_are_refused(tag):
    assert first(f"a: {tag} x").startswith("a.yaml:1:4: tags are not allowed; remove '")


def test_anchors_and_merges_are_read():
    assert plain("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}") == {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}
    assert plain("a: &x {b: 1}\nc: &y {b: 2, d: 4}\ne: {<<: [*x, *y]}")["e"] == {"b": 1, "d": 4}


def test_a_merge_of_no_mapping_is_refused():
    assert first("a: {<<: [x]}") == "a.yaml:1:5: `<<` takes a mapping or a list of mappings"


def test_aliases_that_grow_without_end_are_refused():
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    for before, letter in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{letter}: &{letter} [{','.join(['*' + before] * 10)}]")
    assert "aliases or nesting make the file too large" in first("\n".join(lines))


def test_an_alias_to_itself_is_refused():
    assert "aliases or nesting" in first("a: &a [*a]")


def test_deep_nesting_is_refused():
    assert first("a: " + "[" * 5000 + "]" * 5000).startswith("a.yaml:1:")


def test_a_file_over_a_megabyte_is_refused():
    assert first("a: " + "x" * LIMIT) == "a.yaml: the file is over 1 MB; split it with `include:`"


@pytest.mark.parametrize(
    "text", ["a: [1,\nb: 2", "\ta: 1", 'a: "x', "a: \x00", "a: b: c", "x: 1\n---\ny: 2", "? [a]\n: b"]
)
def test_broken_yaml_is_one_problem_with_a_place(text):
    assert first(text).startswith("a.yaml:")


def test_an_empty_file_is_an_empty_mapping():
    assert plain("# nothing\n") == {}


_leaves = st.one_of(
    st.booleans(),
    st.none(),
    st.integers(-(10**12), 10**12),
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=8),
)
_trees = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcåäö", min_size=1, max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=4), _trees, max_size=5))
def test_what_was_written_as_yaml_is_read_as_it_was(data):
    quoted = yaml.safe_dump(data, allow_unicode=True, default_style=None)
    assert plain(quoted) == data


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_but_never_raises(text):
    problems = []
    root = read("a.yaml", text, problems)
    assert root is not None or problems
