"""A real Postfix on a loopback port with files of its own, as root; it passes a desk's mail on by LMTP, the rest to a sink."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.support.dovecot import free_port
from tests.support.waiting import eventually

MASTER = Path("/usr/lib/postfix/sbin/master")
WHY_NOT = (
    "Postfix is not installed: another mail server is, which it would replace" if not MASTER.exists()
    else "Postfix runs as root only" if os.getuid() != 0
    else None
)  # fmt: skip

MAIN = """\
compatibility_level = 3.6
queue_directory = {d}/queue
data_directory = {d}/data
maillog_file = {d}/maillog
maillog_file_prefixes = {d}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.acme.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
relay_domains = acme.example
relay_recipient_maps = texthash:{d}/recipients
transport_maps = texthash:{d}/transport
recipient_delimiter = +
relayhost = [127.0.0.1]:{sink}
smtp_host_lookup = native
lmtp_host_lookup = native
smtpd_peername_lookup = no
disable_dns_lookups = yes
minimal_backoff_time = 2s
queue_run_delay = 2s
"""

MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


class Postfix:
    """`recipients` is what `gateway addresses --postfix` prints; `port` is where it takes mail."""

    def __init__(self, sink: int, port: int = 0) -> None:
        self.port = port or free_port()
        self._sink = sink
        self.folder = Path(tempfile.mkdtemp(prefix="pf"))
        self.folder.chmod(0o755)

    def start(self, recipients: str, lmtp: tuple[str, int]) -> Self:
        (self.folder / "main.cf").write_text(MAIN.format(d=self.folder, sink=self._sink))
        (self.folder / "master.cf").write_text(MASTER_CF.format(port=self.port))
        (self.folder / "recipients").write_text(recipients)
        (self.folder / "transport").write_text(f"acme.example lmtp:inet:{lmtp[0]}:{lmtp[1]}\n")
        self._make_queue()
        self._process = subprocess.Popen([str(MASTER), "-c", str(self.folder), "-d"], stdin=subprocess.DEVNULL)
        return self

    def _make_queue(self) -> None:
        queue, data = self.folder / "queue", self.folder / "data"
        private = [
            "active",
            "bounce",
            "corrupt",
            "defer",
            "deferred",
            "flush",
            "hold",
            "incoming",
            "private",
            "saved",
            "trace",
        ]
        for name in (*private, "public", "maildrop", "pid"):
            (queue / name).mkdir(parents=True)
        data.mkdir()
        for name in private:
            shutil.chown(queue / name, "postfix")
            (queue / name).chmod(0o700)
        shutil.chown(queue / "public", "postfix", "postdrop")
        (queue / "public").chmod(0o2710)
        shutil.chown(queue / "maildrop", "postfix", "postdrop")
        (queue / "maildrop").chmod(0o1730)
        shutil.chown(data, "postfix")
        data.chmod(0o700)

    def ready(self) -> bool:
        """Say whether it greets."""
        import socket

        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 2) as peer:
            return peer.recv(64).startswith(b"220")
        return False

    @property
    def log(self) -> str:
        file = self.folder / "maillog"
        return file.read_text(errors="replace")[-4000:] if file.exists() else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_process"):
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self) -> Self:
        """Return when it greets."""
        eventually(self.ready, 30, lambda: self.log)
        return self
