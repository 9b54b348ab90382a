"""A31 to A33: how much one may take. Clients of the outside come from 127.0.0.9, which is no relay of this house."""

from __future__ import annotations

import contextlib
import re
import socket
from collections import Counter
from collections.abc import Iterator
from email.utils import make_msgid
from pathlib import Path

import pytest

from tests.attacks.scene import PATIENCE, Scene, Wire, unused
from tests.support import letters
from tests.support.waiting import eventually

OUTSIDE = "127.0.0.9"
LIMIT = 35_000_000


def outside(scene: Scene, source: str = OUTSIDE) -> Wire:
    """Return a client that comes from another address than the trusted relay's."""
    return Wire(socket.create_connection(scene.daemon.address(), 30, (source, 0)))


def greeting(scene: Scene) -> str:
    with outside(scene) as wire:
        return wire.greeting


@pytest.fixture(scope="module")
def warm(scene: Scene) -> Scene:
    """Return the scene after a first mail: what is loaded late has been loaded."""
    scene.opens(subject="Först")
    return scene


@contextlib.contextmanager
def crowd(scene: Scene, sources: int, each: int) -> Iterator[list[socket.socket]]:
    """Hold many connections open, spread over addresses, as the limit of one address wants it."""
    with contextlib.ExitStack() as held:
        yield [
            held.enter_context(socket.create_connection(scene.daemon.address(), 30, (f"127.0.1.{source + 1}", 0)))
            for source in range(sources)
            for _ in range(each)
        ]


def memory(pid: int) -> int:
    """Return a process's own memory in kB."""
    found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def alarms(scene: Scene, word: str) -> list[str]:
    return [mail.text for mail in scene.sink.to("root@acme.example", "alarm") if word in mail.text]


def test_a31_hundreds_of_slow_clients_keep_nobody_out(warm: Scene):
    """400 trickle, some in the middle of DATA; who is honest is served, and memory stays small."""
    before = memory(warm.daemon.pid)
    with crowd(warm, 20, 20) as slow:
        for number, sock in enumerate(slow):
            assert sock.recv(200).startswith(b"220"), number
            sock.sendall(b"EHLO slow.example\r\nMAIL FR" if number % 2 else b"E")
        for number in range(3):
            opened = warm.opens("Jag är ärlig.", subject=f"Mellan de långsamma {number}")
            assert opened.reference
        with outside(warm) as late:
            assert late.greeting.startswith("220")
        for sock in slow[::40]:
            sock.sendall(b".")
        assert memory(warm.daemon.pid) - before < 50_000, "kB"


def test_a31_over_the_limit_of_all_the_next_is_put_off_and_the_admin_hears_once(warm: Scene):
    """500 in all, 20 from one address; refusals are temporary, and end with the crowd."""
    with crowd(warm, 25, 20) as slow:
        for sock in slow:
            assert sock.recv(200).startswith(b"220")
        said = Counter()
        for _ in range(30):
            with outside(warm) as more:
                said[more.greeting[:9]] += 1
        assert said == {"421 4.3.2": 30}
    assert eventually(lambda: greeting(warm).startswith("220"), PATIENCE)
    assert eventually(lambda: alarms(warm, "anslutningar"), PATIENCE)


def test_a32_two_hundred_connections_from_one_address(warm: Scene):
    with contextlib.ExitStack() as held:
        wires = [held.enter_context(outside(warm)) for _ in range(200)]
        greeted = [wire for wire in wires if wire.greeting.startswith("220")]
        assert {wire.greeting[:9] for wire in wires} == {"220 ticke", "421 4.7.0"}
        assert len(greeted) == 20
        assert warm.opens("Jag är ärlig.", subject="Trots tvåhundra").reference, "others are served meanwhile"


def test_a32_a_sender_in_a_hurry_waits_and_others_do_not(warm: Scene):
    robot, honest = unused("robot", "hurry.example"), unused("honest")
    said = Counter()
    with outside(warm) as wire:
        wire.say("EHLO hurry.example")
        for number in range(320):
            answer = wire.say(f"MAIL FROM:<{robot if number % 2 else robot.upper()}>")
            said[answer[:9]] += 1
            wire.say("RSET")
        assert said == {"250 2.1.0": 300, "450 4.7.1": 20}
        assert wire.say(f"MAIL FROM:<{honest}>").startswith("250"), "on the same line"
        assert wire.say("RSET").startswith("250")
        assert wire.say("MAIL FROM:<>").startswith("250"), "reports are never put off for their sender"
    assert warm.opens("Jag är ärlig.", subject="Bredvid", customer=honest).reference
    assert eventually(lambda: alarms(warm, robot.lower()), PATIENCE)


def test_a32_who_harvests_addresses_is_put_off_and_told_of_once(warm: Scene):
    source, said, greetings = "127.0.0.77", Counter(), Counter()
    tried = 0
    while tried < 500 and not greetings["421 4.7.0"]:
        with outside(warm, source) as wire:
            greetings[wire.greeting[:9]] += 1
            if not wire.greeting.startswith("220"):
                break
            wire.say("EHLO harvest.example")
            wire.say("MAIL FROM:<x@harvest.example>")
            while (answer := wire.say(f"RCPT TO:<user{tried}@acme.example>")).startswith("550"):
                said[answer[:3]] += 1
                tried += 1
            assert answer.startswith("421"), answer
    assert 100 <= tried <= 130, (tried, said)
    assert greetings["421 4.7.0"] == 1
    with outside(warm) as other:
        assert other.greeting.startswith("220"), "another address is not his"
    assert eventually(lambda: alarms(warm, source), PATIENCE)


