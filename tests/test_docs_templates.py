"""docs/templates.md and docs/branding.md name everything a template or a brand may use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from gateway.render.brand import KEYS
from gateway.render.environment import FILTERS, Sandbox
from gateway.render.library import Library
from gateway.render.source import FRONT
from gateway.render.variables import INSIDE, LISTS, THINGS, VALUES

ROOT = Path(__file__).parents[1]
TEMPLATES = (ROOT / "docs" / "templates.md").read_text("utf-8")
BRANDING = (ROOT / "docs" / "branding.md").read_text("utf-8")
NAMES = set(re.findall(r"[a-z_]+(?:(?:\[\])?\.[a-z_]+)*", " ".join(re.findall(r"`([^`]*)`", TEMPLATES))))
SHIPPED = sorted((ROOT / "templates" / "mail").rglob("*.md")) + sorted((ROOT / "templates" / "mail").glob("*.[ht]*"))


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Library.load([ROOT / "templates" / "mail"], [ROOT / "branding"]).sandbox


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT / "templates" / "mail").as_posix())
def test_every_variable_of_the_shipped_templates_is_documented(sandbox, path):
    tree = sandbox.parse(path.read_text("utf-8"))
    documented = {name.replace("[]", "") for name in NAMES} | {re.split(r"[.\[]", name)[0] for name in NAMES}
    dotted = {f"{one.node.name}.{one.attr}" for one in tree.find_all(nodes.Getattr) if isinstance(one.node, nodes.Name)}
    assert meta.find_undeclared_variables(tree) <= documented
    assert {one for one in dotted if one.split(".")[0] in THINGS} <= documented


def test_every_known_variable_is_documented():
    things = {f"{thing}.{name}" for thing, names in THINGS.items() for name in names} - {"entry.html"}
    lists = {f"{name}[].{key}" for name, keys in LISTS.items() for key in keys}
    assert (things | lists | set(VALUES)) <= NAMES


def test_what_is_inside_a_thing_is_documented():
    for (thing, name), inner in INSIDE.items():
        row = next(line for line in TEMPLATES.splitlines() if line.startswith(f"| `{thing}.{name}.…`"))
        assert all(f"`{key}`" in row for key in inner)


def test_every_filter_and_key_of_the_front_block_is_documented():
    assert set(FRONT) <= NAMES
    assert set(FILTERS) <= NAMES


def test_every_key_of_a_brand_is_documented():
    assert all(f"| `{key}` |" in BRANDING for key in KEYS)
