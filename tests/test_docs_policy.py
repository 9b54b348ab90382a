"""Everything that can be set is in the docs, and the docs' tables are those of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from gateway.policy.actions import FORMS
from gateway.policy.conditions import NAMES
from gateway.policy.durations import Unit
from gateway.policy.load import load
from gateway.policy.roles import ROLES, VERBS
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import TELL
from gateway.policy.substitution import NAMES as SUBSTITUTIONS
from gateway.policy.vocabulary import AUDIENCES
from gateway.policy.when_words import ATTACHMENT, TESTS, VIEW_NAMES
from gateway.settings.schema import Settings

DOCS = Path(__file__).parent.parent / "docs"
SETTINGS = (DOCS / "settings.md").read_text(encoding="utf-8")
RULES = (DOCS / "rules.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return what stands under a heading, up to the next one of its level or above."""
    head = re.search(rf"^(#+) {re.escape(title)}$", RULES, re.MULTILINE)
    assert head is not None, f"no heading {title}"
    rest = RULES[head.end() :]
    end = re.search(rf"^#{{1,{len(head[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Yield dotted keys, `*` for names and list items."""
    for name, field in model.model_fields.items():
        key = before + (field.alias or name)
        inner = next(models(field.annotation), None)
        if inner is None:
            yield key
            continue
        several = "Mapping" in str(field.annotation) or "tuple" in str(field.annotation)
        yield from keys(inner, f"{key}.*." if several else f"{key}.")


def setting_keys() -> list[str]:
    # the certificate's two paths are explained in one row
    return [key for key in keys(Settings) if not key.startswith("listen.smtp.tls.")]


@pytest.mark.parametrize("key", setting_keys())
def test_every_setting_is_documented(key):
    assert f"| `{key}` |" in SETTINGS


def test_no_setting_is_documented_that_does_not_exist():
    documented = set(re.findall(r"^\| `([\w.*]+)` \|", SETTINGS, re.MULTILINE))
    assert documented - set(setting_keys()) == {"listen.smtp.tls"}


def rule_models() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {"Policy": Policy}
    waiting = [Policy]
    while waiting:
        for field in waiting.pop().model_fields.values():
            for model in models(field.annotation):
                if model.__name__ not in found:
                    found[model.__name__] = model
                    waiting.append(model)
    return found


RULE_KEYS = [
    (name, field.alias or key) for name, model in rule_models().items() for key, field in model.model_fields.items()
]
WRITTEN_OTHERWISE = {("ReadyAnswer", "text"), ("Recipients", "who")}


@pytest.mark.parametrize(("model", "key"), [pair for pair in RULE_KEYS if pair not in WRITTEN_OTHERWISE])
def test_every_key_of_the_rules_file_is_documented(model, key):
    assert re.search(rf"`{re.escape(key)}[`:]", RULES) or f"{key}:" in RULES


@pytest.mark.parametrize("name", NAMES)
def test_every_condition_is_documented(name):
    assert f"| `{name}` |" in section("Conditions")


@pytest.mark.parametrize("test", [*TESTS, *ATTACHMENT])
def test_every_test_is_documented(test):
    assert f"`{test}`" in section("Conditions")


@pytest.mark.parametrize("name", sorted(set(VIEW_NAMES) - set(NAMES)))
def test_every_name_of_views_is_documented(name):
    assert f"`{name}`" in section("Views")


@pytest.mark.parametrize("action", FORMS)
def test_every_action_is_documented(action):
    assert f"| `{action}` |" in section("Actions")


@pytest.mark.parametrize("name", SUBSTITUTIONS)
def test_every_substitution_is_documented(name):
    assert f"`{name}`" in section("Substitutions")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_audience_is_documented(audience):
    assert f"`{audience}`" in section("Who hears of what")


@pytest.mark.parametrize("unit", Unit)
def test_every_unit_is_documented(unit):
    assert f"`{unit.value}`" in section("Form")


def test_who_hears_of_what_is_the_table_of_the_code():
    rows = re.findall(r"^\| `([\w-]+)` \| (.*?) \|$", section("Who hears of what"), re.MULTILINE)
    assert {event: tuple(re.findall(r"`([\w-]+)`", who)) for event, who in rows} == TELL


def test_roles_and_verbs_are_the_table_of_the_code():
    rows = re.findall(r"^\| `([\w-]+)` \| (.*?) \|$", section("Roles"), re.MULTILINE)
    documented = {role: frozenset(re.findall(r"`#([\w-]+)`", verbs)) for role, verbs in rows}
    everything = documented["admin"]
    assert {role: everything if "all" in dict(rows)[role] else verbs for role, verbs in documented.items()} == {
        role: VERBS[role] for role in ROLES
    }


def test_the_first_example_of_the_docs_is_a_whole_file():
    first = re.findall(r"```yaml\n(.*?)```", RULES, re.DOTALL)[0]
    assert list(load({"rules.yaml": first}).desks) == ["support"]


def test_the_rule_of_the_docs_loads():
    first, rule = re.findall(r"```yaml\n(.*?)```", RULES, re.DOTALL)
    desk = "desks:\n  a: {addresses: [a@b.example], fields: {order_number: {}}}\n"
    policy = load({"rules.yaml": desk + "groups: {finance: {}}\n" + rule})
    assert policy.rules[0].name == "Invoices"
    assert first != rule
