"""The texts of rules.yaml and its includes to one Policy, or to every mistake in them."""

from __future__ import annotations

import csv
import fnmatch
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gateway.errors import ConfigurationError, Problem
from gateway.policy import check_calendars, owners, read_rules, references, shape_errors
from gateway.policy.captures import captures
from gateway.policy.conditions import Condition, Place
from gateway.policy.declared import declared
from gateway.policy.fill import fill
from gateway.policy.rule import Rule
from gateway.policy.schema import Policy
from gateway.policy.tree import Node, read

OBJECT_COLUMNS = ("id", "kind", "name", "owner", "site", "contract", "service")


def wanted(text: str) -> tuple[str, ...]:
    """Return the files the main file asks for: globs of `include:` and the CSV of `objects:`, as written.

    Mistakes in the text are no matter here; `load` tells them.
    """
    root = read("", text, [])
    if root is None:
        return ()
    include, objects = root.entries.get("include"), root.entries.get("objects")
    nodes = [
        *(include.items or (include,) if include is not None else ()),
        *((objects,) if objects is not None else ()),
    ]
    return tuple(node.leaf for node in nodes if isinstance(node.leaf, str))


def load(files: Mapping[str, str], main: str = "rules.yaml") -> Policy:
    """Read everything; `files` holds the main file and those that `wanted` asked for, by path relative to it.

    ConfigurationError carries every problem, with file, line and column.
    """
    problems: list[Problem] = []
    root = _merged(files, main, problems)
    if root is None:
        raise ConfigurationError(problems)
    objects = _objects(root, files, problems)
    known = declared(root, frozenset(objects))
    rules = read_rules.rules(root.entries.get("rules"), known, problems)
    own = read_rules.template_rules(root.entries.get("ticket_templates"), known, problems)
    views = read_rules.view_conditions(root.entries.get("views"), known, problems)
    every = frozenset().union(*(captures(rule.when) for rule in (*own.values(), *rules)))
    references.check(root, known, every, problems)
    owners.check(root, problems)
    check_calendars.check(root, problems)
    data = fill(root.plain())
    _put(data, objects, (*own.values(), *rules), own, views)
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        told = {(problem.file, problem.line, problem.column) for problem in problems}
        wrong = shape_errors.problems(error.errors(include_url=False), root, Policy)
        problems += [problem for problem in wrong if (problem.file, problem.line, problem.column) not in told]
        raise ConfigurationError(problems) from None
    if problems:
        raise ConfigurationError(problems)
    return policy


def _put(
    data: dict[str, Any],
    objects: dict[str, dict[str, str]],
    rules: tuple[Rule, ...],
    own: dict[str, Rule],
    views: dict[str, Condition],
) -> None:
    """Replace what was read by grammar, so that the shapes get finished values."""
    data["objects"] = objects
    data["rules"] = rules
    for part, key, found in (
        ("ticket_templates", "when", {name: rule.when for name, rule in own.items()}),
        ("views", "where", views),
    ):
        entries = data.get(part)
        for name, condition in found.items():
            if isinstance(entries, dict) and isinstance(entries[name], dict):
                entries[name][key] = condition


def _merged(files: Mapping[str, str], main: str, problems: list[Problem]) -> Node | None:
    if main not in files:
        problems.append(Problem(main, 0, 0, "the file is missing"))
        return None
    root = read(main, files[main], problems)
    if root is None or not _is_mapping(root, problems):
        return None
    others = _included(root, files, main, problems)
    for file in others:
        part = read(file, files[file], problems)
        if part is not None and _is_mapping(part, problems):
            root = _joined(root, part, problems)
    return root


def _included(root: Node, files: Mapping[str, str], main: str, problems: list[Problem]) -> list[str]:
    node = root.entries.get("include")
    found: list[str] = []
    for item in (node.items or (node,)) if node is not None else ():
        pattern = str(item.leaf)
        hits = sorted(name for name in files if name != main and fnmatch.fnmatchcase(name, pattern))
        if not hits and not set("*?[") & set(pattern):
            _wrong(problems, item.place, f"no file '{pattern}'")
        found += [name for name in hits if name not in found]
    return found


def _joined(root: Node, part: Node, problems: list[Problem]) -> Node:
    """Join an included file: mappings by key, lists one after the other; the same key twice is a mistake."""
    entries, keys = dict(root.entries), dict(root.keys)
    for key, node in part.entries.items():
        old = entries.get(key)
        if key == "include":
            _wrong(problems, part.keys[key], "only the main file may include others")
        elif old is None or (old.leaf is None and old.kind == "scalar"):
            entries[key], keys[key] = node, part.keys[key]
        elif old.kind == node.kind == "list":
            entries[key] = Node("list", old.place, items=(*old.items, *node.items))
        elif old.kind == node.kind == "mapping":
            entries[key] = _joined_entries(old, node, problems)
        else:
            _wrong(problems, part.keys[key], f"'{key}' stands already in {keys[key].file}, line {keys[key].line}")
    return Node("mapping", root.place, entries=entries, keys=keys)


def _joined_entries(old: Node, new: Node, problems: list[Problem]) -> Node:
    entries = dict(old.entries)  # the main file's come first: an order in the file is an order of preference
    for key, node in new.entries.items():
        if key not in entries:
            entries[key] = node
        elif key == "organisations":  # the only names that lie one level deeper
            entries[key] = _joined_entries(entries[key], node, problems)
        else:
            first = old.keys[key]
            _wrong(problems, new.keys[key], f"'{key}' stands already in {first.file}, line {first.line}")
    return Node("mapping", old.place, entries=entries, keys={**new.keys, **old.keys})


def _objects(root: Node, files: Mapping[str, str], problems: list[Problem]) -> dict[str, dict[str, str]]:
    node = root.entries.get("objects")
    if node is None or (node.kind == "scalar" and node.leaf is None):
        return {}
    file = str(node.leaf)
    if node.kind != "scalar" or file not in files:
        _wrong(
            problems, node.place, f"no file '{file}'" if node.kind == "scalar" else "the name of a CSV file is meant"
        )
        return {}
    rows = csv.reader(files[file].lstrip("\ufeff").splitlines())
    head = [name.strip() for name in next(rows, [])]
    for column, name in enumerate(head, 1):
        if name not in OBJECT_COLUMNS:
            problems.append(Problem(file, 1, column, f"unknown column '{name}'; known are {', '.join(OBJECT_COLUMNS)}"))
    if "id" not in head:
        problems.append(Problem(file, 1, 0, "the column 'id' is missing"))
        return {}
    return _rows(file, head, rows, problems)


def _rows(file: str, head: list[str], rows: Any, problems: list[Problem]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for cells in rows:
        row = {name: cell.strip() for name, cell in zip(head, cells, strict=False) if name in OBJECT_COLUMNS}
        key = row.get("id", "")
        if not any(row.values()):
            continue
        if not key or key in found:
            said = f"the object '{key}' stands here a second time" if key else "an object without id"
            problems.append(Problem(file, rows.line_num, 0, said))
        found[key] = row
    return found


def _is_mapping(node: Node, problems: list[Problem]) -> bool:
    if node.kind == "mapping" or (node.kind == "scalar" and node.leaf is None):
        return node.kind == "mapping"
    _wrong(problems, node.place, "the file is a mapping: desks: …, operators: …, rules: …")
    return False


def _wrong(problems: list[Problem], place: Place, message: str) -> None:
    problems.append(Problem(place.file, place.line, place.column, message))
