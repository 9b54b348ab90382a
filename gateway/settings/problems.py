"""Pydantic's complaints about gateway.toml in our own words, at the place in the file. No value is repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from gateway.errors import Problem
from gateway.settings.places import Path

_SENTENCES = {
    "bool_type": "true or false is meant here",
    "int_type": "a whole number is meant here",
    "string_type": "text in quotes is meant here",
    "path_type": "a path in quotes is meant here",
    "model_type": "a table is meant here",
    "mapping_type": "a table is meant here",
    "dict_type": "a table is meant here",
    "tuple_type": 'a list is meant here, as in ["one", "two"]',
    "string_pattern_mismatch": "a name is small letters, digits, . _ and -",
    "date_type": "a date is written without quotes, as in 2026-11-01",
    "date_from_datetime_parsing": "a date is written without quotes, as in 2026-11-01",
    "is_instance_of": 'write {file = "…"} or {env = "…"}; a secret does not stand in this file',
}


def translate(
    errors: Iterable[ErrorDetails], model: type[BaseModel], place: Callable[[Path], Problem]
) -> list[Problem]:
    """Translate every complaint; `place` gives a Problem without message for a path."""
    found: dict[tuple[str, int, int, Path], Problem] = {}
    for error in errors:
        path = tuple(error["loc"])
        where = place(path)
        found.setdefault(
            (where.file, where.line, where.column, path),
            Problem(where.file, where.line, where.column, _sentence(error, path, model)),
        )
    return list(found.values())


def unknown(key: str, known: Iterable[str]) -> str:
    """Say that a key is unknown, with the nearest one."""
    names = sorted(known)
    hits = get_close_matches(key, names, n=1, cutoff=0.6)
    return f"unknown key '{key}'" + (f"; did you mean '{hits[0]}'?" if hits else f"; known are {', '.join(names)}")


def _sentence(error: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    kind = error["type"]
    context = error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return unknown(str(path[-1]), keys_at(model, path[:-1]))
        case "missing":
            return f"'{path[-1]}' is missing"
        case "literal_error":
            return f"`{path[-1]}` is one of {str(context.get('expected')).replace(' or ', ', ')}"
        case "value_error":
            return str(context.get("error"))
        case "greater_than_equal":
            return f"`{path[-1]}` is at least {context.get('ge')}"
        case "less_than_equal":
            return f"`{path[-1]}` is at most {context.get('le')}"
        case _:
            return _SENTENCES.get(kind, error["msg"])


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys a table at this path may have."""
    annotation: Any = model
    for part in path:
        here = _model_in(annotation)
        annotation = _keys(here).get(str(part)) if here is not None else _inner(annotation)
    here = _model_in(annotation)
    return list(_keys(here)) if here is not None else []


def _keys(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Mapping, tuple}:
        return None
    return next((hit for part in get_args(annotation) if (hit := _model_in(part))), None)


def _inner(annotation: Any) -> Any:
    parts = get_args(annotation)
    return parts[0] if get_origin(annotation) is tuple else parts[-1] if parts else None
