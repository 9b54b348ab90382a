"""The daemon under a service manager: ready, watched, its port handed over (sd_notify(3), sd_listen_fds(3))."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.waiting import eventually

# What systemd does between fork and exec: the socket becomes descriptor 3, and the variables name this process.
HAND_OVER = """\
import os, sys
os.dup2(int(sys.argv[1]), 3, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="smtp")
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """The manager's socket and what was said on it so far; read it with heard()."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.setblocking(False)
        lines: list[str] = []

        def heard() -> list[str]:
            with contextlib.suppress(BlockingIOError):
                while True:
                    lines.extend(manager.recv(4096).decode().split("\n"))
            return lines

        yield str(path), heard


def test_the_manager_is_told_ready_watchdog_and_stopping(tmp_path: Path, told):
    path, heard = told
    environment = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1000000"}
    with Daemon(tmp_path / "gateway", environment=environment) as daemon:
        assert "READY=1" in heard()
        eventually(lambda: heard().count("WATCHDOG=1") >= 3, 15, lambda: daemon.log)
    assert "STOPPING=1" in heard()


def test_a_port_that_is_handed_over_is_served_and_survives_a_restart(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as handed:
        program = (sys.executable, "-c", HAND_OVER, str(handed.fileno()), "-m", "gateway.cli")
        with Daemon(tmp_path, program=program, inherit=[handed.fileno()]) as daemon:
            assert daemon.address() == handed.getsockname()
            daemon.send(letters.customer("Före", "Hej"))
            daemon.terminate()
            # A client that comes between two runs waits in the socket's queue instead of being refused.
            with socket.create_connection(handed.getsockname(), timeout=20) as early:
                daemon.start()
                assert early.recv(256).startswith(b"220")
