"""Values from the environment: `GATEWAY_DATABASE__URL=…` stands over `[database] url`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PREFIX = "GATEWAY_"
NOT_SETTINGS = frozenset({"GATEWAY_CONFIG"})
TESTS = "GATEWAY_TEST_"  # what the project's own tests read


def overrides(environ: Mapping[str, str], used: frozenset[str]) -> dict[tuple[str, ...], tuple[str, Any]]:
    """Return path -> (variable, value); `used` are variables that the file itself names as secrets."""
    found = {}
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX) or name.startswith(TESTS) or name in NOT_SETTINGS or name in used:
            continue
        path = tuple(part.lower() for part in name.removeprefix(PREFIX).split("__"))
        found[path] = (name, _value(text))
    return found


def put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value into nested tables; a value that stands in the way of a table is replaced."""
    for part in path[:-1]:
        inner = data.get(part)
        if not isinstance(inner, dict):
            inner = data[part] = {}
        data = inner
    data[path[-1]] = value


def _value(text: str) -> Any:
    """Read lists, tables, numbers, true and false as JSON; all else is text."""
    if text[:1] in {"[", "{"} or text in {"true", "false"} or text.isdecimal():
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
