"""Find gateway.toml, put defaults and the environment to it, read secrets, check the whole."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.errors import ConfigurationError, Problem
from gateway.settings import environment, places, problems, secret_files
from gateway.settings.contradictions import contradictions
from gateway.settings.schema import Settings
from gateway.settings.shipped import shipped

SYSTEM = Path("/etc/gateway/gateway.toml")
SYSTEM_STATE = Path("/var/lib/gateway")
_PORTS = {
    "mailbox": {"tls": 993, "starttls": 143, "none": 143},
    "smarthost": {"tls": 465, "starttls": 587, "none": 25},
}
_SHIPPED = {"rules": "rules.yaml", "templates": "templates/mail", "branding": "branding"}
_AT = re.compile(r"\s*\(at line (\d+), column (\d+)\)")


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings; without a path they are searched: $GATEWAY_CONFIG, here, /etc, else the embedded default.

    ConfigurationError carries every problem with file, line and column; a secret's value is in none of them.
    """
    file = path if path is not None else _search(environ)
    text = _text(file)
    name = str(file) if file is not None else "gateway.toml"
    folder = (file.parent if file is not None else Path()).resolve()
    data = _parsed(name, text)
    wrong: list[Problem] = []
    changed = environment.overrides(environ, secret_files.variables(data))
    for where, (_, value) in changed.items():
        environment.put(data, where, value)
    place = _placer(name, text, {where: variable for where, (variable, _) in changed.items()})
    data = secret_files.reveal(data, (), folder, environ, lambda where, said: wrong.append(_at(place(where), said)))
    written = frozenset(data["paths"]) if isinstance(data.get("paths"), dict) else frozenset()
    _fill(data, folder, environ, embedded=file is None)
    wrong += [_at(place(where), said) for where, said in (*contradictions(data), *_missing(data, written))]
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        wrong += problems.translate(error.errors(include_url=False, include_input=False), Settings, place)
        raise ConfigurationError(wrong) from None
    if wrong:
        raise ConfigurationError(wrong)
    return settings


def read_rules(main: Path, wanted: Callable[[str], tuple[str, ...]]) -> dict[str, str]:
    """Read rules.yaml and the files it asks for; `wanted` is gateway.policy.load.wanted.

    Keys are file names as messages show them: the main file's own name, the others relative to its folder.
    """
    text = _rules_text(main)
    files = {main.name: text}
    for pattern in wanted(text):
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            continue  # never outside the folder; the check says that the file is missing
        for found in sorted(main.parent.glob(pattern)):
            files[found.relative_to(main.parent).as_posix()] = _rules_text(found)
    return files


def _rules_text(file: Path) -> str:
    try:
        return file.read_bytes()[:2_000_000].decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError([Problem(str(file), 0, 0, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([Problem(str(file), 0, 0, "is not UTF-8; save it as UTF-8")]) from None


def _search(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("GATEWAY_CONFIG")
    if named:
        return Path(named)
    return next((file for file in (Path("gateway.toml"), SYSTEM) if file.is_file()), None)


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError([Problem(str(file), 0, 0, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([Problem(str(file), 0, 0, "is not UTF-8; save it as UTF-8")]) from None


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        mark = _AT.search(said)
        line, column = (int(mark[1]), int(mark[2])) if mark else (text.count("\n") + 1, 1)
        what = _AT.sub("", said).replace(" (at end of document)", " at the end of the file")
        raise ConfigurationError([Problem(name, line, column, f"this is not TOML: {what}")]) from None


def _placer(name: str, text: str, variables: Mapping[tuple[str, ...], str]) -> Callable[[places.Path], Problem]:
    def place(path: places.Path) -> Problem:
        written = tuple(str(part) for part in path)
        above = (variables.get(written[:length]) for length in range(len(written), 0, -1))
        if (variable := next(filter(None, above), None)) is not None:
            return Problem(variable, 0, 0, "")
        if (found := places.find(text, path)) is not None:
            return Problem(name, *found, "")
        below = (variable for where, variable in variables.items() if where[: len(written)] == written)
        return Problem(next(below, name), 0, 0, "")

    return place


def _at(place: Problem, said: str) -> Problem:
    return Problem(place.file, place.line, place.column, said)


def _fill(data: dict[str, Any], folder: Path, environ: Mapping[str, str], *, embedded: bool) -> None:
    """Put in the defaults that depend on the machine, the folder or another key."""
    data.setdefault("hostname", os.uname().nodename or "localhost")
    if embedded:
        data.setdefault("listen", {"smtp": {}})
    paths = data.setdefault("paths", {})
    if isinstance(paths, dict):
        _fill_paths(paths, folder, environ)
        database = data.setdefault("database", {})
        if isinstance(database, dict) and isinstance(paths["state"], Path):
            database.setdefault("url", f"sqlite:///{paths['state'] / 'gateway.db'}")
    _absolute(data.get("listen"), folder)
    for part, ports in _PORTS.items():
        for entry in data.get(part, ()) if isinstance(data.get(part), list) else ():
            if isinstance(entry, dict):
                usual = "tls" if part == "mailbox" else "starttls"
                entry.setdefault("port", ports.get(str(entry.get("tls", usual)), ports[usual]))


def _absolute(listen: Any, folder: Path) -> None:
    """Make the paths of certificates and sockets absolute."""
    for listener in listen.values() if isinstance(listen, dict) else ():
        tables = [(listener, "socket")] if isinstance(listener, dict) else []
        tls = listener.get("tls") if isinstance(listener, dict) else None
        tables += [(tls, "certificate"), (tls, "key")] if isinstance(tls, dict) else []
        for table, key in tables:
            if isinstance(table.get(key), str):
                table[key] = folder / table[key]


def _fill_paths(paths: dict[str, Any], folder: Path, environ: Mapping[str, str]) -> None:
    for key, usual in _SHIPPED.items():
        written = paths.get(key)
        if isinstance(written, str):
            paths[key] = folder / written
        elif written is None:
            beside = folder / usual
            paths[key] = beside if beside.exists() else shipped() / usual
    state = paths.get("state")
    if state is None:
        paths["state"] = _state(environ)
    elif isinstance(state, str):
        paths["state"] = folder / state


def _missing(data: dict[str, Any], written: frozenset[str]) -> Iterator[tuple[places.Path, str]]:
    for key in _SHIPPED.keys() & written:
        path = data["paths"].get(key)
        if isinstance(path, Path) and not path.exists():
            yield ("paths", key), f"{path} does not exist"


def _state(environ: Mapping[str, str]) -> Path:
    """Return systemd's state folder, the system's where it is ours, else the user's."""
    given = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if given:
        return Path(given)
    if os.geteuid() == 0 or os.access(SYSTEM_STATE, os.W_OK):
        return SYSTEM_STATE
    home = environ.get("XDG_STATE_HOME") or f"{environ.get('HOME', '.')}/.local/state"
    return Path(home) / "gateway"
