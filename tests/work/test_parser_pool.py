from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.mail.message import Address, Envelope, InboundMail
from gateway.work.parser_pool import InlineParser, ParserPool, Unparsable

ENVELOPE = Envelope("a@x.se", ("s@acme.se",), "smtp")


def _mail(body: bytes = b"Hej", head: bytes = b"") -> bytes:
    return b"From: Anna <a@x.se>\r\nSubject: Skrivaren\r\n" + head + b"\r\n" + body


def _with_file(size: int) -> bytes:
    content = base64.encodebytes(b"x" * size)
    return (
        b"From: a@x.se\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + content
    )


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    pool = ParserPool(2)
    yield pool
    pool.close()


def _read(pool: ParserPool, raw: bytes) -> InboundMail:
    found = pool.parse(raw, ENVELOPE)
    assert isinstance(found, InboundMail), found
    return found


def test_a_mail_is_read_as_it_is_read_here(pool: ParserPool) -> None:
    raw = _mail("Räksmörgås, skrivaren är trasig".encode(), b"Content-Type: text/plain; charset=utf-8\r\n")
    assert pool.parse(raw, ENVELOPE) == InlineParser().parse(raw, ENVELOPE)


def test_attachments_come_with_their_bytes(pool: ParserPool) -> None:
    (one,) = _read(pool, _with_file(6_000_000)).attachments
    assert one.content == b"x" * 6_000_000


def test_several_threads_share_the_processes(pool: ParserPool) -> None:
    with ThreadPoolExecutor(6) as threads:
        texts = list(threads.map(lambda n: _read(pool, _mail(b"Hej %d" % n)).text, range(60)))
    assert texts == [f"Hej {n}" for n in range(60)]


def test_a_killed_process_is_replaced_and_no_mail_is_lost() -> None:
    pool = ParserPool(1)
    try:
        _read(pool, _mail())
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSEGV)
        assert _read(pool, _mail(b"efter")).text == "efter"
        assert pool.pids() != (pid,)
    finally:
        pool.close()


def test_a_mail_that_stalls_its_process_costs_only_itself() -> None:
    pool = ParserPool(1, seconds=3)
    try:
        _read(pool, _mail())
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)
        assert _read(pool, _mail(b"andra")).text == "andra"  # the second process reads it
        assert pid not in pool.pids()
    finally:
        pool.close()


def test_a_mail_too_large_for_its_memory_is_unparsable_and_the_next_is_read() -> None:
    pool = ParserPool(1, memory=256 * 1024 * 1024)
    try:
        found = pool.parse(_with_file(90_000_000), ENVELOPE)
        assert isinstance(found, Unparsable)
        assert "the parser was lost" in found.reason
        assert found.mail.sender_from == Address("", "a@x.se")
        assert any("could not be parsed" in defect for defect in found.mail.defects)
        assert _read(pool, _mail(b"frisk")).text == "frisk"
    finally:
        pool.close()


def test_innocent_mails_in_other_threads_are_not_harmed() -> None:
    pool = ParserPool(2)
    stop = threading.Event()

    def kill() -> None:
        while not stop.is_set():
            for pid in pool.pids():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.3)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda n: pool.parse(_mail(b"Hej %d" % n), ENVELOPE), range(12)))
    finally:
        stop.set()
        killer.join()
        pool.close()
    # Only idle processes were killed: a mail that meets a dead one is read by the next.
    assert [one.text for one in found if isinstance(one, InboundMail)] == [f"Hej {n}" for n in range(12)]


def test_a_closed_pool_leaves_no_process() -> None:
    pool = ParserPool(2)
    _read(pool, _mail())
    (pid,) = pool.pids()
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


CONFINED = """
import os, socket, sys
from gateway.mail import confined, reading, worker
worker._load()
confined.confine(worker.limits.PARSER_MEMORY)
def refused(do):
    try:
        do()
    except (OSError, MemoryError, ValueError):
        return "refused"
    return "done"
for name, do in {
    "read a file": lambda: open("/etc/passwd"),
    "write a file": lambda: open("/dev/null", "w"),
    "open a socket": lambda: socket.socket(),
    "make a pipe": lambda: os.pipe(),
    "fork": lambda: os.fork() or os._exit(0),
    "run a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "take a gigabyte": lambda: bytearray(1 << 30),
    "raise a limit": lambda: confined.resource.setrlimit(confined.resource.RLIMIT_NOFILE, (9, 9)) or open("/etc/passwd"),
}.items():
    sys.stdout.write(f"{name}: {refused(do)}\\n")
import random
assert not [one for one in reading.understand(b"Content-Type: text/html\\n\\n<p>hej</p>", None).defects if "could not" in one]
for seed in range(400):
    noise = random.Random(seed).randbytes(random.Random(seed).randrange(200))
    reading.understand(b"Subject: " + noise.replace(b"\\n", b"") + b"\\n\\n" + noise, None)
sys.stdout.write("parse: " + reading.read(b"Subject: =?koi8-r?b?8NLJ18XU?=\\r\\nContent-Type: text/html; charset=big5\\r\\n\\r\\n<p>hej \\xa4\\xa4").text)
"""


def test_the_process_can_open_nothing_and_start_nothing_and_still_reads() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONFINED],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    *attempts, parsed = done.stdout.splitlines()
    assert [line for line in attempts if not line.endswith(": refused")] == []
    assert len(attempts) == 8
    assert parsed == "parse: hej 中"


def test_the_environment_of_the_daemon_is_not_handed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hemligt")
    pool = ParserPool(1)
    try:
        _read(pool, _mail())
        (pid,) = pool.pids()
        environment = subprocess.run(
            ["ps", "eww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=True
        ).stdout
        assert "hemligt" not in environment
    finally:
        pool.close()


def test_parsers_of_which_nothing_is_asked_are_ended_and_come_back_with_the_next_mail() -> None:
    pool = ParserPool(2)
    try:
        _read(pool, _mail())
        pool.rest(3600)
        assert len(pool.pids()) == 1
        pool.rest(0)
        assert pool.pids() == ()
        assert _read(pool, _mail(b"igen")).text == "igen"
    finally:
        pool.close()