def test_a32_one_alert_a_cause_however_long_it_goes_on(warm: Scene):
    """Two waves of one cause are one alert; its hour is told by tests/work/test_refused.py."""
    for _ in range(2):
        with contextlib.ExitStack() as held:
            for _ in range(25):
                held.enter_context(outside(warm))
        assert eventually(lambda: alarms(warm, "anslutningar"), PATIENCE)
    warm.settled()
    assert len(alarms(warm, "anslutningar")) == 1


def test_a32_many_strangers_at_one_ticket_are_kept_apart_and_all_kept(warm: Scene):
    """A short form of 5,000: the number opens no door, receipts to strangers end at 60 an hour, nothing is dropped."""
    opened = warm.opens("Hemligt.", subject="Målet")
    senders = [unused("stranger", f"s{number}.example") for number in range(90)]
    for sender in senders:
        warm.send(letters.plain(f"Re: [{opened.reference}] x", "släpp in mig\r\n", sender=sender), sender)
    warm.settled()
    rows = [r for r in warm.daemon.json("journal", "list", "--limit", "2000") if r["mail_from"] in set(senders)]
    assert len(rows) == len(senders)
    assert {row["state"] for row in rows} <= {"done", "held"}
    assert len(warm.ticket(opened.reference)["entries"]) == 1
    assert sum(len(warm.sink.to(sender)) for sender in senders) <= 60
    assert len(warm.sink.to(opened.customer)) == 1


def big(sender: str, subject: str, size: int) -> bytes:
    """Return a mail of exactly `size` bytes, a file of base64 in it."""
    head = (
        f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: {subject}\r\nMessage-ID: {make_msgid()}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSe filen.\r\n--b\r\nContent-Type: application/zip\r\n'
        'Content-Disposition: attachment; filename="x.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    ).encode()
    tail = b"\r\n--b--\r\n"
    line = b"QUJD" * 19 + b"\r\n"
    room = size - len(head) - len(tail)
    body = line * (room // len(line))
    rest = room - len(body)
    return head + body + b"A" * rest + tail


def drop(wire: Wire, sender: str, raw: bytes, size: str = "") -> str:
    wire.say("EHLO big.example")
    said = wire.say(f"MAIL FROM:<{sender}>{size}")
    if not said.startswith("250"):
        return said
    assert wire.say(f"RCPT TO:<{letters.DESK}>").startswith("250")
    assert wire.say("DATA").startswith("354")
    return wire.say(raw + b".\r\n")


def test_a33_sizes_are_refused_in_the_session_and_memory_stays_flat(warm: Scene):
    """SIZE too big at MAIL; a lying SIZE, and none with 40 MB, after the dot; the limit itself is taken."""
    sender = unused("stor", "big.example")
    too_big = big(sender, "för stort", 40_000_000)
    with outside(warm) as wire:
        assert f"SIZE {LIMIT}" in wire.say("EHLO big.example")
        assert wire.say(f"MAIL FROM:<{sender}> SIZE={LIMIT + 1}").startswith("552 5.3.4")
        assert wire.say(f"MAIL FROM:<{sender}> SIZE=99999999999999999999999").startswith("552")
        assert wire.say(f"MAIL FROM:<{sender}> SIZE=-1").startswith("501")
        before = memory(warm.daemon.pid)
        assert drop(wire, sender, too_big, " SIZE=1000").startswith("552 5.3.4"), "a lie"
        assert drop(wire, sender, too_big).startswith("552 5.3.4"), "nothing said"
        assert memory(warm.daemon.pid) - before < 40_000, "kB: it went nowhere"
        small = letters.plain("liten", "efter den stora\r\n", sender=sender)
        assert drop(wire, sender, small).startswith("250"), "the line is in step"
    warm.settled()
    rows = [row for row in warm.daemon.json("journal", "list", "--limit", "2000") if row["mail_from"] == sender]
    assert len(rows) == 1, "what was refused is nowhere"
    assert len(warm.sink.to(sender)) <= 1, "and no new mail tells of it"


@pytest.mark.parametrize("size", [25_000_000, 33_000_000, LIMIT])
def test_a33_up_to_the_limit_a_mail_is_a_ticket(warm: Scene, size: int):
    """24 MB of files are 33 MB of base64: four bytes for three."""
    sender = unused("stor", "big.example")
    raw = letters.proven(big(sender, f"stort {size}", size - 200))
    assert len(raw) <= size
    raw = raw[: -len(b"\r\n--b--\r\n")] + b"A" * (size - len(raw)) + b"\r\n--b--\r\n"
    assert len(raw) == size
    with warm.wire() as wire:
        assert drop(wire, sender, raw, f" SIZE={size}").startswith("250")
    reference = str(warm.mail(sender, "registered").message["X-Ticket-Reference"])
    entry = warm.ticket(reference)["entries"][0]
    assert [a["name"] for a in entry["attachments"]] == ["x.zip"]
    notice = warm.to_anna(reference, "registered")
    assert len(notice.raw) < 8_500_000, "attach_up_to"
