"""The gateway as an operator of it sees it: files, a process, sockets, exit codes. Nothing is imported from it.

with Sink() as sink, Daemon(tmp_path, sink=sink) as daemon:
    daemon.send(letters.customer("Skrivaren", "Den är trasig"))
    receipt = sink.wait_for(1, "karin@umbrella.example")[0]
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from typing import Any, Self

from tests.support.sink import Sink
from tests.support.toml import merged, toml
from tests.support.waiting import eventually

REPOSITORY = Path(__file__).resolve().parents[2]
AUTHSERV_ID = "mx.acme.example"  # the daemon of a test believes this hop; letters.proven() writes its header

RULES = """\
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    prefix: ACME
    operator_reply: "support+{token}@acme.example"
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example]}
  bo: {name: Bo Ek, addresses: [bo@acme.example]}
groups:
  first-line: {members: [anna, bo]}
"""


class Daemon:
    """`gateway run` on files of its own in `folder`; use as a context manager, or start() and terminate().

    `settings` are laid over the defaults, table by table (a list replaces). `program` is the command line that
    `--config FILE` follows; `inherit` are file descriptors it is given. Leaving the block asks for a clean end and asserts exit code 0.
    """

    def __init__(
        self,
        folder: Path,
        *,
        sink: Sink | None = None,
        rules: str = RULES,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = (sys.executable, "-m", "gateway.cli"),
        inherit: Sequence[int] = (),
    ) -> None:
        self.folder = folder
        self.program = tuple(program)
        self._inherit = tuple(inherit)
        self.config = folder / "gateway.toml"
        self.rules = folder / "rules.yaml"
        self.state = folder / "state"
        self.database = self.state / "gateway.db"
        self.listening: dict[str, str] = {}  # "smtp" -> "127.0.0.1:40123", as printed
        self._process: subprocess.Popen[bytes] | None = None
        self._workers: dict[int, int] = {}  # of the last one that was ended: process id -> start time
        self._starts = 0
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("GATEWAY_", "NOTIFY_", "LISTEN_"))
        }
        # The tree that is tested, whether it is installed or not; the process runs in a folder of its own.
        self.environment = {**inherited, "PYTHONPATH": str(REPOSITORY), **(environment or {})}
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.rules.write_text(rules, encoding="utf-8")
        self.settings = merged(self._defaults(sink), settings or {})
        self.configure({})

    def _defaults(self, sink: Sink | None) -> dict[str, Any]:
        trust = {"authserv_id": AUTHSERV_ID, "relays": ["127.0.0.1"]}
        settings: dict[str, Any] = {
            "admin": ["root@acme.example"],
            "hostname": "tickets.acme.example",
            "database": {"url": f"sqlite:///{self.database}"},
            "paths": {
                "state": str(self.state),
                "rules": str(self.rules),
                "templates": str(REPOSITORY / "templates" / "mail"),
                "branding": str(REPOSITORY / "branding"),
            },
            "listen": {"smtp": {"address": "127.0.0.1", "port": 0, "trust": trust}},
        }
        if sink is not None:
            settings["smarthost"] = [{"name": "sink", "host": "127.0.0.1", "port": sink.port, "tls": "none"}]
        return settings

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Lay `settings` over the present ones and write gateway.toml; a running daemon reads it at its next start."""
        self.settings = merged(self.settings, settings)
        self.config.write_text(toml(self.settings), encoding="utf-8")
        self.config.chmod(0o600)

    # -- the process -------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and self.running:
                self.terminate()
        finally:
            self._sweep()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self, seconds: float = 30.0) -> Self:
        """Start it and return when it has said `ready`; AssertionError with its log where it ends or is late."""
        assert not self.running, "already running"
        self._sweep()
        self._starts += 1
        # Files and not pipes: nobody has to read them, and they are there after a kill. One pair per start.
        self.stdout = self.folder / f"stdout.{self._starts}"
        self.stderr = self.folder / f"stderr.{self._starts}"
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self._process = subprocess.Popen(
                [*self.program, "run", "--config", str(self.config)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=self._inherit,
            )
        eventually(lambda: self._ready() or not self.running, seconds, lambda: f"no `ready`\n{self.log}")
        assert self._ready(), f"ended with {self._process.poll()} before it was ready\n{self.log}"
        self.listening = dict(re.findall(r"^listening (\S+) (\S+)$", self.stdout.read_text(), re.MULTILINE))
        return self

    def _ready(self) -> bool:
        return re.search(r"^ready$", self.stdout.read_text(), re.MULTILINE) is not None

    def terminate(self, seconds: float = 20.0) -> None:
        """Ask for a clean end (SIGTERM) and assert that it comes, with exit code 0."""
        code = self.stop(signal.SIGTERM, seconds)
        assert code == 0, f"ended with {code}\n{self.log}"

    def kill(self) -> None:
        """End it as the kernel would when memory is short: SIGKILL to the daemon alone, not to its children."""
        self.stop(signal.SIGKILL, 10.0)

    def stop(self, number: signal.Signals, seconds: float) -> int:
        """Send a signal and return the exit code; AssertionError where the process stays longer."""
        assert self._process is not None, "not started"
        self._workers = dict(self._children())  # remembered, to see whether they end with it
        self._process.send_signal(number)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running {seconds} s after {number.name}\n{self.log}") from None

    def restart(self) -> Self:
        """End it cleanly and start it again on the same state."""
        self.terminate()
        return self.start()

    def reload(self) -> None:
        """Ask it to read its files again (SIGHUP)."""
        os.kill(self.pid, signal.SIGHUP)

    def _sweep(self) -> None:
        """Leave no process behind, whatever the test did."""
        if self.running:
            self.stop(signal.SIGKILL, 10.0)
        for pid in self.outlived:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def workers(self) -> list[int]:
        """The running daemon's child processes: the parsers."""
        assert self.running, "not running"
        return [pid for pid, _ in self._children()]

    def _children(self) -> list[tuple[int, int]]:
        return [(pid, started) for pid, (parent, started) in _processes() if parent == self.pid]

    @property
    def outlived(self) -> list[int]:
        """Workers of the ended daemon that are still there. A process id may be used again, so its start time counts, too."""
        return [pid for pid, (_, started) in _processes() if self._workers.get(pid) == started]

    @property
    def log(self) -> str:
        """What the present or last process said on stdout and stderr."""
        return "\n".join(path.read_text(errors="replace") for path in (self.stdout, self.stderr) if path.exists())

    # -- its sockets and commands ------------------------------------------------------------------------------

    def address(self, name: str = "smtp") -> tuple[str, int]:
        """Return where a listener listens, as the daemon printed it."""
        host, _, port = self.listening[name].rpartition(":")
        return host, int(port)

    def send(self, raw: bytes, sender: str | None = None, recipients: Sequence[str] = ()) -> None:
        """Hand a mail over by SMTP and assert that all recipients are taken; the envelope is read from From and To, Cc."""
        header = BytesHeaderParser().parsebytes(raw)
        seen = [address for _, address in getaddresses([str(header[name] or "") for name in ("To", "Cc")]) if address]
        mail_from = getaddresses([str(header["From"] or "")])[0][1] if sender is None else sender
        ours = [address for address in seen if address.endswith("@acme.example")]
        with smtplib.SMTP(*self.address(), timeout=20) as client:
            refused = client.sendmail(mail_from, list(recipients) or ours or seen, raw)
        assert not refused, refused

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        """Run `gateway ARGUMENTS --config …` to its end, whatever that is."""
        done = subprocess.run(
            [*self.program, *arguments, "--config", str(self.config)],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        words = (done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        return subprocess.CompletedProcess(done.args, done.returncode, *words)

    def gateway(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run `gateway ARGUMENTS --config …`, assert exit code 0, return its stdout."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, (
            f"gateway {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def json(self, *arguments: str) -> list[Any]:
        """Run a command with `--json` and return its lines as objects; exit 1 (nothing found) gives an empty list."""
        done = self.run(*arguments, "--json")
        assert done.returncode in {0, 1}, f"gateway {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def tickets(self) -> list[Any]:
        return self.json("ticket", "list")

    def ticket(self, reference: str) -> Any:
        return self.json("ticket", "show", reference)[0]

    def idle(self, seconds: float = 30.0) -> None:
        """Wait until no received mail waits to be worked on, no notice to be written and no mail to leave."""
        waiting = {"journal.received", "notices.ready", "outbox.ready", "outbox.deferred"}

        def left() -> list[Any]:
            return [row for row in self.json("status") if row.get("queue") in waiting]

        eventually(lambda: not left(), seconds, lambda: f"still waiting: {left()}\n{self.log}")


def _processes() -> Iterator[tuple[int, tuple[int, int]]]:
    """Give each process with its parent and its start time in clock ticks; zombies are left out."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # proc(5): "pid (name) state ppid …", starttime is field 22; a name may hold spaces and parentheses
            fields = entry.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                yield int(entry.parent.name), (int(fields[1]), int(fields[19]))
