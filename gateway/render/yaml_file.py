"""YAML of brands and words: every scalar is text (no Norway problem), every value knows its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from gateway.errors import ConfigurationError, Problem

# The C one reads ten times as fast; some builds of PyYAML lack it.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read(path: Path, shown: str) -> tuple[Any, dict[tuple[str, ...], int]]:
    """Return what the file holds (mappings, lists and strings) and the line of each key path."""
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        raise ConfigurationError([Problem(shown, 0, 0, "not UTF-8")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise ConfigurationError([Problem(shown, line, column, str(error.problem))]) from error
    lines: dict[tuple[str, ...], int] = {}
    return _plain(root, (), lines), lines


def _plain(node: yaml.Node | None, path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> Any:
    if node is None:
        return {}
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            lines[(*path, str(key.value))] = key.start_mark.line + 1
        return {str(key.value): _plain(value, (*path, str(key.value)), lines) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, (*path, str(n)), lines) for n, value in enumerate(node.value)]
    return str(node.value)
