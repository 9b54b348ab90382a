"""Whatever stands in the file: a Policy, or problems with a place. Never another exception."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import ConfigurationError, Problem
from gateway.policy.json_schema import json_schema
from gateway.policy.later import later
from gateway.policy.load import load
from gateway.policy.tree import read

HERE = Path(__file__).parent / "whole_file"
FILES = {
    name: (HERE / name).read_text(encoding="utf-8") for name in ("contracts.yaml", "objects.csv", "desks/north.yaml")
}
ROOT = read("rules.yaml", (HERE / "rules.yaml").read_text(encoding="utf-8"), [])
PATHS = [path for path, _ in ROOT.walk() if path]
WORDS = sorted(
    {part for path in PATHS for part in path if isinstance(part, str)} | {"x", "", "{{", "4bh", "on", "*", "("}
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**6), st.sampled_from(WORDS))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2),
    max_leaves=4,
)


def changed(path: tuple[Any, ...], value: Any, *, key: str | None) -> dict[str, Any]:
    data = ROOT.plain()
    inner = data
    for part in path[:-1]:
        inner = inner[part]
    if key is not None and isinstance(inner, dict):
        inner[key] = value
    else:
        inner[path[-1]] = value
    return data


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PATHS), VALUES, st.none() | st.sampled_from(WORDS))
def test_one_change_anywhere_is_read_or_refused_with_a_place(path, value, key):
    text = yaml.safe_dump(changed(path, value, key=key), allow_unicode=True)
    problems: tuple[Problem, ...] = ()
    try:
        later(load({"rules.yaml": text, **FILES}))
    except ConfigurationError as error:
        problems = error.problems or (Problem("", 0, 0, ""),)
    for problem in problems:
        assert problem.line >= 1
        assert problem.message
        assert "input" not in problem.message.lower()  # a sentence of pydantic's, not of ours


def test_the_schema_of_editors_knows_every_key_of_the_example():
    assert set(ROOT.entries) <= set(json_schema()["properties"])
