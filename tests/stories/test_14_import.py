"""Old mail comes in as history while the gateway runs: nothing leaves, threads hold, a running conversation goes on (IN3, IN5, TH7)."""

from __future__ import annotations

import json
import mailbox
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import letters
from tests.support.daemon import RULES
from tests.support.house import PATIENCE, House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)
HOUSE_RULES = RULES.replace("prefix: ACME\n", "prefix: ACME\n    reference_aliases: ['\\[RT\\.acme #(\\d+)\\]']\n")
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
LONG_AGO = datetime(2021, 3, 1, 9, 30, tzinfo=UTC)


def old(name: str, subject: str, text: str, *, at: datetime, answers: str = "", **more: Any) -> bytes:
    """Return a mail of an archive: its Message-ID is `<name@old.example>`."""
    headers = {"In_Reply_To": f"<{answers}@old.example>", "References": f"<{answers}@old.example>"} if answers else {}
    stamp = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    raw = letters.plain(subject, text, message_id=f"<{name}@old.example>", **headers, **more)
    lines = [f"Date: {stamp}".encode() if line.startswith(b"Date:") else line for line in raw.split(b"\r\n")]
    return b"\r\n".join(lines)


def mbox(file: Path, *mails: bytes) -> Path:
    """Write an mbox as other programs write it."""
    box = mailbox.mbox(str(file), create=True)
    for mail in mails:
        box.add(mail.replace(b"\r\n", b"\n"))
    box.close()
    return file


def counts(house: House, *arguments: str) -> Any:
    return json.loads(house.daemon.gateway("import", *arguments, "--desk", "acme", "--json"))


def imported(house: House, subject: str) -> Any:
    rows = [t for t in house.daemon.json("ticket", "list", "--view", "all") if t["subject"] == subject]
    assert len(rows) == 1, rows
    return house.daemon.ticket(rows[0]["reference"])


def test_an_mbox_is_history_nothing_leaves_and_nothing_comes_twice(house: House, tmp_path: Path):
    before = len(house.sink.mails)
    file = mbox(
        tmp_path / "support.mbox",
        # The answer lies before what it answers, and a line of the text begins with From.
        old("a2", "Sv: Gammalt fel", "Prova igen.\n\nFrom nu ska det gå.", at=LONG_AGO + timedelta(hours=2), answers="a1",
            sender=letters.ANNA, to="Olle Ek <olle@kund.example>"),
        old("a1", "Gammalt fel", "Det går inte att logga in.", at=LONG_AGO, sender="Olle Ek <olle@kund.example>"),
        old("a3", "Sv: Gammalt fel", "Bara mellan oss.", at=LONG_AGO + timedelta(hours=3), answers="a2",
            sender=letters.ANNA, to=letters.BO),
        old("b1", "Annat fel", "Skärmen är svart.", at=LONG_AGO, sender="Olle Ek <olle@kund.example>"),
    )  # fmt: skip
    would = counts(house, str(file), "--dry-run")
    assert (would["imported"], would["tickets"], would["dry_run"]) == (4, 2, True)
    done = counts(house, str(file))
    assert (done["imported"], done["tickets"], done["known"], done["failed"]) == (4, 2, 0, 0)
    again = counts(house, str(file))
    assert (again["imported"], again["tickets"], again["known"]) == (0, 0, 4)

    ticket = imported(house, "Gammalt fel")
    assert (ticket["status"], ticket["source"]) == ("closed", "import")
    assert ticket["created_at"].startswith("2021-03-01T09:30")
    assert ticket["requester"]["address"] == "olle@kund.example"
    assert [(e["kind"], e["visibility"]) for e in ticket["entries"]] == [
        ("message", "public"), ("answer", "public"), ("note", "internal"),
    ]  # fmt: skip
    assert "From nu ska det gå." in ticket["entries"][1]["text"]
    assert any("imported on" in line["cause"] for line in ticket["history"])
    house.daemon.idle()
    assert len(house.sink.mails) == before, "nothing left"
    assert ticket["mails"] == []


def test_a_broken_off_import_is_finished_by_the_next_one(house: House, tmp_path: Path):
    mails = [old(f"c{n}", "Avbruten flytt", f"Mail {n}", at=LONG_AGO + timedelta(minutes=n), answers="c0" if n else "")
             for n in range(6)]  # fmt: skip
    first = mbox(tmp_path / "half.mbox", *mails[:3])
    assert counts(house, str(first))["imported"] == 3
    whole = counts(house, str(mbox(tmp_path / "whole.mbox", *mails)))
    assert (whole["imported"], whole["known"], whole["tickets"]) == (3, 3, 0)
    assert [e["text"] for e in imported(house, "Avbruten flytt")["entries"]] == [f"Mail {n}" for n in range(6)]


def test_a_maildir_with_folders_comes_in_and_what_is_no_mail_is_told(house: House, tmp_path: Path):
    box = mailbox.Maildir(str(tmp_path / "box"), create=True)
    box.add(old("d1", "Maildir", "Hej", at=LONG_AGO, sender="Lisa <lisa@kund.example>"))
    sent = box.add_folder("Sent")
    sent.add(old("d2", "Re: Maildir", "Svar", at=LONG_AGO + timedelta(days=1), answers="d1", sender=letters.ANNA,
                 to="lisa@kund.example"))  # fmt: skip
    (tmp_path / "box" / "dovecot-uidlist").write_text("3 V1 N2\n")
    done = house.daemon.run("import", str(tmp_path / "box"), "--desk", "acme")
    assert done.returncode == 0, done.stderr
    assert "2 mails imported, 1 tickets opened" in done.stdout
    assert "no mail by their name" in done.stderr
    assert len(imported(house, "Maildir")["entries"]) == 2


def test_the_old_systems_number_finds_the_ticket_for_who_takes_part_and_for_nobody_else(house: House, tmp_path: Path):
    name = "[RT.acme #4711] Fakturan"
    file = mbox(tmp_path / "rt.mbox", old("e1", name, "Den är fel.", at=YESTERDAY, sender=letters.CUSTOMER))
    counts(house, str(file), "--open-since", "2022-01-01")
    ticket = imported(house, "[RT.acme #4711] Fakturan")
    assert (ticket["status"], ticket["foreign_references"]) == ("open", ["rt.acme #4711"])

    house.daemon.send(letters.plain(f"Re: {name}", "Har ni hunnit titta?"))

    def texts() -> list[str]:
        return [e["text"] for e in house.daemon.ticket(ticket["reference"])["entries"]]

    eventually(lambda: "Har ni hunnit titta?" in texts(), PATIENCE, texts)
    house.daemon.send(letters.plain(f"Re: {name}", "Visa mig allt.", sender="Mallory <mallory@evil.example>"))
    house.daemon.idle()
    stranger = next(t for t in house.daemon.tickets() if t["requester"] == "mallory@evil.example")
    assert stranger["reference"] != ticket["reference"]
    assert house.daemon.ticket(stranger["reference"])["links"] == [f"claims {ticket['reference']}"]
    assert "Visa mig allt." not in texts()


def test_what_is_not_there_or_no_desk_is_said_in_a_sentence(house: House, tmp_path: Path):
    missing = house.daemon.run("import", str(tmp_path / "none"), "--desk", "acme")
    assert (missing.returncode, "is not there" in missing.stderr) == (1, True)
    file = mbox(tmp_path / "one.mbox", old("f1", "Ett", "Hej", at=LONG_AGO))
    desk = house.daemon.run("import", str(file), "--desk", "acm")
    assert (desk.returncode, "did you mean 'acme'?" in desk.stderr) == (1, True)
