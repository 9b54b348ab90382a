from __future__ import annotations

from pathlib import Path

import pytest

from gateway.render.library import Library

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load([ROOT / "templates" / "mail"], [ROOT / "branding"])
