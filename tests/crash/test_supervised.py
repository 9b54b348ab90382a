"""The daemon under a service manager: ready, watched, its port handed over (sd_notify(3), sd_listen_fds(3))."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.waiting import eventually

ACTIVATE = shutil.which("systemd-socket-activate")

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


@pytest.mark.skipif(ACTIVATE is None, reason="systemd-socket-activate is not installed (Debian: systemd)")
def test_systemd_hands_over_the_port_and_the_first_connection_starts_the_daemon(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    daemon = Daemon(tmp_path)
    given = [f"--setenv={name}={daemon.environment[name]}" for name in ("PYTHONPATH", "PATH")]
    with (tmp_path / "log").open("wb") as log:
        manager = subprocess.Popen(
            [
                ACTIVATE, f"--listen=127.0.0.1:{port}", "--fdname=smtp", *given,
                *daemon.program, "run", "--config", str(daemon.config),
            ],
            cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        client = eventually(lambda: _connect(port), 20, (tmp_path / "log").read_text)
        assert client is not None
        with client:
            client.settimeout(60)
            assert client.recv(100).startswith(b"220 "), (tmp_path / "log").read_text()
        said = f"listening smtp 127.0.0.1:{port}"
        eventually(lambda: said in (tmp_path / "log").read_text(), 20, (tmp_path / "log").read_text)
    finally:
        manager.send_signal(signal.SIGTERM)
        assert manager.wait(30) == 0, (tmp_path / "log").read_text()


def _connect(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), 5)
    except ConnectionRefusedError:
        return None


def test_a_reload_is_told_and_no_connection_is_dropped_by_it(tmp_path: Path, told):
    path, heard = told
    with Daemon(tmp_path / "gateway", environment={"NOTIFY_SOCKET": path}) as daemon:
        with socket.create_connection(daemon.address(), 20) as client:
            assert client.recv(100).startswith(b"220 ")
            daemon.reload()
            eventually(lambda: heard().count("READY=1") >= 2, 20, lambda: daemon.log)
            client.sendall(b"EHLO here.example\r\n")
            assert client.recv(1000).startswith(b"250")
        said = heard()
        assert "RELOADING=1" in said
        assert any(line.startswith("MONOTONIC_USEC=") for line in said)
        assert said.index("RELOADING=1") < len(said) - 1 - said[::-1].index("READY=1")
