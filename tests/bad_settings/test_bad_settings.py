"""One folder for each kind of mistake: the bad file and, in expected.txt, every line `gateway check` must print."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.policy import load as policy
from gateway.settings import load, read_rules

FOLDERS = sorted(path for path in Path(__file__).parent.iterdir() if path.is_dir() and path.name[:2].isdigit())
SECRETS = {"HOME": "/nowhere", "IMAP_PASSWORD": "canary"}


def problems(folder: Path) -> str:
    try:
        if (folder / "gateway.toml").exists():
            load(folder / "gateway.toml", SECRETS)
        else:
            policy.load(read_rules(folder / "rules.yaml", policy.wanted))
    except ConfigurationError as error:
        return str(error).replace(f"{folder}/", "")
    return "no problem\n"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_mistake_is_told_at_its_place_in_one_run(folder):
    found = problems(folder)
    assert "canary" not in found
    assert found == (folder / "expected.txt").read_text(encoding="utf-8").rstrip("\n")
