"""A real PostgreSQL on a Unix socket in a folder of its own, as an ordinary user; it can be killed and started again."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

BINARIES = Path("/usr/lib/postgresql/15/bin")
_SETTINGS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "max_connections": "200"}

DURABLE = {"fsync": "on", "full_page_writes": "on"}
"""As a server in earnest is run; tests that end no machine may be quicker."""


class PostgreSQL:
    """One server; `database()` makes as many databases as wanted. `settings` are laid over those of a quick test."""

    def __init__(self, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gwpg"))  # short: the path of a socket ends at 108 bytes
        self._settings = {**_SETTINGS, **settings}
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:  # initdb refuses root
            user = _ordinary_user()
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._numbers = itertools.count(1)
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Make the cluster and run it."""
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            "gateway",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        self.run()

    def run(self) -> None:
        """Run the cluster that is there, and return when it answers."""
        settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [BINARIES / "postgres", "-D", self._data, "-k", self.folder, *settings],
                stdout=log, stderr=log, cwd=self.folder, **self._as,
            )  # fmt: skip
        self._wait()

    def crash(self) -> None:
        """End it at once and without a checkpoint, as `pg_ctl stop -m immediate` does; `run()` brings it back."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End it and remove everything."""
        self._end(signal.SIGINT)  # fast shutdown
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user="gateway", dbname=database, autocommit=True)

    def database(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"t{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with self.connect() as conn:
            conn.execute(statement)
        return name

    def url(self, database: str) -> str:
        """Return the address of a database as gateway.toml has it."""
        return f"postgresql+psycopg://gateway@/{database}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([BINARIES / program, *arguments], check=True, capture_output=True, cwd=self.folder, **self._as)

    def _wait(self) -> None:
        assert self._server is not None, "not started"
        end = time.monotonic() + 30
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def _end(self, number: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(30)
            self._server = None


def _ordinary_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
