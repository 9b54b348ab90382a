"""`gateway status` and `doctor` tell how it is and what to do, beside a running daemon and without one (AD2, RE3)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import Daemon
from tests.support.house import PATIENCE, House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)


def narrow(text: str) -> str:
    assert [line for line in text.splitlines() if len(line) > 80 and len(line.split()) > 3] == []
    return text


def lines(daemon: Daemon, *arguments: str) -> list[Any]:
    return daemon.json(*arguments)


def test_a_gateway_that_is_well_says_so_and_names_its_process(house: House):
    house.write("Skrivaren", "Den är trasig.")
    house.daemon.idle()
    done = house.daemon.run("status")
    assert done.returncode == 0, done.stdout
    said = narrow(done.stdout)
    assert f"process {house.daemon.pid}" in said
    assert "acme: " in said
    assert "last sent" in said
    assert "wrong" not in said
    rows = lines(house.daemon, "status")
    assert rows[0]["daemons"] == [f"process {house.daemon.pid}"]
    assert any(row.get("desk") == "acme" and row["open_tickets"] >= 1 for row in rows)


def test_without_a_daemon_it_answers_all_the_same_and_says_what_is_missing(tmp_path: Path):
    daemon = Daemon(tmp_path)
    done = daemon.run("status")
    assert done.returncode == 1
    assert "none runs" in narrow(done.stdout)
    assert "systemctl start gateway" in done.stdout
    assert lines(daemon, "status")[0]["daemons"] == []


def test_what_is_wrong_stands_there_with_what_to_do(tmp_path: Path):
    daemon = Daemon(tmp_path)
    daemon.run("status")  # makes the database
    with closing(sqlite3.connect(daemon.database)) as db, db:
        old = 1767254400000000  # microseconds: 2026-01-01 08:00 UTC
        for n, state in enumerate(("parked", "held", "received")):
            db.execute(
                "INSERT INTO journal (state, reason, source, mail_from, sha256, size, in_blobs, copies, received_at,"
                " next_try_at, tries, error) VALUES (?, '', 'smtp', '', ?, 1, 0, 1, ?, ?, 0, '')",
                (state, f"x{n}", old, old),
            )
        db.execute("INSERT INTO pauses (scope, reason, since) VALUES ('all', 'a loop', ?)", (old,))
    said = narrow(daemon.run("status").stdout)
    for words in (
        "1 messages are parked",
        "gateway journal list --state parked",
        "a message is not worked on, since 2026-01-01 08:00 UTC",
        "a message waits for a person",
        "paused, all: a loop",
    ):
        assert words in " ".join(said.split()), words
    troubles = [row["trouble"] for row in lines(daemon, "status") if "trouble" in row]
    assert len(troubles) == 5, troubles


@pytest.fixture
def silent_server() -> Iterator[int]:
    """A peer that takes connections and says nothing SMTP knows: neither greeting nor TLS."""
    from socket import create_server

    with create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    client, _ = server.accept()
                except TimeoutError:
                    continue
                client.sendall(b"554 go away\r\n")
                client.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()


def test_the_doctor_names_each_thing_that_does_not_fit_and_what_to_do(tmp_path: Path, silent_server: int):
    relay = {"name": "relay", "host": "127.0.0.1", "port": silent_server, "tls": "none"}
    box = {"name": "box", "host": "127.0.0.1", "port": silent_server, "tls": "none", "user": "u", "trust": "google"}
    secret = tmp_path / "imap-password"
    secret.write_text("hemligt-lösenord-9")
    secret.chmod(0o600)
    daemon = Daemon(tmp_path, settings={"smarthost": [relay], "mailbox": [box | {"password": {"file": str(secret)}}]})
    done = daemon.run("doctor")
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(narrow(done.stdout).split())
    assert "ok files: settings, rules, templates and brands fit together" in said
    assert "wrong smarthost relay: go away" in said
    assert "wrong mailbox box: not" in said
    assert "ok trust of mailbox box" in said
    assert "mx.acme.example is believed; it must take forged fields away" in said
    assert "ok disk" in said
    assert "lösenord" not in done.stdout + done.stderr
    states = {row["about"]: row["state"] for row in lines(daemon, "doctor")}
    assert (states["smarthost relay"], states["SQLite"]) == ("wrong", "ok")


def test_the_doctor_is_content_with_a_smarthost_that_answers(house: House):
    before = len(house.sink.mails)
    findings = {row["about"]: row for row in lines(house.daemon, "doctor")}
    assert findings["smarthost sink"]["state"] == "ok", findings
    assert len(house.sink.mails) == before, "no mail is sent"


def test_a_new_key_signs_and_the_old_one_still_knows_our_mail(house: House):
    case = house.write("Tangentbordet", "En tangent sitter fast.")
    old = case.notice()
    assert "1 older ones still prove" in house.daemon.gateway("keys", "rotate")

    case.operator(old, "Jag kommer klockan tre.")
    case.got("answered")

    def known_as_ours() -> bool:
        house.daemon.send(old.raw, sender="", recipients=("support@acme.example",))
        house.daemon.idle()
        newest = house.daemon.json("journal", "list", "--limit", "1")[0]
        return newest["reason"] == "one of our own mails came back"

    eventually(known_as_ours, PATIENCE, lambda: house.daemon.log[-2000:])
