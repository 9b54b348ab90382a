"""The writing process: mails as in this process, a failure or a death costs one mail, nothing can be opened in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.render import samples
from gateway.render.compose import compose
from gateway.render.failure import TemplateFailure
from gateway.render.files import Chosen, File
from gateway.render.finished import Order
from gateway.render.library import Library
from gateway.work.writers import ExecWriter, InlineWriter

NOTHING = Chosen((), (), ())
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def process() -> Iterator[ExecWriter]:
    writer = ExecWriter()
    yield writer
    writer.close()


def orders(*events: str, **more: Any) -> list[Order]:
    return [Order(samples.notice(event, "operator", "sv") | more, NOTHING) for event in events]


def library_with(library: Library, folder: Path, text: str) -> Library:
    (folder / "sv/operator").mkdir(parents=True)
    (folder / "sv/operator/registered.md").write_text(text, "utf-8")
    return Library.load([folder, REPOSITORY / "templates" / "mail"], [REPOSITORY / "branding"])


def test_the_process_writes_byte_for_byte_what_this_one_writes(process: ExecWriter, library: Library):
    asked = orders("registered", "customer-wrote", "assigned")
    assert process.write(asked, library) == InlineWriter().write(asked, library)
    assert process.write(asked[:1], library)[0] == compose(asked[0].notice, library, lambda _: b"").raw


def test_an_impossible_notice_costs_the_others_of_its_batch_nothing(process: ExecWriter, library: Library):
    broken = Order({**samples.notice("registered", "operator", "sv"), "date": "never"}, NOTHING)
    nobody = Order({**samples.notice("registered", "operator", "sv"), "event": None, "audience": "nobody"}, NOTHING)
    first, second, third = process.write([broken, nobody, *orders("registered")], library)
    assert isinstance(first, str)
    assert isinstance(second, TemplateFailure | str)
    assert isinstance(third, bytes)


def test_a_template_that_fails_is_told_with_file_and_line(process: ExecWriter, library: Library, tmp_path: Path):
    wrong = library_with(library, tmp_path, "Hej\n\n{{ tiket.reference }}\n")
    (outcome,) = process.write(orders("registered"), wrong)
    assert isinstance(outcome, TemplateFailure)
    assert (outcome.file, outcome.line) == ("sv/operator/registered.md", 3)
    assert "ticket" in outcome.message


def test_a_reloaded_library_is_the_one_that_is_used(process: ExecWriter, library: Library, tmp_path: Path):
    other = library_with(library, tmp_path, "Nya ord för {{ ticket.reference }}.\n")
    before, after = (process.write(orders("registered"), one)[0] for one in (library, other))
    assert isinstance(before, bytes)
    assert isinstance(after, bytes)
    assert b"Nya ord" in after
    assert b"Nya ord" not in before


def test_a_time_zone_the_process_has_not_loaded_is_known_all_the_same(process: ExecWriter, library: Library):
    asked = orders("registered", timezone="Pacific/Auckland")
    assert process.write(asked, library) == InlineWriter().write(asked, library)


def test_a_process_that_was_killed_costs_no_mail(process: ExecWriter, library: Library):
    (before,) = process.write(orders("registered"), library)
    os.kill(process.pids()[0], signal.SIGKILL)
    (after,) = process.write(orders("registered"), library)
    assert after == before


def test_a_mail_too_large_for_the_memory_is_told_in_words_and_the_next_is_written(library: Library):
    writer = ExecWriter(memory=1_000_000)  # bytes: what is loaded before the limit stays
    file = File("stor.bin", "application/octet-stream", bytes(30_000_000))
    try:
        large, small = writer.write(
            [Order(orders("registered")[0].notice, Chosen((), (file,), ())), *orders("registered")], library
        )
    finally:
        writer.close()
    assert isinstance(large, str)
    assert large.startswith("rendering failed: the writer was lost")
    assert isinstance(small, bytes)
    assert writer.pids() == ()


_INSIDE = """
import os, socket, sys
from gateway.mail import confined, limits
from gateway.render import samples, worker
from gateway.render.files import Chosen, File
from gateway.render.finished import Opening, Order
from gateway.render.library import Library
from pathlib import Path
library = Library.load([Path("templates/mail")], [Path("branding")])
kept = worker._load(Opening(library, ("Europe/Oslo",)))
confined.confine(limits.PARSER_MEMORY)
def refused(do):
    try:
        do()
    except (OSError, MemoryError, ValueError):
        return "refused"
    return "done"
for name, do in {
    "read a file": lambda: open("/etc/passwd"),
    "open a socket": lambda: socket.socket(),
    "fork": lambda: os.fork() or os._exit(0),
    "run a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
}.items():
    sys.stdout.write(f"{name}: {refused(do)}\\n")
for audience, events in samples.EVENTS.items():
    for event in events:
        notice = samples.notice(event, audience, "nb") | {"timezone": "Europe/Oslo"}
        (outcome,) = worker.written([Order(notice, Chosen((), (), ()))], library)
        if not isinstance(outcome, bytes):
            sys.stdout.write(f"{audience} {event}: {outcome}\\n")
"""


def test_the_process_can_open_nothing_and_start_nothing_and_still_writes_every_mail():
    said = subprocess.run(
        [sys.executable, "-c", _INSIDE], cwd=REPOSITORY, check=True, capture_output=True, text=True, timeout=120
    )
    assert said.stdout.splitlines() == [
        "read a file: refused",
        "open a socket: refused",
        "fork: refused",
        "run a program: refused",
    ]


def test_a_process_of_which_nothing_is_asked_is_ended_and_comes_back_with_the_next_mail(library: Library):
    writer = ExecWriter()
    try:
        (before,) = writer.write(orders("registered"), library)
        writer.rest(3600)
        assert writer.pids() != ()
        writer.rest(0)
        assert writer.pids() == ()
        assert writer.write(orders("registered"), library) == [before]
    finally:
        writer.close()
