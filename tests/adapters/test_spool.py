"""A message on its way in, in memory and in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.inbound.spool import Spool


@pytest.mark.parametrize("keep", [0, 10, 1000])
def test_what_was_written_is_read(tmp_path: Path, keep: int) -> None:
    spool = Spool(keep, tmp_path)
    parts = [b"a" * 4, b"", b"b" * 4, b"c" * 40]
    for part in parts:
        assert spool.would_spill(part) == (spool.spilled or spool.size + len(part) > keep)
        spool.write(part)
    assert spool.read() == b"".join(parts)
    assert spool.read() == b"".join(parts)
    assert spool.size == 48
    assert spool.spilled == (keep < 48)
    assert list(tmp_path.iterdir()) == []
    spool.drop()


def test_a_dropped_spool_is_empty_and_may_be_used_again(tmp_path: Path) -> None:
    spool = Spool(3, tmp_path)
    spool.write(b"hello")
    spool.drop()
    assert (spool.read(), spool.size, spool.spilled) == (b"", 0, False)
    spool.write(b"hej")
    assert spool.read() == b"hej"


def test_a_folder_that_is_missing_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        Spool(1, tmp_path / "missing").write(b"hello")
