"""What README and docs promise is there: commands, options, files, links, targets; and what is there is told."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from gateway.cli.__main__ import app
from gateway.mail.message import MailClass
from gateway.policy.later import LATER, LATER_ACTIONS, LATER_EVENTS
from gateway.policy.vocabulary import EVENTS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = {page: page.read_text(encoding="utf-8") for page in PAGES}
ALL = "\n".join(TEXT.values())
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
SCHEMA = (ROOT / "gateway" / "store" / "schema.py").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, frozenset[str]]]:
    """Yield every command with its options: ("journal list", {"--state", …})."""
    waiting = [("", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, frozenset(option for parameter in command.params for option in parameter.opts)
        else:
            waiting += [(f"{name} {key}".strip(), one) for key, one in inner.items()]


COMMANDS = dict(commands())


def code(text: str) -> Iterator[str]:
    """Yield the lines of shell blocks and what stands in backticks elsewhere."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def calls(text: str) -> Iterator[list[str]]:
    """Yield the words of each call of the command line in it."""
    for line in code(text):
        for part in re.split(r"&&|\|(?!\|)", line.partition("   #")[0]):
            found = re.match(r"^(?:\S*/bin/)?gateway ((?:[a-z]|--).*)", part.strip())
            if found:
                yield shlex.split(re.sub(r"[<>].*|…", "", found[1]), comments=True)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_in_the_docs_exists_with_its_options(page: Path):
    for words in calls(TEXT[page]):
        if words[0].startswith("--"):
            continue
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in COMMANDS), None)
        assert name is not None, f"there is no `gateway {' '.join(words)}`"
        options = {word for word in words if word.startswith("--")} - {"--help"}
        assert options <= COMMANDS[name], f"gateway {name} has no {options - COMMANDS[name]}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_its_row_with_its_options(name: str):
    page = TEXT[ROOT / "docs" / "command-line.md"]
    row = next((line for line in page.splitlines() if re.match(rf"\| `gateway {name}[ `]", line)), "")
    told = set(re.findall(r"`(--[a-z-]+)`", row.split("|")[2] if row else ""))
    assert told == {option for option in COMMANDS[name] if option.startswith("--")} - {"--config", "--help"}, row
    assert row


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_link_is_dead(page: Path):
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)", TEXT[page]):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{target} is not there"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in made, f"{target} has no heading #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_of_ours_that_is_named_is_there(page: Path):
    named = re.findall(r"`((?:gateway|tests|docs|systemd|templates|reliability|benchmarks)/[\w./-]+)`", TEXT[page])
    made_by_a_run = {"benchmarks/results/latest.json"}
    assert [name for name in named if name not in made_by_a_run and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_make_target_exists(page: Path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {found[1] for line in code(TEXT[page]) if (found := re.match(r"make ([a-z]+)", line))}
    assert asked <= targets


@pytest.mark.parametrize("table", ["journal", "outbox"])
def test_every_state_of_a_row_is_explained(table: str):
    section = re.search(rf'^{table} = Table\(.*?_text\("state"\),  # ([a-z |]+)$', SCHEMA, re.MULTILINE | re.DOTALL)
    assert section is not None
    for page in ("how-it-works.md", "database.md"):
        rows = [line for line in TEXT[ROOT / "docs" / page].splitlines() if line.startswith("| `")]
        first_cells = " ".join(line.split("|")[1] for line in rows)
        assert [state for state in section[1].split(" | ") if f"`{state}`" not in first_cells] == []


@pytest.mark.parametrize("page", ["how-it-works.md", "rules.md"])
def test_every_event_is_named(page: str):
    assert [event for event in EVENTS if f"`{event}`" not in TEXT[ROOT / "docs" / page]] == []


def test_every_class_of_mail_has_its_row():
    rows = [line for line in TEXT[ROOT / "docs" / "how-it-works.md"].splitlines() if line.startswith("| `")]
    assert [kind for kind in MailClass if not any(f"`{kind}`" in row.split("|")[1] for row in rows)] == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "pictures").glob("*.png")), ids=lambda file: file.name)
def test_pictures_are_small_and_shown(picture: Path):
    assert picture.stat().st_size <= 60_000
    assert picture.read_bytes()[24:26] == b"\x08\x03", "8-bit palette"
    assert f"pictures/{picture.name}" in ALL


def test_what_rules_can_say_but_not_do_yet_is_told():
    actions = ((f"then.{name}", clause) for name, clause in LATER_ACTIONS)
    events = ((f"event: {name}", clause) for name, clause in LATER_EVENTS)
    told = TEXT[ROOT / "docs" / "rules.md"].split("\n## Not yet\n")[1].splitlines()
    expected = [f"| `{key}` | {clause} |" for key, clause in (*LATER, *actions, *events)]
    assert [line for line in told if line.startswith("| `")] == expected
