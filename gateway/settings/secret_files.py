"""`{file = "…"}` and `{env = "…"}` to secrets."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.settings.values import Secret

KEYS = frozenset({"password", "client_secret", "secret"})
"""Keys that are secrets wherever they stand."""

KEYS_IN = {"dkim": frozenset({"key"}), "oauth": frozenset({"certificate"})}
"""Keys that are secrets in these tables only."""

Told = Callable[[tuple[str | int, ...], str], None]


def is_secret(path: tuple[str | int, ...]) -> bool:
    """Say whether the key at this path is a secret."""
    key = path[-1]
    return key in KEYS or any(key in keys and table in path[:-1] for table, keys in KEYS_IN.items())


def variables(value: Any, path: tuple[str | int, ...] = ()) -> frozenset[str]:
    """Return the environment variables that secrets of the file name."""
    if path and is_secret(path) and isinstance(value, dict):
        return frozenset({value["env"]}) if isinstance(value.get("env"), str) else frozenset()
    return frozenset().union(*(variables(inner, (*path, key)) for key, inner in _below(value)))


def reveal(value: Any, path: tuple[str | int, ...], folder: Path, environ: Mapping[str, str], told: Told) -> Any:
    """Return the value with every secret read; what is wrong is told with its path."""
    if path and is_secret(path) and isinstance(value, dict):
        return _read(value, path, folder, environ, told)
    if isinstance(value, dict):
        return {key: reveal(inner, (*path, key), folder, environ, told) for key, inner in value.items()}
    if isinstance(value, list):
        return [reveal(inner, (*path, index), folder, environ, told) for index, inner in enumerate(value)]
    return value


def _below(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _read(
    value: dict[str, Any], path: tuple[str | int, ...], folder: Path, environ: Mapping[str, str], told: Told
) -> Secret:
    match value:
        case {"env": str() as name} if len(value) == 1:
            if name not in environ:
                told(path, f"the environment has no {name}")
            return Secret(environ.get(name, ""), f"environment {name}")
        case {"file": str() as name} if len(value) == 1:
            return Secret(_content(folder / name, path, told), f"file {folder / name}")
        case _:
            told(path, 'a secret is {file = "…"} or {env = "…"}')
            return Secret("", "nowhere")


def _content(file: Path, path: tuple[str | int, ...], told: Told) -> str:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o007:
            told(path, f"others may read {file}; run: chmod o-rwx {file}")
            return ""
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        told(path, f"cannot read {file}: {getattr(error, 'strerror', None) or 'it is no text'}")
        return ""
