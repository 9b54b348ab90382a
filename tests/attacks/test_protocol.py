"""A20 and A25 to A29: what can be done to the daemon with the protocol alone."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import struct

import pytest

from tests.attacks.scene import PATIENCE, Scene, unused
from tests.support import letters
from tests.support.waiting import eventually

TERMINATORS = (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n")


def mail(sender: str, subject: str, text: bytes = b"x") -> bytes:
    head = f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@evil.example>\r\n\r\n"
    return head.encode() + text + b"\r\n"


def rows_of(scene: Scene, sender: str) -> list[dict[str, object]]:
    scene.settled()
    return [row for row in scene.daemon.json("journal", "list", "--limit", "1000") if row["mail_from"] == sender]


def test_a20_eight_false_terminators_smuggle_nothing(scene: Scene):
    mallory, forged = unused("mallory", "evil.example"), unused("chef", "acme.example")
    for number, end in enumerate(TERMINATORS):
        inner = f"MAIL FROM:<{forged}>\r\nRCPT TO:<{letters.DESK}>\r\nDATA\r\n".encode() + mail(forged, "smuggled")
        with scene.wire() as wire:
            wire.up_to_data(mallory)
            said = wire.say(mail(mallory, f"outer{number}", b"x" + end + inner) + b".\r\n")
            assert said.startswith("250"), (end, said)
            assert wire.say("NOOP").startswith("250"), "the conversation is in step"
    rows = rows_of(scene, mallory)
    assert len(rows) == len(TERMINATORS), "exactly one message each"
    assert rows_of(scene, forged) == []
    assert not [t for t in scene.daemon.json("ticket", "list") if t["subject"] == "smuggled"]


def test_a20_commands_before_our_reply_are_cut_off_and_nothing_is_kept(scene: Scene):
    mallory, forged = unused("mallory", "evil.example"), unused("chef", "acme.example")
    with scene.wire() as wire:
        wire.up_to_data(mallory)
        said = wire.say(mail(mallory, "early") + b".\r\nMAIL FROM:<" + forged.encode() + b">\r\n")
        assert said.startswith("554"), said
        assert wire.reply() == ""
    assert rows_of(scene, mallory) == rows_of(scene, forged) == []


@pytest.mark.parametrize(
    "recipient",
    [
        "karin@umbrella.example", "nobody@acme.example", "support%umbrella.example@acme.example", "postmaster@acme.example",
        "support@acme.example@umbrella.example", "umbrella.example!karin@acme.example", '"support@acme.example"',
        '"support"@acme.example', '"karin@umbrella.example"@acme.example', "@acme.example:karin@umbrella.example",
        "@acme.example", "support@", "support", "support@[127.0.0.1]", "support@äcme.example",
        "support@\u0430cme.example", "support@xn--cme-rla.example", "support@acme.example,karin@umbrella.example",
        "support@acme.example karin@umbrella.example", "sup port@acme.example", "anna@acme.example", "support@acme.example\0",
        "support@acme.example\u2028", "support@acme\u3002example@umbrella.example", "support+x@umbrella.example",
    ],
)  # fmt: skip
def test_a25_nothing_is_relayed_not_even_from_localhost(scene: Scene, recipient: str):
    with scene.wire() as wire:
        wire.say("EHLO localhost")
        assert wire.say("MAIL FROM:<root@localhost> SMTPUTF8").startswith("250")
        said = wire.say(f"RCPT TO:<{recipient}>")
        assert said[:3] in {"550", "501", "555"}, said
        assert wire.say("DATA").startswith("503"), "no recipient, no mail"


def test_a25_our_own_address_is_taken_in_any_case(scene: Scene):
    with scene.wire() as wire:
        wire.say("EHLO localhost")
        assert wire.say("MAIL FROM:<>").startswith("250")
        assert wire.say("RCPT TO:<SUPPORT@Acme.EXAMPLE>").startswith("250")


def test_a26_the_null_sender_is_taken_and_never_answered(scene: Scene):
    victim = unused("victim")
    raw = mail(victim, "nobody")
    for spelling in ("<>", "< >"):
        with scene.wire() as wire:
            wire.say("EHLO evil.example")
            said = wire.say(f"MAIL FROM:{spelling}")
            if spelling == "< >" and said.startswith("501"):
                continue
            assert said.startswith("250")
            assert wire.say(f"RCPT TO:<{letters.DESK}>").startswith("250")
            assert wire.say("DATA").startswith("354")
            assert wire.say(raw + b".\r\n").startswith("250")
    row = scene.journal(raw)[0]
    assert row["mail_from"] == ""
    assert scene.sink.to(victim) == [], scene.sink.summary()
    assert [mail for mail in scene.sink.mails if "" in mail.recipients] == []


def test_a27_our_own_trouble_is_temporary_and_its_text_stays_with_us(scene: Scene):
    sender = unused("unlucky")
    raw = letters.proven(letters.plain("hicc-up", "x\r\n", sender=sender))
    scene.settled()
    with contextlib.closing(sqlite3.connect(scene.daemon.database, timeout=30, isolation_level=None)) as database:
        database.execute("ALTER TABLE journal_raw RENAME TO taken_away")
        try:
            with scene.wire() as wire:
                wire.up_to_data(sender)
                said = wire.say(raw + b".\r\n")
        finally:
            database.execute("ALTER TABLE taken_away RENAME TO journal_raw")
    assert said.startswith("451 4.3.0"), said
    for ours in ("journal", "sqlite", "Error", "SELECT", "INSERT", str(scene.daemon.state)):
        assert ours.lower() not in said.lower()
    scene.send(raw)  # the relay tries again
    assert scene.journal(raw)[0]["state"] == "done"
    assert len(scene.mail(sender, "registered").recipients) == 1


def test_a28_lines_of_any_length_are_taken_as_they_are(scene: Scene):
    sender = unused("long")
    raws = [mail(sender, f"line{length}", b"y" * length + b"\r\nslut") for length in (999, 2049, 200_000, 2_000_000)]
    for raw in raws:
        with scene.wire() as wire:
            wire.up_to_data(sender)
            assert wire.say(raw + b".\r\n").startswith("250")
    rows = scene.journal(*raws)
    assert [row["state"] for row in rows] == ["done"] * len(raws)
    kept = scene.daemon.gateway("journal", "show", str(rows[2]["id"]), "--raw")
    assert len(kept.encode()) >= 200_000
    assert all(fault != "line over 998 bytes" for mail in scene.sink.mails for fault in mail.faults)


def test_a29_a_client_that_closes_its_side_is_answered_and_stored_once(scene: Scene):
    sender = unused("half")
    raw = mail(sender, "half-closed")
    with scene.wire() as wire:
        wire.up_to_data(sender)
        wire.socket.sendall(raw + b".\r\n")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.reply().startswith("250")
    assert len(rows_of(scene, sender)) == 1


def test_a29_a_client_that_drops_and_tries_again_is_stored_once(scene: Scene):
    sender = unused("gone")
    raw = mail(sender, "dropped")
    for _ in range(5):
        with scene.wire() as wire:
            wire.up_to_data(sender)
            wire.socket.sendall(raw + b".\r\n")
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not a FIN
    with scene.wire() as wire:
        wire.up_to_data(sender)
        assert wire.say(raw + b".\r\n").startswith("250")
    eventually(lambda: scene.sink.to(sender, "registered"), PATIENCE)
    assert len(rows_of(scene, sender)) == 1
    assert len(scene.sink.to(sender)) == 1
    assert len([t for t in scene.daemon.json("ticket", "list") if t["subject"] == "dropped"]) == 1
