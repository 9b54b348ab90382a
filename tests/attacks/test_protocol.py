"""A20 to A29: what can be done to the daemon with the protocol alone."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import ssl
import struct
from collections.abc import Iterator

import pytest

from tests.attacks.scene import PATIENCE, Scene, Wire, unused
from tests.support import letters
from tests.support.certificates import self_signed
from tests.support.daemon import Daemon
from tests.support.sink import Sink
from tests.support.waiting import eventually

TERMINATORS = (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n")


def mail(sender: str, subject: str, text: bytes = b"x") -> bytes:
    head = f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@evil.example>\r\n\r\n"
    return head.encode() + text + b"\r\n"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene of the others, with STARTTLS offered."""
    folder = tmp_path_factory.mktemp("protocol")
    own = self_signed(folder)
    tls = {"listen": {"smtp": {"tls": {"certificate": str(own.chain), "key": str(own.key)}}}}
    with Sink() as sink, Daemon(folder / "gateway", sink=sink, settings=tls) as daemon:
        yield Scene(daemon, sink)


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


def test_a21_bare_line_ends_and_lone_dots_are_kept_as_they_came_and_leave_clean(scene: Scene):
    """Stored byte for byte; what we send of it, as text and as quote, breaks no rule of the wire."""
    sender = unused("ojämn")
    odd = b"ett\rtv\xc3\xa5\ntre\r\n..\r\n.\n.\r\n\r.\r\n..x\r\nslut\n.\n"
    head = f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: oj\r\n {{number}}\r\nMessage-ID: <odd@{sender}>\r\n"
    raw = letters.proven(head.encode() + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + odd + b"\r\n")
    with scene.wire() as wire:
        wire.up_to_data(sender)
        assert wire.say(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n").startswith("250")
    row = scene.journal(raw)[0]  # found by the hash of exactly these bytes
    assert row["state"] == "done"
    reference = str(scene.mail(sender, "registered").message["X-Ticket-Reference"])
    scene.send(letters.operator(scene.to_anna(reference, "registered").raw, "Tack!", client="plain"))
    scene.mail(sender, "answered")
    assert [mail.faults for mail in scene.about(reference) if mail.faults] == []
    assert all("slut" in mail.text for mail in scene.about(reference) if mail.message["X-Ticket-Event"] == "answered")


def secured(wire: Wire) -> Wire:
    """Shake hands as a client that checks nothing; the rest is said inside."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return Wire(context.wrap_socket(wire.socket), greeted=False)


@pytest.mark.parametrize(
    "slipped",
    [
        b"EHLO evil.example\r\n", b"MAIL FROM:<x@evil.example>\r\n", b"NOOP\r\n", b"RSET\r\nQUIT\r\n", b"\r\n", b"X" * 5000,
        b"EHLO e\r\nMAIL FROM:<x@evil.example>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n",
    ],
)  # fmt: skip
def test_a22_what_is_sent_with_starttls_is_never_obeyed_inside(scene: Scene, slipped: bytes):
    with scene.wire() as wire:
        assert "STARTTLS" in wire.say("EHLO client.example")
        said = wire.say(b"STARTTLS\r\n" + slipped)
        assert said.startswith("554"), said
        assert wire.reply() == "", "the line is cut: nothing of it can count"


def test_a22_after_starttls_nothing_said_before_counts(scene: Scene):
    with scene.wire() as wire:
        wire.say("EHLO client.example")
        assert wire.say("MAIL FROM:<clear@evil.example>").startswith("250")
        assert wire.say(f"RCPT TO:<{letters.DESK}>").startswith("250")
        assert wire.say("STARTTLS").startswith("220")
        with secured(wire) as inside:
            assert inside.say("DATA").startswith("503"), "the envelope of outside is forgotten"
            assert inside.say("MAIL FROM:<x@cust.example>").startswith("503"), "so is the greeting"
            hello = inside.say("EHLO client.example")
            assert hello.startswith("250")
            assert "STARTTLS" not in hello
            assert inside.say("STARTTLS").startswith("503")
            sender = unused("inside")
            assert inside.say(f"MAIL FROM:<{sender}>").startswith("250")
            assert inside.say(f"RCPT TO:<{letters.DESK}>").startswith("250")
            assert inside.say("DATA").startswith("354")
            assert inside.say(mail(sender, "inuti") + b".\r\n").startswith("250")
    assert len(rows_of(scene, sender)) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<a@b.example\r\nRCPT TO:<x@y.example>>\r\n", b"MAIL FROM:<a\x00@b.example>\r\n", b"MAIL FROM:<a\x0b@b.example>\r\n",
        b"MAIL FROM:<a@b.example\rRCPT TO:<x@y.example>>\r\n", b"MAIL FROM:<a@b.example\nDATA\n>\r\n",
    ],
)  # fmt: skip
def test_a24_a_sender_that_holds_a_command_is_none(scene: Scene, line: bytes):
    with scene.wire() as wire:
        wire.say("EHLO evil.example")
        said = wire.say(line)
        assert said.startswith("501"), said
        assert wire.say(f"RCPT TO:<{letters.DESK}>")[:3] in {"500", "501", "503"}


def test_a24_an_address_that_holds_a_command_is_never_written_to(scene: Scene):
    """In From, encoded, quoted and folded: no session of ours at the smarthost says what he put there."""
    before = len(scene.sink.mails)
    names = (
        "=?utf-8?q?a=40b.example=0d=0aRCPT_TO:=3Cx=40evil.example=3E?=", '"a\r\n RCPT TO:<x@evil.example>"@b.example',
        "<a@b.example\r\n RCPT TO:<x@evil.example>>", "a@b.example\x0bRCPT TO:<x@evil.example>", "<a@b.example>\x85<x@evil.example>",
    )  # fmt: skip
    for number, name in enumerate(names):
        for field in ("From", "Reply-To", "Cc"):
            others = "" if field == "From" else f"From: {unused('ok')}\r\n"
            head = f"{others}{field}: {name}\r\nTo: {letters.DESK}\r\nSubject: kommando {number}\r\nMessage-ID: <{number}{field}@evil.example>\r\n\r\nx"
            with scene.wire() as wire:
                wire.up_to_data(unused("mallory", "evil.example"))
                assert wire.say(head.encode() + b"\r\n.\r\n").startswith("250")
    scene.settled()
    recipients = {to for out in scene.sink.mails[before:] for to in out.recipients}
    assert not [to for to in recipients if "evil" in to or "RCPT" in to.upper() or not to.isprintable()], recipients


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
