"""A JSON Schema of rules.yaml, so that editors complete and check; `gateway rules schema` prints it.

Shapes come from the pydantic models; what is read by grammar (when, then, rules, views) is written here.
"""

from __future__ import annotations

from typing import Any

from gateway.policy.actions import FORMS, SYNONYMS
from gateway.policy.conditions import NAMES, Kind
from gateway.policy.schema import Policy
from gateway.policy.schema_work import Listed
from gateway.policy.vocabulary import (
    AUTHENTICATIONS,
    CUSTOMER_TYPES,
    EVENT_GROUPS,
    IMPORTANCES,
    LAST_WORDS,
    PROCESSES,
    RULE_EVENTS,
)
from gateway.policy.when_words import ATTACHMENT, TESTS, VIEW_NAMES

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_YES_NO: Schema = {"type": "boolean"}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_LABEL: Schema = {"anyOf": [_TEXT, {"type": "object"}]}

_LISTED: Schema = {
    "anyOf": [
        {"type": "array", "items": _TEXT},
        {"type": "object", "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Listed"}, {"type": "null"}]}},
    ]
}

FILLED = {
    "Desk": ("name", "prefix", "operator_reply"),
    "Person": ("name",),
    "Group": ("name",),
    "Organisation": ("name",),
}
"""Keys that the models ask for but the reader fills in."""

_FIXED = {
    "authentication": AUTHENTICATIONS,
    "customer_type": CUSTOMER_TYPES,
    "importance": IMPORTANCES,
    "last_word": LAST_WORDS,
}

_ACTIONS: dict[str, Schema] = {
    "process": {"enum": list(PROCESSES)},
    "group": {"anyOf": [_TEXT, {"type": "object", "properties": {"skill": _TEXT}, "additionalProperties": False}]},
    "tags": _TEXTS,
    "cc": _TEXTS,
    "forward": _TEXTS,
    "fields": {"type": "object", "additionalProperties": _TEXT},
    "confidential": _YES_NO,
    "no_receipt": _YES_NO,
    "spam": _YES_NO,
    "stop": _YES_NO,
    "answer": _LABEL,
    "reject": _LABEL,
}


def json_schema() -> Schema:
    """Return the schema, draft 2020-12."""
    schema = _tidy(Policy.model_json_schema(by_alias=True, mode="validation"))
    parts = schema["$defs"]
    for name, keys in FILLED.items():
        parts[name]["required"] = [key for key in parts[name].get("required", []) if key not in keys]
    _grammar(parts)
    properties = schema["properties"]
    parts["Listed"] = Listed.model_json_schema()
    for key in ("categories", "types", "causes", "products"):
        properties[key] = _LISTED
    properties["rules"] = {"type": "array", "items": {"$ref": "#/$defs/Rule"}}
    parts["TicketTemplate"]["properties"]["when"] = {"$ref": "#/$defs/Condition"}
    parts["View"]["properties"]["where"] = {"$ref": "#/$defs/ViewCondition"}
    parts["Desk"]["properties"]["tell"] = _tell()
    parts["ReadyAnswer"] = _LABEL
    # `desks` may come from an included file
    schema["required"] = [key for key in schema.get("required", []) if key != "desks"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rules.yaml"}


def _tidy(schema: Schema) -> Schema:
    """Drop pydantic's titles; write default durations as the file does and leave out other compound defaults."""
    found: Schema = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            found[key] = {name: _tidy(inner) for name, inner in value.items()}
        elif key == "default" and isinstance(value, dict):
            if value.keys() == {"amount", "unit"}:
                found[key] = f"{value['amount']}{value['unit']}"
        elif isinstance(value, dict):
            found[key] = _tidy(value)
        elif key == "anyOf":
            found[key] = [_tidy(inner) for inner in value]
        elif key != "title" and not (key == "default" and value is None):
            found[key] = value
    return found


def _tell() -> Schema:
    events = [event for event in RULE_EVENTS if event not in {"received", "time"}]
    return _closed({event: {"anyOf": [_TEXTS, {"type": "null"}]} for event in (*events, *EVENT_GROUPS)})


def _grammar(parts: dict[str, Schema]) -> None:
    parts["Test"] = {
        "anyOf": [
            {"type": ["string", "boolean"]},
            {"type": "array", "items": _TEXT},
            _closed({key: {} for key in TESTS} | {"not": {"$ref": "#/$defs/Test"}}),
        ]
    }
    parts["Condition"] = _condition(NAMES, "Condition")
    parts["ViewCondition"] = _condition(VIEW_NAMES, "ViewCondition")
    parts["Action"] = {
        **_closed({key: _ACTIONS.get(key, _action(key)) for key in (*FORMS, *SYNONYMS)}),
        "minProperties": 1,
    }
    parts["Rule"] = {
        **_closed(
            {
                "name": _TEXT,
                "event": {"enum": [*RULE_EVENTS, *EVENT_GROUPS]},
                "when": {"$ref": "#/$defs/Condition"},
                "then": {"$ref": "#/$defs/Action"},
                "examples": {"type": "array", "items": _closed({**{key: {} for key in NAMES}, "hits": _YES_NO})},
            }
        ),
        "required": ["then"],
    }


def _condition(names: dict[str, Kind], own: str) -> Schema:
    ref = {"$ref": f"#/$defs/{own}"}
    several: Schema = {"anyOf": [{"type": "array", "items": ref}, ref]}
    return _closed(
        {**{name: _named(name, kind) for name, kind in names.items()}, "any": several, "all": several, "not": several}
    )


def _named(name: str, kind: Kind) -> Schema:
    test = {"$ref": "#/$defs/Test"}
    match kind:
        case Kind.YES_NO:
            return {"anyOf": [_YES_NO, _closed({"is": _YES_NO, "not": _YES_NO})]}
        case Kind.HEADER | Kind.FIELDS:
            return {"type": "object", "additionalProperties": test}
        case Kind.ATTACHMENT:
            return {"anyOf": [_YES_NO, _closed({**dict.fromkeys(ATTACHMENT, test), "exists": _YES_NO})]}
        case Kind.HOURS:
            word = {"enum": ["open", "closed"]}
            return {"anyOf": [word, _closed({"calendar": _TEXT, "is": word})]}
        case _ if name in _FIXED:
            word = {"enum": list(_FIXED[name])}
            return {"anyOf": [word, {"type": "array", "items": word}, {"$ref": "#/$defs/Test"}]}
        case _:
            return test


def _action(key: str) -> Schema:
    match key:
        case "notify":
            one = {"anyOf": [_TEXT, _closed({"who": _TEXTS, "mail": _TEXT})]}
            return {"anyOf": [one, {"type": "array", "items": one}]}
        case "alarm":
            one = _closed({"mail": _TEXTS, "sms": _TEXTS, "webhook": _TEXTS, "text": _TEXT})
            return {"anyOf": [one, {"type": "array", "items": one}]}
        case "discard" | "hold":
            return {"anyOf": [{"const": True}, _closed({"because": _TEXT})]}
        case "treat_as_spam":
            return _YES_NO
        case _:
            return _TEXT


def _closed(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}
