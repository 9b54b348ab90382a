"""The command line beside a running daemon: every command answers, fits 80 columns and ends with the right status."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support import letters
from tests.support.house import Case, House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def case(house: House) -> Case:
    """A ticket with a receipt, two notices and an answer."""
    case = house.write("Skrivaren på plan 3 är trasig igen", "Den är trasig.", attachments=[("bild.bin", b"\x00\x01")])
    case.operator(case.notice(), "Hej Karin!\n\nJag kommer klockan tre.")
    case.got("answered")
    house.daemon.idle()
    return case


def _said(house: House, *arguments: str, code: int = 0) -> str:
    """Return what a command says, and see that it fits the terminal and ends with the right status."""
    done = house.daemon.run(*arguments)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    # An id or a digest is one word and stays whole, to be copied.
    wide = [line for line in done.stdout.splitlines() if len(line) > 80 and len(line.split()) > 3]
    assert wide == [], wide
    return done.stdout or done.stderr


def test_tickets_are_listed_and_shown(house: House, case: Case):
    listed = _said(house, "ticket", "list")
    assert case.reference in listed
    assert "Skrivaren på plan 3" in listed
    shown = _said(house, "ticket", "show", case.reference)
    assert "Karin Berg <" in shown
    assert "Jag kommer klockan tre." in shown
    assert "answered" in shown
    assert "{'" not in shown, "facts are written for people"
    assert "no ticket 'ACME-9'" in _said(house, "ticket", "show", "ACME-9", code=1)
    assert "to-answer" in _said(house, "ticket", "list", "--view", "nonsense", code=2)


def test_orders_are_done_or_refused_with_the_reason(house: House, case: Case):
    assert "#priority" in _said(house, "ticket", "do", case.reference, "#priority high", "#tag +plan3", "--as", "anna")
    assert (case.ticket["priority"], case.ticket["tags"]) == ("high", ["plan3"])
    assert "Did you mean #priority?" in _said(
        house, "ticket", "do", case.reference, "#prioriti low", "--as", "anna", code=1
    )
    assert case.ticket["priority"] == "high", "a mistyped order changes nothing"
    _said(house, "ticket", "do", case.reference, "lös det", "--as", "anna", code=1)
    _said(house, "ticket", "do", "ACME-9", "#ta", "--as", "anna", code=1)
    assert "unknown operator 'nobody'" in _said(house, "ticket", "do", case.reference, "#ta", "--as", "nobody", code=1)


def test_the_journal_is_listed_and_gives_back_the_exact_bytes(house: House, case: Case):
    listed = _said(house, "journal", "list")
    assert "done" in listed
    rows = house.daemon.json("journal", "list")
    mine = next(row for row in rows if row["mail_from"] == case.address)
    assert str(mine["id"]) in listed
    shown = _said(house, "journal", "show", str(mine["id"]))
    assert case.address in shown
    raw = house.daemon.gateway("journal", "show", str(mine["id"]), "--raw")
    assert "Den =C3=A4r trasig." in raw
    assert "no message 9999" in _said(house, "journal", "show", "9999", code=1)
    assert "waits for no decision" in _said(house, "journal", "accept", str(mine["id"]), code=1)
    assert "held" in _said(house, "journal", "list", "--state", "nonsense", code=2)


def test_a_held_message_is_accepted_on_a_ticket_or_discarded(house: House, case: Case):
    for text in ("#lösst", "#slutt-ä"):
        case.operator(case.notice(), text)
    held = eventually(lambda: (h := house.daemon.json("journal", "list", "--state", "held"))[1:] and h, 30)
    first, second = (str(row["id"]) for row in held)
    assert "accepted" in _said(house, "journal", "accept", first, "--as", "note", "--ticket", case.reference)
    assert "discarded" in _said(house, "journal", "discard", second)
    eventually(lambda: not house.daemon.json("journal", "list", "--state", "held"), 30)
    assert [row["id"] for row in house.daemon.json("journal", "list", "--state", "discarded")] == [int(second)]
    assert "worked on again" in _said(house, "journal", "replay", second)
    eventually(lambda: house.daemon.json("journal", "list", "--state", "held"), 30)
    _said(house, "journal", "discard", second)


def test_the_outbox_is_listed_and_gives_back_the_exact_mail(house: House, case: Case):
    listed = _said(house, "outbox", "list")
    assert "registered" in listed
    answered = case.got("answered")
    row = next(r for r in house.daemon.json("outbox", "list") if r["message_id"] == answered.message_id)
    assert case.address in _said(house, "outbox", "show", str(row["id"]))
    done = subprocess.run(
        [*house.daemon.program, "outbox", "show", str(row["id"]), "--raw", "--config", str(house.daemon.config)],
        cwd=house.daemon.folder, env=house.daemon.environment, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == answered.raw, "byte for byte what was sent"
    assert "does not allow it" in _said(house, "outbox", "cancel", str(row["id"]), code=1)
    assert "no mail 9999" in _said(house, "outbox", "show", "9999", code=1)


def test_a_mail_handed_over_on_a_pipe_opens_a_ticket(house: House):
    sender = house.customer()
    raw = letters.customer("Genom ett rör", "Den är trasig.", sender=sender)
    address = sender.partition("<")[2].rstrip(">")
    said = house.daemon.gateway("receive", "--from", address, "--to", letters.DESK, stdin=raw)
    assert said.startswith("journal ")
    house.mail(address, "registered")
    again = house.daemon.gateway("receive", "--from", address, "--to", letters.DESK, stdin=raw)
    assert "came before" in again


def test_a_story_is_explained_before_and_after_it_happens(house: House, case: Case, tmp_path: Path):
    file = tmp_path / "brev.eml"
    file.write_bytes(letters.customer("Ett brev", "Den är trasig."))
    before = len(house.daemon.json("journal", "list"))
    told = _said(house, "rules", "explain", str(file))
    assert "registered" in told
    assert len(house.daemon.json("journal", "list")) == before, "nothing happens"
    assert "answered" in _said(house, "rules", "explain", "--ticket", case.reference)
    _said(house, "rules", "explain", code=2)
    _said(house, "rules", "explain", str(tmp_path / "nothing.eml"), code=1)


def test_the_state_of_the_world_is_told(house: House, case: Case, tmp_path: Path):
    assert "fit together" in _said(house, "check")
    assert _said(house, "addresses") == "support@acme.example\tacme\n"
    assert _said(house, "addresses", "--postfix") == "support@acme.example\tOK\n"
    _said(house, "status")
    assert "ok" in _said(house, "db", "check")
    house.daemon.gateway("db", "backup", str(tmp_path / "backup"))
    assert any((tmp_path / "backup").rglob("*")), "database and blobs"
    assert json.loads(house.daemon.gateway("rules", "schema"))["type"] == "object"


def test_a_starter_fits_together_and_overwrites_nothing(house: House, tmp_path: Path):
    folder = tmp_path / "new"

    def gateway(*arguments: str) -> str:
        done = subprocess.run(
            [*house.daemon.program, *arguments],
            cwd=tmp_path, env=house.daemon.environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    assert "written" in gateway("init", str(folder))
    (folder / "rules.yaml").write_text((folder / "rules.yaml").read_text() + "# mine\n")
    assert "kept" in gateway("init", str(folder))
    assert (folder / "rules.yaml").read_text().endswith("# mine\n")
    assert "fit together" in gateway("check", "--config", str(folder / "gateway.toml"))
