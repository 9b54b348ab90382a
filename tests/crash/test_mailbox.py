"""Trouble in a mailbox while mail comes in (R7); `python -m reliability.mailbox --mails 5000` is the long form."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from reliability.mailbox import campaign


@pytest.mark.timeout(300)
def test_whatever_happens_to_a_mailbox_each_mail_is_there_once_and_its_body_is_fetched_once() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # started by root, Dovecot runs as nobody
        found = campaign(Path(folder), mails=150, troubles=8, seed=5)
    assert found.faults == []
    assert found.epochs > 1
    assert found.done.total() == 8
