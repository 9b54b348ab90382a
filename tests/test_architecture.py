"""The house rules that a reviewer would otherwise have to remember."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
CODE = ("gateway", "reliability", "benchmarks", "tests/support")
SOURCES = sorted(
    path for folder in CODE for path in (REPOSITORY / folder).rglob("*.py") if "migrations" not in path.parts
)
# Migrations are Alembic's form: long lists that never change again, run by its own loader.
MODULES = sorted(path for path in (REPOSITORY / "gateway").rglob("*.py") if "migrations" not in path.parts)

# Words that say nothing about what is inside.
EMPTY_WORDS = {
    "manager", "managers", "util", "utils", "helper", "helpers", "common", "base", "core", "service", "services",
    "handler", "handlers", "data", "info", "process", "misc",
}  # fmt: skip
# Words of the help desk itself, where they are the whole name: a service, a manager, the process map.
HELP_DESK_WORDS = {"Service", "Manager", "Process"}
MOST_LINES = 320
LITERAL = {"gateway/store/schema.py"}  # every table on one screen after another; cutting it would hide the whole

# What the command line may load only where it is needed: each costs more than the rest of `--help` together.
HEAVY = {
    "sqlalchemy",
    "alembic",
    "pydantic",
    "premailer",
    "jinja2",
    "holidays",
    "aiosmtpd",
    "imapclient",
    "mailparser",
    "asyncio",
}


def short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def texts() -> Iterator[tuple[str, str]]:
    """Every file of the project as text: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        path = REPOSITORY / name
        if name and path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode("utf-8", "replace")


def test_imports_keep_the_contracts():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_has_an_empty_name_or_one_of_the_standard_library():
    names = {short(path): path.stem if path.stem != "__init__" else path.parent.name for path in MODULES}
    bad = [where for where, name in names.items() if name in EMPTY_WORDS or set(name.split("_")) & EMPTY_WORDS]
    shadows = [where for where, name in names.items() if name in sys.stdlib_module_names and name != "__main__"]
    assert bad + shadows == []


def test_no_class_has_a_name_that_ends_in_an_empty_word():
    bad = []
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and node.name not in HELP_DESK_WORDS:
                last = re.findall("[A-Z][a-z]*", node.name)[-1]
                bad += [f"{short(path)}:{node.lineno}: {node.name}"] if last.lower() in EMPTY_WORDS else []
    assert bad == []


def test_no_file_is_longer_than_a_reader_bears():
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {where: length for where, length in lengths.items() if length > MOST_LINES and where not in LITERAL} == {}


def test_nothing_happens_at_import():
    calls = [
        f"{short(path)}:{node.lineno}"
        for path in MODULES
        for node in tree(path).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    assert calls == []


def test_no_file_names_the_machine_it_was_written_on():
    places = {str(Path.home()), str(REPOSITORY), str(REPOSITORY.parent)} - {"/", "/home", "/srv", "/tmp"}
    here = "|".join(re.escape(place) for place in sorted(places, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w.*-])(?:{here}|/home/\w+|/Users/\w+)/|--(?:extra-)?index-url|--find-links=")
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line) and name != short(Path(__file__))
    ]
    assert found == []


def test_help_loads_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gateway.cli", "--help"],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("module", ["gateway.mail", "gateway.rules", "gateway.commands", "gateway.decide"])
def test_a_pure_package_is_imported_without_reading_a_file_of_ours(module: str):
    # audit hooks see every open(); the interpreter's own reading of modules is the only one allowed in this tree
    program = f"""\
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import {module}
ours = [name for name in opened if name.startswith({str(REPOSITORY / "gateway")!r})]
strange = [name for name in ours if not name.endswith((".py", ".pyc")) and ".pyc." not in name]
sys.exit("\\n".join(strange) if strange else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_package_and_every_debian_package_has_its_reason_in_the_docs():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    names = [re.split(r"[<>=\[ ;]", requirement)[0] for requirement in required]
    debian = [line for line in (REPOSITORY / "packages.txt").read_text(encoding="utf-8").split("\n") if line]
    page = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [name for name in names + debian if not re.search(rf"[| ,]{re.escape(name)}[ ,|]", page)] == []


def test_the_lock_holds_every_required_package():
    pyproject = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    extras = [item for extra in project["optional-dependencies"].values() for item in extra]
    names = {
        re.split(r"[<>=\[ ;]", item)[0].lower()
        for item in (*project["dependencies"], *extras, *pyproject["dependency-groups"]["dev"])
    }
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")))
    assert names - locked == set()


def test_every_command_that_operations_names_exists():
    from typer.main import get_command

    from gateway.cli.__main__ import app

    root = get_command(app)
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    missing = []
    for line in re.findall(r"(?:`|^)(?:/opt/gateway/bin/)?gateway ([a-z -]+)", page, re.MULTILINE):
        first, *more = line.split()
        command = root.commands.get(first)
        below = getattr(command, "commands", None)
        if command is None or (below and more and not more[0].startswith("-") and more[0] not in below):
            missing.append(line)
    assert missing == []
