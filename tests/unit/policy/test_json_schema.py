from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.actions import FORMS
from gateway.policy.conditions import NAMES
from gateway.policy.json_schema import json_schema
from gateway.policy.tree import read

HERE = Path(__file__).parent
SCHEMA = json_schema()
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def data(text: str) -> Any:
    root = read("rules.yaml", text, [])
    assert root is not None
    return root.plain()


def errors(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """A validator for the keywords that the schema uses; an unknown keyword is an error of this test."""
    if "$ref" in schema:
        return errors(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], at)
    if "anyOf" in schema:
        tried = [errors(value, branch, at) for branch in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    known = {"type", "properties", "additionalProperties", "required", "items", "enum", "const", "pattern", "minItems"}
    known |= {
        "minProperties",
        "minimum",
        "maximum",
        "maxItems",
        "default",
        "description",
        "title",
        "format",
        "$schema",
        "$defs",
    }
    known |= {"propertyNames"}
    assert set(schema) <= known, set(schema) - known
    wrong = []
    if "const" in schema and value != schema["const"]:
        wrong.append(f"{at} is not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{at} is not one of {schema['enum']}")
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_a(value, kind) for kind in kinds):
        return [f"{at} is no {kinds}"]
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        wrong.append(f"{at} does not fit {schema['pattern']}")
    if isinstance(value, dict):
        wrong += [f"{at}.{key} is missing" for key in schema.get("required", []) if key not in value]
        for key, inner in value.items():
            below = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            wrong += [f"{at}.{key} is unknown"] if below is False else errors(inner, below or {}, f"{at}.{key}")
    if isinstance(value, list):
        wrong += [line for item in value for line in errors(item, schema.get("items", {}), f"{at}[]")]
    return wrong


def is_a(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[kind])


@pytest.mark.parametrize("file", ["whole_file/rules.yaml", "whole_file/contracts.yaml", "whole_file/desks/north.yaml"])
def test_the_complete_example_is_accepted(file):
    assert errors(data((HERE / file).read_text(encoding="utf-8")), SCHEMA) == []


@pytest.mark.parametrize(
    "text",
    [
        "operatrs: {}",
        "desks: {a: {addresses: [a@b.example], langauge: sv}}",
        "desks: {a: {mode: live}}",
        "desks: {a: {addresses: [a@b.example], mode: liv}}",
        "desks: {a: {addresses: [a@b.example], tell: {registerd: [owner]}}}",
        "rules: [{when: {subjct: x}, then: {note: x}}]",
        "rules: [{when: {subject: {contain: x}}, then: {note: x}}]",
        "rules: [{when: {any: [{nope: x}]}, then: {note: x}}]",
        "rules: [{then: {grop: x}}]",
        "rules: [{then: {stop: maybe}}]",
        "rules: [{name: x}]",
        "rules: [{event: recieved, then: {note: x}}]",
        "views: {a: {where: {nope: x}}}",
        "ticket_templates: {a: {when: {nope: x}}}",
        "labels_max: many",
        "types: 5",
    ],
)
def test_what_the_check_refuses_is_refused(text):
    assert errors(data(text), SCHEMA) != []


def test_every_condition_and_action_can_be_completed():
    assert set(NAMES) <= set(SCHEMA["$defs"]["Condition"]["properties"])
    assert set(FORMS) <= set(SCHEMA["$defs"]["Action"]["properties"])


def test_the_schema_is_json_with_defaults_as_the_file_writes_them():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$defs"]["Desk"]["properties"]["reopen_within"]["default"] == "14d"
    assert "default" in SCHEMA["$defs"]["Priorities"]["properties"]
