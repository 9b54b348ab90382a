"""Where a key stands in a TOML text; tomllib tells values only."""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^[ \t]*(\[\[?)[ \t]*([^\]#]+?)[ \t]*\]\]?", re.MULTILINE)
_KEY = re.compile(
    r"""^[ \t]*((?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*)[ \t]*="""
)
_TABLES = re.compile(r"[^=\n]*=\s*\[\s*\{")
_TEXT = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)


def find(text: str, path: Path) -> tuple[int, int] | None:
    """Return line and column, from 1, of the deepest key on the path; None where not even the first one is there."""
    offsets = _offsets(text)
    for length in range(len(path), 0, -1):
        start = offsets.get(path[:length])
        if start is not None:
            return _line_column(text, _inside(text, start, path[length:]))
    return None


def _offsets(text: str) -> dict[Path, int]:
    """Return path -> offset of each table header and each key at the start of a line."""
    bare = _TEXT.sub(lambda match: _blank(match[0]), text)
    found: dict[Path, int] = {}
    tables: Counter[Path] = Counter()
    current: Path = ()
    depth = 0
    offset = 0
    for line, whole in zip(bare.splitlines(keepends=True), text.splitlines(keepends=True), strict=True):
        if depth == 0:
            header, key = _HEADER.match(whole), _KEY.match(whole)
            if header is not None and line[header.start(1)] == "[":
                current = _table(header[1] == "[[", header[2], tables)
                found.setdefault(current, offset + header.start(2))
            elif key is not None and line[key.end() - 1] == "=":
                path = (*current, *_parts(key[1]))
                for length in range(len(current) + 1, len(path) + 1):
                    found.setdefault(path[:length], offset + key.start(1))
        if not (depth == 0 and line.lstrip().startswith("[")):
            depth = max(0, depth + sum(line.count(c) for c in "[{") - sum(line.count(c) for c in "]}"))
        offset += len(whole)
    return found


def _table(many: bool, written: str, tables: Counter[Path]) -> Path:
    path: Path = ()
    parts = _parts(written)
    for index, part in enumerate(parts):
        path = (*path, part)
        if many and index == len(parts) - 1:
            tables[path] += 1
        if tables[path]:
            path = (*path, tables[path] - 1)
    return path


def _parts(written: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", written))


def _inside(text: str, start: int, rest: Path) -> int:
    """Find the keys of an inline table behind `start`; an index counts its braces."""
    for part in rest:
        if isinstance(part, int):
            if _TABLES.match(text, start) is None:
                break
            for _ in range(part + 1):
                start = max(start, text.find("{", start) + 1)
            continue
        hit = re.compile(rf"[{{,\s]\s*[\"']?({re.escape(str(part))})[\"']?\s*=").search(text, start)
        if hit is None:
            break
        start = hit.start(1)
    return start


def _blank(part: str) -> str:
    return "".join(c if c == "\n" else " " for c in part)


def _line_column(text: str, offset: int) -> tuple[int, int]:
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1
