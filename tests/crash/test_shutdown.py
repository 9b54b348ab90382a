"""A clean end under load, and what must not end with a part of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from reliability import verdict
from reliability.senders import Senders
from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.sink import Sink
from tests.support.waiting import eventually


@pytest.mark.timeout(180)
def test_three_clean_ends_under_load_lose_nothing_and_exit_with_zero(tmp_path: Path):
    with Sink() as sink, Daemon(tmp_path, sink=sink) as daemon:
        senders = Senders(lambda: daemon.address() if daemon.running and daemon.listening else None, 4, 7, 0.01)
        senders.start()
        for _ in range(3):
            wanted = len(senders.acked) + 20
            eventually(lambda wanted=wanted: len(senders.acked) >= wanted, 30, lambda: daemon.log)
            daemon.listening, listening = {}, daemon.listening
            assert listening
            daemon.restart()
        assert senders.finish()
        eventually(lambda: verdict.waiting(daemon.database) == 0, 60, lambda: daemon.log)
        daemon.terminate()
        facts = {"kills": 0, "seed": 7, "seconds": 0, "retries": senders.retries}
        delivered = [mail.message_id for mail in sink.mails]
        found = verdict.judge(daemon.database, senders.acked, senders.refused, delivered, facts, ())
    assert found.faults == {}, found.table()


def test_a_clean_end_leaves_no_worker_behind(tmp_path: Path):
    with Daemon(tmp_path) as daemon:
        daemon.send(letters.customer("Skrivaren", "Den är trasig."))
        eventually(lambda: daemon.workers, 30, lambda: daemon.log)
        daemon.terminate()
        eventually(lambda: not daemon.outlived, 10, lambda: f"still there: {daemon.outlived}")


def test_a_killed_parser_costs_no_mail(tmp_path: Path):
    with Sink() as sink, Daemon(tmp_path, sink=sink) as daemon:
        for number in range(6):
            # Twice only: a mail has three processes, and on a busy machine the first would lose all of them.
            for worker in daemon.workers if number in {2, 4} else []:
                os.kill(worker, signal.SIGKILL)
            daemon.send(letters.customer(f"Ärende {number}", "Skrivaren är trasig."))
        eventually(lambda: verdict.waiting(daemon.database) == 0, 60, lambda: daemon.log)
        # A death may cost a mail its parse; it is a ticket with the raw mail attached all the same.
        assert {(row["id"], row["state"]) for row in daemon.json("journal", "list")} == {
            (id_, "done") for id_ in range(1, 7)
        }
        assert len(daemon.tickets()) == 6


def test_mails_behind_poison_become_tickets(tmp_path: Path):
    with Sink() as sink, Daemon(tmp_path, sink=sink) as daemon:
        for number in range(3):
            daemon.send(letters.poison(f"gift {number}"))
            daemon.send(letters.customer(f"Ärende {number}", "Skrivaren är trasig."))
        eventually(lambda: verdict.waiting(daemon.database) == 0, 60, lambda: daemon.log)
        subjects = {ticket["subject"] for ticket in daemon.tickets()}
        assert {f"Ärende {number}" for number in range(3)} <= subjects
        states = {row["state"] for row in daemon.json("journal", "list")}
        assert states <= {"done", "held", "parked"}


def test_a_second_daemon_on_the_same_database_is_refused_and_the_first_goes_on(tmp_path: Path):
    with Sink() as sink, Daemon(tmp_path, sink=sink) as daemon:
        second = daemon.run("run")
        assert second.returncode != 0
        assert "ready" not in second.stdout.splitlines()
        daemon.send(letters.customer("Skrivaren", "Den är trasig."))
        eventually(daemon.tickets, 30, lambda: daemon.log)
