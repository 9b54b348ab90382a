"""The service manager's protocol: READY, STOPPING, WATCHDOG, and sockets it hands over (sd_notify(3), sd_listen_fds(3))."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

FIRST_SOCKET = 3


def notify(environment: Mapping[str, str], *lines: str) -> bool:
    """Tell the service manager; False where there is none. An abstract address begins with @."""
    address = environment.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect(address)
        out.sendall("\n".join(lines).encode())
    return True


def watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """Return how often the watchdog must be fed: half of what systemd allows, None without a watchdog."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    ours = environment.get("WATCHDOG_PID") in {None, "", str(os.getpid())}
    return int(microseconds) / 2_000_000 if microseconds.isdigit() and ours else None


def sockets(environment: Mapping[str, str]) -> dict[str, int]:
    """Return the listening sockets that were handed over: name -> file descriptor."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return {}
    count = int(environment.get("LISTEN_FDS", "0"))
    names = environment.get("LISTEN_FDNAMES", "").split(":") + ["unknown"] * count
    return {names[i]: FIRST_SOCKET + i for i in range(count)}
