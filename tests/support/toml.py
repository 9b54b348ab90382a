"""Settings of a test as gateway.toml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return `under` with `over` laid on it, table by table; None takes a key away."""
    result = dict(under)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def toml(settings: Mapping[str, Any]) -> str:
    """Return settings as TOML: two levels of tables and arrays of tables, anything deeper inline."""
    plain = "".join(f"{key} = {_value(value)}\n" for key, value in settings.items() if not _is_table(value))
    tables = [_table(key, value) for key, value in settings.items() if _is_table(value)]
    return plain + "".join(tables)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))


def _table(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"\n[{name}]\n" + "".join(f"{key} = {_value(item)}\n" for key, item in value.items())
    return "".join(
        f"\n[[{name}]]\n" + "".join(f"{key} = {_value(item)}\n" for key, item in row.items()) for row in value
    )


def _value(value: Any) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case datetime() | date():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False)  # a JSON scalar is a TOML scalar
