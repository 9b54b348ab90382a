"""Twenty kinds of responders for a few days (R14); `python -m reliability.loops --days 1000` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.render.library import Library
from gateway.settings import shipped
from reliability.loops import simulate
from reliability.responders import RESPONDERS


@pytest.mark.timeout(300)
def test_whoever_answers_everything_gets_few_automatic_mails_and_each_day_comes_to_rest(tmp_path: Path) -> None:
    library = Library.load([shipped() / "templates" / "mail"], [shipped() / "branding"])
    found = simulate(tmp_path, 3, library)
    assert found.faults == []
    assert found.automatic >= len(RESPONDERS), "each got a receipt for the first mail"
    assert found.received >= len(RESPONDERS), "and each answered it"
