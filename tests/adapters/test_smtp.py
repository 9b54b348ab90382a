"""The SMTP listener, spoken to by a client that says exactly what a test wants."""

from __future__ import annotations

import contextlib
import logging
import shutil
import smtplib
import socket
import ssl
import subprocess
import threading

import pytest

from gateway.inbound.options import SmtpLimits
from gateway.inbound.trust import Trust
from gateway.mail.received import Accepted
from tests.support.certificates import Certificate
from tests.support.waiting import eventually

MAIL = b"From: karin@kund.example\r\nSubject: hej\r\n\r\n.en rad\r\nslut\r\n"
WIRE = MAIL.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def raws(intake) -> list[bytes]:
    return [row.raw for row in intake.journal.rows]


def test_a_mail_is_stored_as_it_came_before_the_reply(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    assert client.say(WIRE) == "250 2.0.0 Ok, queued as 1"
    row = intake.journal.rows[0]
    assert row.raw == MAIL
    assert (row.envelope.mail_from, row.envelope.rcpt_to) == ("karin@kund.example", ("desk@acme.example",))
    assert (row.envelope.source, row.envelope.peer) == ("smtp", "127.0.0.1")
    assert row.received_at.tzinfo is not None


def test_a_connection_carries_many_mails(intake) -> None:
    intake.listen()
    with smtplib.SMTP(*intake.place) as client:
        for n in range(20):
            client.sendmail("a@kund.example", ["desk@acme.example"], b"Subject: %d\r\n\r\nx\r\n" % n)
    assert raws(intake) == [b"Subject: %d\r\n\r\nx\r\n" % n for n in range(20)]


def test_what_is_offered_is_what_can_be_done(intake, certificate: Certificate) -> None:
    intake.listen(certificate=certificate.chain, key=certificate.key)
    client = intake.connect()
    client.reply()
    offers = {line[4:] for line in client.say("EHLO x").splitlines()}
    assert offers == {"mx.acme.example", "SIZE 35000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "STARTTLS"}


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n"],
)
def test_a_smuggled_second_mail_stays_text_of_the_first(intake, end: bytes) -> None:
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    inner = b"MAIL FROM:<chef@acme.example>\r\nRCPT TO:<desk@acme.example>\r\nDATA\r\nSubject: smuggled\r\n\r\ny"
    content = b"Subject: outer\r\n\r\nx" + end + inner + b"\r\n"
    assert client.say(content + b".\r\n").startswith("250")
    assert client.say("NOOP").startswith("250")
    assert len(intake.journal.rows) == 1
    assert b"smuggled" in raws(intake)[0]


def test_who_speaks_on_after_the_dot_is_cut_off_and_nothing_is_stored(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    assert client.say(WIRE + b"MAIL FROM:<chef@acme.example>\r\n").startswith("554")
    assert client.closed()
    assert intake.journal.rows == []


def test_who_speaks_while_we_commit_is_told_of_his_mail_and_cut_off(intake) -> None:
    go = threading.Event()
    begun = threading.Event()

    def slowly(batch):
        begun.set()
        assert go.wait(10)
        return [Accepted(1) for _ in batch]

    intake.journal.write = slowly
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    client.send(WIRE)
    assert begun.wait(10)
    client.send(b"NOOP\r\n")
    # The loop must have read it before the commit ends; a second client that is answered proves a turn of the loop.
    other = intake.connect()
    assert other.reply().startswith("220")
    assert other.say("NOOP").startswith("250")
    go.set()
    assert client.reply().startswith("250")
    assert client.reply().startswith("554")
    assert client.closed()


def test_commands_sent_with_starttls_are_never_obeyed(intake, certificate: Certificate) -> None:
    intake.listen(certificate=certificate.chain, key=certificate.key)
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    assert client.say(b"STARTTLS\r\nMAIL FROM:<chef@acme.example>\r\n").startswith("554")
    assert client.closed()


def test_starttls_works_and_forgets_what_was_said_before(intake, certificate: Certificate) -> None:
    intake.listen(certificate=certificate.chain, key=certificate.key)
    context = ssl.create_default_context(cafile=certificate.chain)
    with smtplib.SMTP(*intake.place) as client:
        client.ehlo()
        client.mail("before@kund.example")
        client.starttls(context=context)
        assert client.docmd("MAIL", "FROM:<a@kund.example>")[0] == 503  # greet again
        client.ehlo()
        assert not client.has_extn("starttls")
        client.sendmail("a@kund.example", ["desk@acme.example"], MAIL)
    assert raws(intake) == [MAIL]
    assert intake.journal.rows[0].envelope.mail_from == "a@kund.example"


def test_a_handshake_that_fails_ends_the_connection_without_noise(
    intake, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    listener = intake.listen(certificate=certificate.chain, key=certificate.key)
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    assert client.say("STARTTLS").startswith("220")
    client.send(b"this is no handshake\r\n" * 10)
    client.buffer = b""
    while client.socket.recv(1000):  # an alert may come first
        pass
    eventually(lambda: not listener._open)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("leaves", [True, False])
def test_a_handshake_that_never_ends_gives_its_place_back(intake, certificate: Certificate, leaves: bool) -> None:
    limits = SmtpLimits(command_timeout=0.3, per_address=1)
    listener = intake.listen(limits, certificate=certificate.chain, key=certificate.key)
    client = intake.connect()
    client.reply()
    assert client.say("STARTTLS").startswith("220")
    client.send(b"\x16\x03\x01")
    if leaves:
        client.socket.close()
    eventually(lambda: not listener._open)
    assert intake.connect().reply().startswith("220")


def test_a_renewed_certificate_serves_the_next_connection(intake, certificate: Certificate) -> None:
    listener = intake.listen(certificate=certificate.chain, key=certificate.key)
    listener.renew_certificate()
    with smtplib.SMTP(*intake.place) as client:
        client.starttls(context=ssl.create_default_context(cafile=certificate.chain))


@pytest.mark.parametrize(
    "recipient",
    [
        "mallory@evil.example",
        "mallory%evil.example@acme.example",
        "mallory@evil.example@acme.example",
        '"mallory@evil.example"@acme.example',
        "@evil.example:desk@acme.example",
        "evil.example!mallory@acme.example",
        "mallory@évil.example",
        "desk@acme.example.evil.example",
    ],
)
def test_nothing_is_relayed(intake, recipient: str) -> None:
    intake.listen()
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    client.say("MAIL FROM:<desk@acme.example>")
    assert client.say(f"RCPT TO:<{recipient}>").startswith("550 5.7.1")
    assert client.say("DATA").startswith("503")


def test_the_null_sender_is_the_empty_string(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    assert client.say("MAIL FROM:<>").startswith("250")
    client.say("RCPT TO:<desk@acme.example>")
    client.say("DATA")
    assert client.say(WIRE).startswith("250")
    assert intake.journal.rows[0].envelope.mail_from == ""


def test_trouble_of_ours_is_temporary_and_keeps_its_text(intake, caplog: pytest.LogCaptureFixture) -> None:
    def broken(batch):
        raise RuntimeError("secret postgres://u:pw@h")

    intake.journal.write = broken
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    reply = client.say(WIRE)
    assert reply.startswith("451 4.3.0")
    assert "secret" not in reply
    assert client.say("NOOP").startswith("250")
    assert "secret" in caplog.text  # in the log, and there only


def test_trouble_at_rcpt_is_temporary_too_and_bears_an_id_in_the_log(intake, caplog: pytest.LogCaptureFixture) -> None:
    def broken(address: str) -> bool:
        raise RuntimeError("secret")

    intake.listen(is_ours=broken)
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    client.say("MAIL FROM:<a@b.example>")
    with caplog.at_level(logging.ERROR):
        assert client.say("RCPT TO:<desk@acme.example>") == "451 4.3.0 Temporary trouble, try again later"
    assert "smtp trouble" in caplog.text


def test_long_lines_are_taken_as_they_are(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    content = b"Subject: x\r\n\r\n" + b"a" * 1_500_000 + b"\r\n"
    assert client.say(content + b".\r\n").startswith("250")
    assert raws(intake) == [content]


def test_a_client_that_closes_its_side_is_stored_once_and_answered(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    client.send(WIRE)
    client.socket.shutdown(socket.SHUT_WR)
    assert client.reply().startswith("250")
    assert client.closed()
    assert raws(intake) == [MAIL]


def test_a_commit_goes_on_when_the_client_is_gone(intake) -> None:
    go, begun, done = threading.Event(), threading.Event(), []

    def slowly(batch):
        begun.set()
        assert go.wait(10)
        done.extend(batch)
        return [Accepted(1) for _ in batch]

    intake.journal.write = slowly
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    client.send(WIRE)
    assert begun.wait(10)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close by reset
    client.socket.close()
    go.set()
    assert [row.raw for row in eventually(lambda: done)] == [MAIL]


def test_a_mail_cut_off_before_its_end_is_not_stored(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.up_to_data()
    client.send(WIRE[:-3])
    client.socket.shutdown(socket.SHUT_WR)
    assert client.closed()
    assert intake.journal.rows == []


def test_a_silent_client_is_ended(intake) -> None:
    intake.listen(SmtpLimits(command_timeout=0.2))
    client = intake.connect()
    client.reply()
    assert client.reply().startswith("421 4.4.2")
    assert client.closed()


def test_idle_clients_get_less_time_when_connections_run_short(intake) -> None:
    intake.listen(SmtpLimits(connections=2, hurried_timeout=0.2))
    first = intake.connect()
    assert first.reply().startswith("220")
    second = intake.connect()
    assert second.reply().startswith("220")
    assert second.reply().startswith("421 4.4.2")
    assert first.say("NOOP").startswith("250")


def test_a_client_that_never_reads_is_cut_off(intake) -> None:
    listener = intake.listen(SmtpLimits(command_timeout=0.3, commands=10_000_000, errors=10_000_000))
    client = intake.connect()
    client.socket.settimeout(5)
    with contextlib.suppress(OSError):  # reset, once it is cut off
        for _ in range(100_000):
            client.send(b"RUBBISH\r\n" * 1000)
    eventually(lambda: not listener._open)


def test_data_that_stops_is_ended(intake) -> None:
    intake.listen(SmtpLimits(idle=0.2))
    client = intake.connect()
    client.up_to_data()
    client.send(b"Subject: x\r\n")
    assert client.reply().startswith("421 4.4.2")
    assert client.closed()


def test_data_that_trickles_is_ended(intake) -> None:
    intake.listen(SmtpLimits(idle=0.3, least_rate=500.0))
    client = intake.connect()
    client.up_to_data()
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.1):
            try:
                client.send(b"x")
            except OSError:
                return

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        assert client.reply().startswith("421 4.4.2 Too slow")
    finally:
        stop.set()
        thread.join()


def test_a_size_too_big_is_refused_before_it_comes(intake) -> None:
    intake.listen(SmtpLimits(max_size=1000))
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    assert client.say("MAIL FROM:<a@b.example> SIZE=1001").startswith("552")
    assert client.say("MAIL FROM:<a@b.example> SIZE=x").startswith("501")
    assert client.say("MAIL FROM:<a@b.example> SIZE=1000").startswith("250")


@pytest.mark.parametrize("size", [300_001, 900_000])
def test_a_mail_too_big_is_refused_after_its_end_and_the_next_is_taken(intake, size: int) -> None:
    intake.listen(SmtpLimits(max_size=300_000))
    client = intake.connect()
    client.up_to_data()
    assert client.say(b"x" * (size - 2) + b"\r\n.\r\n").startswith("552")
    client.say("MAIL FROM:<a@b.example>")
    client.say("RCPT TO:<desk@acme.example>")
    client.say("DATA")
    exactly = b"x" * 299_998 + b"\r\n"
    assert client.say(exactly + b".\r\n").startswith("250")
    assert raws(intake) == [exactly]


def test_a_mail_far_too_big_is_cut(intake) -> None:
    intake.listen(SmtpLimits(max_size=10_000))
    client = intake.connect()
    client.up_to_data()

    def flood() -> None:
        try:
            for _ in range(100):
                client.send(b"x" * 10_000)
        except OSError:
            pass

    thread = threading.Thread(target=flood)
    thread.start()
    reply = client.reply()
    thread.join()
    assert reply in {"421 4.3.4 Far too big, closing", ""}  # our close may overtake our word
    assert intake.journal.rows == []


def test_a_large_mail_goes_through_a_file_and_leaves_none_behind(intake) -> None:
    intake.listen(SmtpLimits(in_memory=1000))
    client = intake.connect()
    client.up_to_data()
    content = b"".join(b".%d\r\n" % n for n in range(200_000))
    wire = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    assert client.say(wire + b".\r\n").startswith("250")
    assert raws(intake) == [content]
    assert list(intake.folder.iterdir()) == []


def test_a_full_disk_is_temporary(intake) -> None:
    intake.listen()
    intake.room = False
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    assert client.say("MAIL FROM:<a@b.example>").startswith("452 4.3.1")
    intake.room = True
    assert client.say("MAIL FROM:<a@b.example>").startswith("250")


def test_a_spool_that_cannot_be_written_is_temporary(intake) -> None:
    intake.listen(SmtpLimits(in_memory=1000), spool=intake.folder / "missing")
    client = intake.connect()
    client.up_to_data()
    assert client.say(b"x" * 5000 + b"\r\n.\r\n").startswith("452 4.3.1")
    assert client.say("NOOP").startswith("250")


def test_recipients_beyond_the_limit_are_for_another_mail(intake) -> None:
    intake.listen(SmtpLimits(recipients=2))
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    client.say("MAIL FROM:<a@b.example>")
    replies = [client.say(f"RCPT TO:<desk+{n}@acme.example>")[:3] for n in range(3)]
    assert replies == ["250", "250", "452"]


def test_too_many_errors_end_the_conversation(intake) -> None:
    intake.listen(SmtpLimits(errors=3))
    client = intake.connect()
    client.reply()
    assert [client.say("RUBBISH")[:3] for _ in range(4)] == ["500", "500", "500", "421"]
    assert client.closed()


def test_too_many_commands_without_a_mail_end_the_conversation(intake) -> None:
    intake.listen(SmtpLimits(commands=6))
    client = intake.connect()
    client.up_to_data()
    assert client.say(WIRE).startswith("250")
    assert [client.say("NOOP")[:3] for _ in range(7)] == ["250"] * 6 + ["421"]


def test_one_address_may_not_take_all_connections(intake) -> None:
    intake.listen(SmtpLimits(per_address=2))
    first, second = intake.connect(), intake.connect()
    assert first.reply().startswith("220")
    assert second.reply().startswith("220")
    third = intake.connect()
    assert third.reply().startswith("421 4.7.0")
    assert third.closed()
    first.say("QUIT")
    assert first.closed()
    assert eventually(lambda: intake.connect().reply().startswith("220"))


def test_over_all_connections_the_next_is_put_off(intake) -> None:
    intake.listen(SmtpLimits(connections=1))
    assert intake.connect().reply().startswith("220")
    client = intake.connect()
    assert client.reply().startswith("421 4.3.2")
    assert client.closed()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("DATA", "503"),
        ("RCPT TO:<desk@acme.example>", "503"),
        ("MAIL FROM:<a@b.example", "501"),
        ("MAIL FROM:<a@b.example> RET=HDRS", "555"),
        ("MAIL FROM:<a@b.example> BODY=BINARYMIME", "501"),
        ("BDAT 10 LAST", "500"),
        ("STARTTLS", "503"),
        ("EHLO", "501"),
        ("VRFY desk", "252"),
        ("RSET", "250"),
        ("", "500"),
    ],
)
def test_what_cannot_be_is_said(intake, line: str, code: str) -> None:
    intake.listen()
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    assert client.say(line).startswith(code)


def test_a_browser_is_sent_away(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.reply()
    assert client.say("GET / HTTP/1.1").startswith("554")
    assert client.closed()


def test_letters_beyond_ascii_are_taken_in_addresses(intake) -> None:
    intake.listen()
    client = intake.connect()
    client.reply()
    client.say("EHLO x")
    assert client.say("MAIL FROM:<åke@ö.example> SMTPUTF8 BODY=8BITMIME").startswith("250")
    assert client.say("RCPT TO:<stöd@acme.example>").startswith("250")
    client.say("DATA")
    assert client.say("Subject: å\r\n\r\nö\r\n.\r\n".encode()).startswith("250")
    assert intake.journal.rows[0].envelope.rcpt_to == ("stöd@acme.example",)


def test_draining_lets_data_finish_and_ends_the_idle(intake) -> None:
    listener = intake.listen()
    busy, idle = intake.connect(), intake.connect()
    busy.up_to_data()
    assert idle.reply().startswith("220")
    assert listener.healthy()
    draining = threading.Thread(target=listener.drain, args=(10,))
    draining.start()
    assert idle.reply().startswith("421")
    assert busy.say(WIRE).startswith("250")
    assert busy.reply().startswith("421")
    draining.join(10)
    assert not draining.is_alive()
    assert not listener.healthy()
    assert raws(intake) == [MAIL]
    with pytest.raises(OSError):
        socket.create_connection(intake.place, 1).close()


def test_draining_does_not_wait_for_ever(intake) -> None:
    listener = intake.listen()
    busy = intake.connect()
    busy.up_to_data()
    listener.drain(0.1)
    assert busy.reply().startswith("421")


def test_a_place_that_is_taken_is_told_at_the_start(intake) -> None:
    intake.listen()
    with pytest.raises(OSError):
        intake.listen(port=intake.place[1])


def test_a_socket_of_the_service_manager_is_used(intake) -> None:
    given = socket.create_server(("127.0.0.1", 0))
    place = given.getsockname()
    intake.listen(fd=given.detach())
    assert intake.place == place
    assert intake.connect().reply().startswith("220")


def test_what_a_trusted_relay_proved_goes_with_the_mail(intake) -> None:
    trust = Trust("authserv_id", "mx.acme.example", ("127.0.0.1",))
    intake.listen(trust=trust)
    client = intake.connect()
    client.up_to_data()
    client.say(b"Authentication-Results: mx.acme.example; dmarc=pass header.from=kund.example\r\n" + WIRE)
    assert intake.journal.rows[0].proof.verdict == "pass"


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_a_client_of_others_gets_its_mail_in(intake, certificate: Certificate, protocol: str) -> None:
    swaks = shutil.which("swaks")
    if swaks is None:
        pytest.skip("swaks is not installed")
    intake.listen(protocol=protocol, certificate=certificate.chain, key=certificate.key)
    host, port = intake.place
    said = subprocess.run(
        [
            *(
                swaks,
                "--server",
                host,
                "--port",
                str(port),
                "--protocol",
                {"smtp": "ESMTP", "lmtp": "LMTP"}[protocol],
                "--tls",
            ),
            *("--from", "karin@kund.example", "--to", "desk@acme.example,desk+1@acme.example", "--body", "hej\n.\nda"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert said.returncode == 0, said.stdout
    assert intake.journal.rows[0].envelope.rcpt_to == ("desk@acme.example", "desk+1@acme.example")
    assert b"hej\r\n.\r\nda" in raws(intake)[0]
