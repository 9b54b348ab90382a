"""What systemd hands over and wants to hear."""

from __future__ import annotations

import os

import pytest

from gateway.daemon import systemd


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None), ({"WATCHDOG_USEC": "x"}, None), ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
    ],
)  # fmt: skip
def test_the_watchdog_is_fed_twice_as_often_as_asked_and_only_if_it_is_ours(environment, expected):
    assert systemd.watchdog_seconds(environment) == expected


def test_sockets_have_the_names_they_were_given():
    ours = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "3", "LISTEN_FDNAMES": "smtp:lmtp"}
    assert systemd.sockets(ours) == {"smtp": 3, "lmtp": 4, "unknown": 5}
    assert systemd.sockets({**ours, "LISTEN_PID": "1"}) == {}
    assert systemd.sockets({}) == {}


def test_without_a_service_manager_nobody_is_told():
    assert systemd.notify({}, "READY=1") is False
