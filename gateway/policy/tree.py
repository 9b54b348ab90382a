"""YAML text to a tree of plain values that remember where they stand.

Scalars follow the YAML 1.2 core schema, cut down: true, false, null and whole numbers. All else is text: NO, on, 12:30,
+46…, 2026-12-31, 0123. Refused: tags, duplicate keys, more than LIMIT characters, aliases that grow beyond MOST_NODES.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from gateway.errors import Problem
from gateway.policy.conditions import Place

LIMIT = 1_000_000
MOST_NODES = 200_000
DEEPEST = 60

Path = tuple[str | int, ...]
Leaf = str | int | bool | None

_WORDS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "": None,
}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a list or a mapping of the file. Only one of the three fields is in use, `kind` tells which."""

    kind: str  # scalar | list | mapping
    place: Place
    leaf: Leaf = None
    items: tuple[Node, ...] = ()
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)  # where the key of an entry stands

    def plain(self) -> Any:
        """Return str, int, bool, None, list and dict."""
        if self.kind == "mapping":
            return {key: value.plain() for key, value in self.entries.items()}
        return [item.plain() for item in self.items] if self.kind == "list" else self.leaf

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Yield every node below and this one, with its path."""
        yield path, self
        for key, value in self.entries.items():
            yield from value.walk((*path, key))
        for index, item in enumerate(self.items):
            yield from item.walk((*path, index))

    def find(self, path: Path) -> tuple[Place, Node]:
        """Return the deepest node the path reaches and the place to show: an unknown rest of the path is ignored."""
        place, node = self.place, self
        for part in path:
            if isinstance(part, str) and part in node.entries:
                node = node.entries[part]
            elif isinstance(part, int) and part < len(node.items):
                node = node.items[part]
            else:
                break
            place = node.place
        return place, node

    def key_place(self, path: Path) -> Place:
        """Return where the key at the end of the path stands, else where its mapping does."""
        _, parent = self.find(path[:-1])
        return parent.keys.get(str(path[-1]), parent.place)


class _Composer(yaml.CSafeLoader):
    """PyYAML's composer with our scalars; an explicit tag stays what it was and is refused later."""

    def resolve(self, kind: type[Any], value: Any, implicit: Any) -> str:  # noqa: ARG002  # called by PyYAML
        """Name the form: plain or quoted scalar, list, mapping."""
        if kind is yaml.ScalarNode:
            return "plain" if implicit[0] else "text"
        return "list" if kind is yaml.SequenceNode else "mapping"

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Do nothing: there are no path resolvers."""

    def ascend_resolver(self) -> None:
        """Do nothing: there are no path resolvers."""


def read(file: str, text: str, problems: list[Problem]) -> Node | None:
    """Read one file; mistakes are added to `problems`. None where nothing could be read."""
    if len(text) > LIMIT:
        problems.append(Problem(file, 0, 0, "the file is over 1 MB; split it with `include:`"))
        return None
    try:
        composer = _Composer(text)
        try:
            root = composer.get_single_node()
        finally:
            composer.dispose()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problems.append(_syntax(file, error))
        return None
    if root is None:
        return Node("mapping", Place(file, 1, 1))
    return _Builder(file, problems).build(root)


def _syntax(file: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deep"
    if "\t" in str(what) or "character that cannot start any token" in str(what):
        what = "a tab or a special character; indent with spaces, put text in quotes"
    begun, doing = getattr(error, "context_mark", None), getattr(error, "context", None)
    if doing and begun is not None and mark is not None and begun.line != mark.line:
        what = f"{what} {doing} that begins in line {begun.line + 1}"
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    return Problem(file, line, column, f"this is not YAML: {what}")


class _Builder:
    """Turns PyYAML's nodes into ours and says what it refuses."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.count = 0
        self.open: list[int] = []  # ids of the nodes being built, against aliases to themselves

    def build(self, node: yaml.Node) -> Node:
        """Return our node; a refused one comes out as null."""
        place = Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
        self.count += 1
        if self.count > MOST_NODES or len(self.open) > DEEPEST or id(node) in self.open:
            if self.count <= MOST_NODES + 1:
                self._refuse(place, "aliases or nesting make the file too large")
            self.count += MOST_NODES
            return Node("scalar", place)
        self.open.append(id(node))
        try:
            return self._typed(node, place)
        finally:
            self.open.pop()

    def _typed(self, node: yaml.Node, place: Place) -> Node:
        match node.tag:
            case "plain":
                return Node("scalar", place, leaf=_scalar(node.value))
            case "text":
                return Node("scalar", place, leaf=node.value)
            case "list":
                return Node("list", place, items=tuple(self.build(item) for item in node.value))
            case "mapping":
                return self._mapping(node, place)
            case _:
                self._refuse(place, f"tags are not allowed; remove '{_short(node.tag)}'")
                return Node("scalar", place)

    def _mapping(self, node: yaml.Node, place: Place) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            key = self._key(key_node)
            where = Place(self.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key is None:
                continue
            if key == "<<" and key_node.tag == "plain":
                merged += self._merged(value_node, where)
            elif key in entries:
                self._refuse(where, f"'{key}' stands here a second time (first in line {keys[key].line})")
            else:
                entries[key], keys[key] = self.build(value_node), where
        for other in merged:
            entries = {**other.entries, **entries}
            keys = {**other.keys, **keys}
        return Node("mapping", place, entries=entries, keys=keys)

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag in {"plain", "text"}:
            return str(node.value)
        self._refuse(
            Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1), "a key is one word of text"
        )
        return None

    def _merged(self, node: yaml.Node, where: Place) -> list[Node]:
        built = self.build(node)
        parts = [built] if built.kind == "mapping" else list(built.items)
        if any(part.kind != "mapping" for part in parts):
            self._refuse(where, "`<<` takes a mapping or a list of mappings")
        return [part for part in parts if part.kind == "mapping"]

    def _refuse(self, place: Place, message: str) -> None:
        self.problems.append(Problem(place.file, place.line, place.column, message))


def _scalar(text: str) -> Leaf:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
