"""The short forms of the campaigns on PostgreSQL; `make reliability` has the long ones."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from reliability import kill_campaign, two_daemons
from tests.support.postgresql import PostgreSQL


@pytest.mark.timeout(300)
def test_six_kills_of_gateway_and_database_lose_nothing_and_clients_are_only_put_off(tmp_path: Path) -> None:
    with PostgreSQL() as server:
        found = kill_campaign.campaign(tmp_path, kills=6, seed=21, server=server, kill_database=True)
    assert found.acked > 0
    assert found.faults == {}, found.table()


@pytest.mark.timeout(300)
def test_two_daemons_of_which_one_is_killed_twice_do_each_mail_once() -> None:
    with tempfile.TemporaryDirectory() as folder:  # Dovecot's sockets need a short path
        Path(folder).chmod(0o755)  # started by root, Dovecot runs as nobody
        found = two_daemons.campaign(Path(folder), mails=200, kills=2, seed=22)
    assert found.acked == 200
    assert found.faults == {}, found.table()
