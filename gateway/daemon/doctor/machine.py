"""This machine: disk, clock, files, SQLite, Python, the ports we listen on."""

from __future__ import annotations

import ctypes
import email.policy
import email.utils
import inspect
import os
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gateway.daemon import wiring
from gateway.daemon.doctor.finding import Finding
from gateway.settings import Settings
from gateway.store.engine import Store
from gateway.store.lock import holder

_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
_SQLITE_WANTED = (3, 35, 0)  # RETURNING
_SECONDS = 5.0


def findings(settings: Settings, store: Store) -> Iterator[Finding]:
    """Look at the machine."""
    yield _disk(settings.paths.state)
    yield _clock()
    yield from _state(settings.paths.state)
    yield _sqlite()
    yield _python()
    yield from _ports(settings, store.file)


def _disk(state: Path) -> Finding:
    disk, inodes = shutil.disk_usage(state), os.statvfs(state)
    free = f"{disk.free / 1e9:.1f} GB free of {disk.total / 1e9:.1f} GB"
    if not wiring.has_room(state):
        return Finding("disk", "wrong", f"{free}: mail is refused with 452", f"make room on the disk of {state}")
    if inodes.f_files and inodes.f_favail < inodes.f_files // 50:
        return Finding("disk", "wrong", f"{inodes.f_favail} files can still be made", "remove files: df -i")
    return Finding("disk", "ok", free)


def _clock() -> Finding:
    with suppress(OSError, AttributeError):
        if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) == _UNSYNCHRONISED:
            return Finding("clock", "note", "is not kept by NTP", "install systemd-timesyncd or chrony")
        return Finding("clock", "ok", "is kept by NTP")
    return Finding("clock", "note", "cannot be asked on this system", "see that NTP keeps it")


def _state(state: Path) -> Iterator[Finding]:
    if stat.S_IMODE(state.stat().st_mode) & 0o077:
        yield Finding("state", "wrong", f"others may look into {state}", f"chmod go-rwx {state}")
    elif not os.access(state, os.W_OK):
        yield Finding("state", "wrong", f"{state} cannot be written by this user", "run it as the user of the daemon")
    else:
        yield Finding("state", "ok", f"{state} is ours alone")


def _sqlite() -> Finding:
    if sqlite3.sqlite_version_info < _SQLITE_WANTED:
        return Finding("SQLite", "wrong", f"{sqlite3.sqlite_version} is too old", "3.35 or later is needed")
    return Finding("SQLite", "ok", sqlite3.sqlite_version)


def _python() -> Finding:
    """Say whether this Python has the mends of its mail library; the gateway reads addresses by its own code."""
    version = ".".join(map(str, sys.version_info[:3]))
    strict = "strict" in inspect.signature(email.utils.getaddresses).parameters
    newlines = hasattr(email.policy.compat32, "verify_generated_headers")
    if strict and newlines:
        return Finding("Python", "ok", version)
    missing = [
        *([] if strict else ["strict parseaddr (CVE-2023-27043)"]),
        *([] if newlines else ["newlines in header names (CVE-2024-6923)"]),
    ]
    return Finding("Python", "note", f"{version} lacks {', '.join(missing)}", "take the system's next Python update")


def _ports(settings: Settings, file: Path | None) -> Iterator[Finding]:
    """See whether a greeting comes where we should listen; without a daemon, whether the place is free."""
    runs = file is not None and holder(file) is not None
    listen = settings.listen.smtp
    if listen is None or not settings.run.receive or listen.port == 0:
        return
    about = f"port {listen.port}"
    try:
        with socket.create_connection((listen.address, listen.port), _SECONDS) as client:
            client.settimeout(_SECONDS)
            greeting = client.recv(200).decode("ascii", "replace").strip()
    except OSError as error:
        if runs:
            why = f"the daemon runs, but nobody answers: {error.strerror or error}"
            yield Finding(about, "wrong", why, "look at the unit of the socket, and at the log")
        else:
            yield Finding(about, "ok", "free; no daemon runs")
        return
    if runs and greeting.startswith("220"):
        yield Finding(about, "ok", "answers")
    else:
        do = "stop what listens there, or change [listen.smtp] port"
        yield Finding(about, "wrong" if not runs else "note", f"somebody says: {greeting[:60]!r}", do)
