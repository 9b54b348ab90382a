from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.settings import load


@pytest.fixture
def settings(tmp_path):
    """Load a gateway.toml with this text and environment."""

    def load_text(text: str = "", **environ: str):
        file = tmp_path / "gateway.toml"
        file.write_text(text, encoding="utf-8")
        return load(file, {"HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "state"), **environ})

    return load_text


@pytest.fixture
def mistakes(settings):
    """Return the messages about such a file, without its folder."""

    def messages(text: str, **environ: str) -> list[str]:
        try:
            settings(text, **environ)
        except ConfigurationError as error:
            return [str(problem).replace(str(Path(problem.file).parent) + "/", "") for problem in error.problems]
        return []

    return messages
