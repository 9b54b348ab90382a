from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.policy.load import load, wanted
from gateway.policy.schema import Policy
from gateway.settings import read_rules

SMALL = """\
desks:
  support: {addresses: [support@acme.example]}
operators:
  anna: {addresses: [anna@acme.example]}
  bo: {addresses: [bo@acme.example], skills: [network]}
groups:
  first-line: {members: [anna]}
"""


@pytest.fixture(scope="session")
def whole() -> Policy:
    """The complete example file with its includes."""
    return load(read_rules(Path(__file__).parent / "whole_file" / "rules.yaml", wanted))


@pytest.fixture
def small():
    """Load the smallest useful file with something added."""

    def load_small(added: str = "", **files: str) -> Policy:
        return load({"rules.yaml": SMALL + added} | files)

    return load_small


@pytest.fixture
def mistakes(small):
    """Return the messages about the small file with something added, line numbers counted from the added part."""

    def messages(added: str, **files: str) -> list[str]:
        try:
            small(added, **files)
        except ConfigurationError as error:
            before = SMALL.count("\n")
            return [f"{p.line - before}:{p.column}: {p.message}" for p in error.problems]
        return []

    return messages
