"""The short form of the kill campaign; `make reliability` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from reliability.kill_campaign import campaign


@pytest.mark.timeout(300)
def test_fifteen_kills_during_intake_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    found = campaign(tmp_path, kills=15, seed=20)
    assert found.acked > 0
    assert found.poison > 0
    assert found.faults == {}, found.table()
