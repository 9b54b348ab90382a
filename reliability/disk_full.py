"""Fill the disk of the gateway to its last byte while clients send: `python -m reliability.disk_full --cycles 50`.

The state folder is a small tmpfs in a mount namespace of its own (`unshare -rm`, no root needed where user namespaces
are allowed). A cycle fills it, lets the clients run into it, frees it again and waits for the next 250. Passed: only
temporary refusals, no answer lost or double, the database sound, and the daemon never restarted. Exit status 1 where
that does not hold, 77 where the system lets nobody mount.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from reliability import verdict
from reliability.kill_campaign import drained
from reliability.senders import Senders
from tests.support.daemon import Daemon
from tests.support.sink import Sink

CANNOT = 77  # the exit status that says: not possible here
_CLIENTS = 3
_FULL = 1.0  # seconds that the disk stays full
_SIZE = 40  # MB; the daemon's own files take ten


@dataclass(slots=True)
class Full:
    """What was seen; `faults` must be empty."""

    cycles: int = 0
    acked: int = 0
    retries: int = 0
    slowest: float = 0.0  # seconds from room on the disk to the next 250
    faults: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the report for people."""
        head = f"{self.cycles} times full: {self.acked} mails acknowledged, {self.retries} put off, "
        head += f"at most {self.slowest:.1f} s from room to the next 250: {'ok' if not self.faults else 'FAULTS'}\n"
        return head + "".join(f"    {fault}\n" for fault in self.faults)


def campaign(folder: Path, cycles: int, seed: int) -> Full:
    """Run the cycles; `folder/state` is a small disk already."""
    found = Full()
    filler = folder / "state" / "filler"
    with Sink() as sink, Daemon(folder, sink=sink, settings={"log": {"level": "error"}}) as daemon:
        started = daemon.pid
        senders = Senders(lambda: daemon.address() if daemon.running else None, _CLIENTS, seed, 0.05)
        senders.start()
        for _ in range(cycles):
            _until_more(senders, found)
            _fill(filler)
            time.sleep(_FULL)
            filler.unlink()
            freed = time.monotonic()
            _until_more(senders, found)
            found.slowest = max(found.slowest, time.monotonic() - freed)
            found.cycles += 1
        if not senders.finish():
            found.faults.append("a client could not hand over its last mail within 60 s")
        found.faults += drained(daemon.database)
        if not daemon.running or daemon.pid != started:
            found.faults.append(f"the daemon ended: {daemon.log[-800:]}")
        if (check := daemon.run("db", "check")).returncode != 0:
            found.faults.append(f"gateway db check: {check.stdout[-500:]}{check.stderr[-500:]}")
        judged = verdict.judge(
            daemon.database, senders.acked, senders.refused, [mail.message_id for mail in sink.mails],
            {"kills": cycles, "seed": seed, "seconds": 0.0, "retries": senders.retries}, [],
        )  # fmt: skip
    found.acked, found.retries = judged.acked, judged.retries
    found.faults += [f"{name}: {what}" for name, what in judged.faults.items()]
    return found


def _fill(filler: Path) -> None:
    """Write until there is no byte left."""
    with filler.open("wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError:
                continue


def _until_more(senders: Senders, found: Full, patience: float = 30.0) -> None:
    before, end = len(senders.acked), time.monotonic() + patience
    while len(senders.acked) < before + 2:
        if time.monotonic() > end:
            found.faults.append(f"no mail was taken for {patience:g} s with room on the disk")
            return
        time.sleep(0.02)


def within(folder: Path, cycles: int, seed: int) -> subprocess.CompletedProcess[str]:
    """Run the campaign in a namespace where `folder/state` is a small disk; its report is on stdout."""
    (folder / "state").mkdir(mode=0o700)
    script = (
        f'mount -t tmpfs -o size={_SIZE}m,mode=0700 tmpfs "$1/state" || exit {CANNOT}; '
        'exec "$2" -m reliability.disk_full --inside "$1" --cycles "$3" --seed "$4"'
    )
    command = ["unshare", "-rm", "sh", "-c", script, "sh", str(folder), sys.executable, str(cycles), str(seed)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own script


def main() -> int:
    """Parse the command line, run the campaign in its namespace, print."""
    parser = argparse.ArgumentParser(description="The disk is full again and again: nothing lost, nothing double.")
    parser.add_argument("--cycles", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        found = campaign(arguments.inside, arguments.cycles, arguments.seed)
        sys.stdout.write(found.text())
        return 1 if found.faults else 0
    with tempfile.TemporaryDirectory() as temporary:
        done = within(Path(temporary), arguments.cycles, arguments.seed)
    sys.stdout.write(done.stdout or done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
