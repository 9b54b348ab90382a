"""docs/commands.md tells every verb, value and level that the code knows, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.commands import authority, keyline, vocabulary
from gateway.commands.values import TABLE

PAGE = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")


def row(verb: vocabulary.Verb) -> str:
    words = (" ".join(f"`#{word}`" for word in verb.words[language]) for language in ("en", "sv", "nb"))
    return f"| {' | '.join(words)} | {f'`{verb.form}`'.replace('|', chr(92) + '|') if verb.form else ''} | {'later' if verb.later else 'yes'} |"


def table(heading: str) -> list[str]:
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ")[0]
    return [line for line in section.split("\n") if line.startswith("| ")][1:]


def test_every_verb_stands_in_the_table_in_the_order_of_the_code():
    assert table("Every verb") == [row(verb) for verb in vocabulary.TABLE]


def test_every_value_stands_in_the_table():
    expected = [
        f"| {kind} | `{value}` | {', '.join(words[0])} | {', '.join(words[1])} | {', '.join(words[2])} |"
        for kind, known in TABLE.items()
        for value, words in known.items()
    ]
    assert table("Fixed values") == expected


@pytest.mark.parametrize("level", [level.name.lower() for level in authority.Level])
def test_every_level_of_authority_is_explained(level):
    assert f"| **{level}** |" in PAGE


def test_the_verbs_that_need_a_proof_are_named():
    line = next(line for line in PAGE.split("\n") if line.startswith("| **proven** |"))
    assert all(f"`#{verb}`" in line for verb in authority.PROVEN_VERBS)


def test_the_key_line_is_shown_in_every_language():
    assert all(f"`{word}: " in PAGE for word in keyline.WORDS.values())
