"""Pydantic's complaints in our own words, at the place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from gateway.errors import Problem
from gateway.policy.conditions import Place
from gateway.policy.nearest import nearest, unknown
from gateway.policy.tree import Node, Path

_SENTENCES = {
    "bool_type": "true or false is meant here",
    "int_type": "a whole number is meant here",
    "model_type": "a mapping is meant here, as in {key: value}",
    "mapping_type": "a mapping is meant here, as in {key: value}",
    "dict_type": "a mapping is meant here, as in {key: value}",
    "tuple_type": "a list is meant here, as in [one, two]",
    "list_type": "a list is meant here, as in [one, two]",
    "too_short": "write at least one",
    "string_type": "text is meant here",
}

_PATTERNS = {
    "desks.*.prefix": "a prefix is 1 to 16 capital letters and digits, a letter first",
    "desks.*.ask_rating": "it is off, all, or a share as in 10%",
    "desks.*.waiting.quiet.*": 'quiet days are written "06-22..08-10"',
    "calendars.*.hours.*": 'opening hours are written "08:00-17:00" or "08:00-12:00, 13:00-17:00"',
    "calendars.*.half_days.*": 'opening hours are written "08:00-12:00"',
    "calendars.*.closed.*": 'a closed day is written "2026-12-24", "12-24" or "2026-12-24..2027-01-06"',
    "calendars.*.holidays.country": "a country is two capital letters, as in SE or NO",
    "services.*.windows.*": 'a window is written "first sun 02:00-05:00" or "sun 02:00-05:00"',
    "digests.*.at": 'a time is written "07:30"',
    "digests.*.days": "days are written mon-fri, or mon, wed, fri",
    "reports.*.cron": 'a cron has five parts, "minute hour day month weekday", as in "0 7 * * mon"',
    "schedules.*.cron": 'a cron has five parts, "minute hour day month weekday", as in "0 8 1 * *"',
    "menus.*.*.do": 'a menu line is a command, as in "#next"',
}
"""What a text must look like, for those that have a pattern."""


def problems(errors: Iterable[ErrorDetails], root: Node, model: type[BaseModel]) -> list[Problem]:
    """Translate every complaint; several about one place become one."""
    found: dict[Place, Problem] = {}
    for error in errors:
        if error["type"] == "too_short" and root.find(error["loc"])[1].items:
            continue  # what stands there is wrong itself, and told
        place, sentence = _one(error, root, model)
        found.setdefault(place, Problem(place.file, place.line, place.column, sentence))
    return list(found.values())


def _one(error: ErrorDetails, root: Node, model: type[BaseModel]) -> tuple[Place, str]:
    path: Path = error["loc"]
    place, node = root.find(path)
    match error["type"]:
        case "extra_forbidden":
            return root.key_place(path), unknown("key", str(path[-1]), keys_at(model, path[:-1]))
        case "missing":
            return place, f"'{path[-1]}' is missing"
        case "literal_error":
            allowed = str(error.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
            return place, _choice(node, allowed)
        case "value_error":
            return _at_key(root, path) or place, str(error.get("ctx", {}).get("error", error["msg"]))
        case "string_pattern_mismatch":
            return _at_key(root, path) or place, _shaped(path, node)
        case kind:
            return place, _bound(kind, error.get("ctx", {})) or _SENTENCES.get(kind, error["msg"])


def _bound(kind: str, context: dict[str, Any]) -> str | None:
    match kind, context:
        case "greater_than_equal", {"ge": least}:
            return f"at least {least} is meant here"
        case "less_than_equal", {"le": most}:
            return f"at most {most} is meant here"
        case "too_long", {"max_length": most}:
            return f"at most {most} may stand here"
        case _:
            return None


def _at_key(root: Node, path: Path) -> Place | None:
    return root.key_place(path[:-1]) if path and path[-1] == "[key]" else None


def _choice(node: Node, allowed: str) -> str:
    if not isinstance(node.leaf, str):
        return f"one of {allowed} is meant here"
    hit = nearest(node.leaf, allowed.split(", "))
    if hit:
        return f"'{node.leaf}' is not one of {allowed}; did you mean '{hit}'?"
    return f"'{node.leaf}' is not one of {allowed}"


def _shaped(path: Path, node: Node) -> str:
    if path[-1] == "[key]":
        return f"'{path[-2]}' is no weekday; days are written mon-fri, sat or mon, wed"
    for pattern, sentence in _PATTERNS.items():
        parts = pattern.split(".")
        if len(parts) == len(path) and all(part in {"*", str(key)} for part, key in zip(parts, path, strict=True)):
            return f"'{node.leaf}' does not fit: {sentence}"
    return f"'{node.leaf}' does not fit here"


def keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys a mapping at this path may have."""
    annotation: Any = model
    for part in path:
        here = _model_in(annotation)
        by_key = fields(here) if here is not None else {}
        annotation = by_key[str(part)] if part in by_key else _inner(annotation)
    here = _model_in(annotation)
    return list(fields(here)) if here is not None else []


def fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return key as written -> annotation."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Mapping, tuple, dict} or not get_args(annotation):
        return None
    return next((hit for part in get_args(annotation) if (hit := _model_in(part))), None)


def _inner(annotation: Any) -> Any:
    """Return the type of a mapping's values or a tuple's items; through Annotated and `| None`."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return parts[0]
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return parts[1]
    return next((hit for part in parts if (hit := _inner(part)) is not None), None)
