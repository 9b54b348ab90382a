"""A disk that is full to its last byte, twice (R5); `python -m reliability.disk_full --cycles 50` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest

from reliability.disk_full import CANNOT, within


@pytest.mark.timeout(300)
def test_while_the_disk_is_full_mail_is_put_off_and_afterwards_nothing_is_lost_or_double(tmp_path: Path) -> None:
    done = within(tmp_path, cycles=2, seed=3)
    if done.returncode == CANNOT or "unshare: " in done.stderr:
        pytest.skip("neither root nor user namespaces: no small disk can be made")
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.startswith("2 times full: ")
    assert ", 0 put off" not in done.stdout
