"""A03 and A05 in old mail: what is imported was laid into the archive by anybody, and From is anybody's there."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.attacks.scene import Scene, unused
from tests.support import letters
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)


def kept(raw: bytes, hours: int, answers: str | None = None) -> bytes:
    """Return a mail as an archive has it: written some hours ago."""
    at = format_datetime(datetime.now(UTC) - timedelta(hours=hours))
    lines = [f"Date: {at}".encode() if line.startswith(b"Date:") else line for line in raw.split(b"\r\n")]
    head = f"In-Reply-To: {answers}\r\nReferences: {answers}\r\n".encode() if answers else b""
    return head + b"\r\n".join(lines)


def archive(file: Path, *mails: bytes) -> Path:
    box = mailbox.mbox(str(file), create=True)
    for mail in mails:
        box.add(mail.replace(b"\r\n", b"\n"))
    box.close()
    return file


def bring_in(scene: Scene, file: Path) -> None:
    scene.daemon.gateway("import", str(file), "--desk", "acme", "--open-since", "2022-01-01", "--json")


def test_a03_a_forged_answer_in_an_archive_lets_nobody_into_a_ticket(scene: Scene, tmp_path: Path):
    """Mail that says to be from the desk and was delivered to it is in every old mailbox: spam, and worse."""
    alice, mallory = unused("alice"), unused("mallory", "evil.example")
    first = letters.plain("Gammal fråga", "Hur gör man?\r\n", sender=alice, message_id=f"<first-{alice}>")
    forged = letters.plain("Re: Gammal fråga", "Så här.\r\n", sender=letters.DESK, to=alice, cc=mallory)
    forged = (
        f"Delivered-To: support@acme.example\r\nReceived: from evil.example by mx.acme.example; {letters.DESK}\r\n".encode()
        + forged
    )
    bring_in(scene, archive(tmp_path / "old.mbox", kept(first, 20), kept(forged, 19, f"<first-{alice}>")))
    ticket = next(t for t in scene.daemon.json("ticket", "list", "--view", "all") if t["subject"] == "Gammal fråga")
    ticket = scene.ticket(ticket["reference"])
    assert mallory not in str(ticket["participants"])
    kinds = [(entry["kind"], entry["verified"]) for entry in ticket["entries"]]
    assert kinds == [("message", True), ("message", False)], "kept, and believed in nothing"
    again = letters.proven(kept(letters.plain("Re: Gammal fråga", "Hallå?\r\n", sender=alice), 0, f"<first-{alice}>"))
    scene.send(again)
    notice = eventually(lambda: [m for m in scene.about(ticket["reference"]) if "Hallå?" in m.text], 60)[0]
    scene.daemon.send(letters.operator(notice.raw, "Nu har vi löst det."))
    assert "Nu har vi löst det." in scene.mail(alice, "answered", ticket["reference"]).text
    scene.settled()
    assert scene.sink.to(mallory) == []
