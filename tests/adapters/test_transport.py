"""The smarthost side: every way a server can answer, and what becomes of the mail."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from gateway.outbound.pace import Rate
from gateway.outbound.transport import Bounced, Deferred, Relay, Sent, SmarthostOptions, choose, send_by
from tests.support.certificates import Certificate, expired, self_signed
from tests.support.smtp_peer import DROP, SmtpPeer

MAIL = b"From: desk@acme.example\r\nMessage-ID: <1@acme.example>\r\n\r\n.rad\r\nslut\r\n"
PLAIN = ("8BITMIME",)
PIPELINED = ("PIPELINING", "8BITMIME", "SIZE 35000000")


def relay_to(peer: SmtpPeer, **more) -> Relay:
    return Relay(SmarthostOptions("relay", "127.0.0.1", peer.port, **{"tls": "none", "timeout": 5.0, **more}))


def sent_by(relay: Relay, recipient: str = "karin@kund.example", raw: bytes = MAIL):
    return relay.send("desk+b-1@acme.example", recipient, raw)


@pytest.mark.parametrize("offers", [PLAIN, PIPELINED])
def test_a_mail_arrives_as_it_was(offers: tuple[str, ...]) -> None:
    with SmtpPeer(offers=offers) as peer, closing(relay_to(peer)) as relay:
        assert sent_by(relay) == Sent(250, "2.0.0 Ok: queued as Q1", "Q1")
    (taken,) = peer.taken
    assert taken.raw == MAIL
    assert taken.mail_from.startswith("<desk+b-1@acme.example>")
    assert taken.rcpt_to == ("<karin@kund.example>",)


def test_a_connection_is_kept_for_the_next_mail() -> None:
    with SmtpPeer() as peer, closing(relay_to(peer)) as relay:
        for _ in range(5):
            assert isinstance(sent_by(relay), Sent)
        assert peer.connections == 1
        assert len(peer.taken) == 5


def test_threads_share_as_many_connections_as_allowed() -> None:
    with SmtpPeer() as peer, closing(relay_to(peer, connections=2)) as relay:
        threads = [threading.Thread(target=sent_by, args=(relay,)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(peer.taken) == 12
        assert peer.connections <= 2


@pytest.mark.parametrize("offers", [PLAIN, PIPELINED])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(("reply", "kind"), [("451 4.3.0 later", Deferred), ("550 5.1.1 no", Bounced)])
def test_a_refusal_is_read_at_every_step_and_the_next_mail_goes(offers, verb: str, reply: str, kind: type) -> None:
    with SmtpPeer({verb: [reply]}, offers) as peer, closing(relay_to(peer)) as relay:
        assert sent_by(relay) == kind(int(reply[:3]), reply[4:])
        assert isinstance(sent_by(relay), Sent)
        assert [taken.raw for taken in peer.taken if taken.wire][-1] == MAIL


@pytest.mark.parametrize("offers", [PLAIN, PIPELINED])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_server_that_goes_away_politely_defers_and_is_asked_anew(offers, verb: str) -> None:
    with SmtpPeer({verb: ["421 4.3.2 bye"]}, offers) as peer, closing(relay_to(peer)) as relay:
        assert sent_by(relay) == Deferred(421, "4.3.2 bye")
        assert isinstance(sent_by(relay), Sent)
        assert peer.connections == 2


@pytest.mark.parametrize("offers", [PLAIN, PIPELINED])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_new_connection_that_drops_before_the_mail_defers(offers, verb: str) -> None:
    with SmtpPeer({verb: [DROP]}, offers) as peer, closing(relay_to(peer)) as relay:
        outcome = sent_by(relay)
        assert isinstance(outcome, Deferred)
        assert outcome.code is None
        assert outcome.reached
        assert peer.taken == []


@pytest.mark.parametrize("offers", [PLAIN, PIPELINED])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_kept_connection_that_died_is_replaced_at_once(offers, verb: str) -> None:
    with SmtpPeer(offers=offers) as peer, closing(relay_to(peer)) as relay:
        sent_by(relay)
        peer.script[verb].append(DROP)
        assert isinstance(sent_by(relay), Sent)
        assert peer.connections == 2
        assert len(peer.taken) == 2


def test_a_drop_after_the_dot_is_deferred_and_not_sent_twice_in_one_attempt() -> None:
    with SmtpPeer({"DOT": [DROP]}) as peer, closing(relay_to(peer)) as relay:
        outcome = sent_by(relay)
        assert isinstance(outcome, Deferred)
        assert "no reply after the mail" in outcome.text
        assert len(peer.taken) == 1
        assert isinstance(sent_by(relay), Sent)
        assert peer.taken[0].raw == peer.taken[1].raw


def test_nobody_listening_is_deferred_and_not_reached() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        relay = Relay(SmarthostOptions("relay", "127.0.0.1", closed.getsockname()[1], tls="none"))
        outcome = sent_by(relay)
    assert isinstance(outcome, Deferred)
    assert not outcome.reached


@pytest.mark.parametrize("banner", ["421 4.3.2 busy", "554 5.3.2 no", DROP])
def test_a_bad_greeting_is_deferred_and_not_reached(banner: str) -> None:
    with SmtpPeer({"CONNECT": [banner]}) as peer, closing(relay_to(peer)) as relay:
        outcome = sent_by(relay)
        assert isinstance(outcome, Deferred)
        assert not outcome.reached
        assert isinstance(sent_by(relay), Sent)


def test_a_server_that_never_answers_is_left() -> None:
    with SmtpPeer({"MAIL": [3.0]}) as peer, closing(relay_to(peer, timeout=0.2)) as relay:
        assert isinstance(sent_by(relay), Deferred)
        assert peer.taken == []


def test_the_answer_to_the_dot_may_take_longer_than_any_other() -> None:
    with SmtpPeer({"DOT": [0.6]}) as peer, closing(relay_to(peer, timeout=0.2)) as relay:
        assert isinstance(sent_by(relay), Sent)


def test_starttls_is_verified(certificate: Certificate) -> None:
    with (
        SmtpPeer(offers=("STARTTLS",), tls=certificate) as peer,
        closing(relay_to(peer, tls="starttls", cafile=certificate.chain)) as relay,
    ):
        assert isinstance(sent_by(relay), Sent)
        assert peer.commands.count("STARTTLS") == 1


def test_an_unknown_certificate_is_refused_and_nothing_sent(certificate: Certificate) -> None:
    with (
        SmtpPeer(offers=("STARTTLS",), tls=certificate) as peer,
        closing(relay_to(peer, tls="starttls", user="u", password="hemligt")) as relay,
    ):
        outcome = sent_by(relay)
    assert isinstance(outcome, Deferred)
    assert not outcome.reached
    assert "certificate" in outcome.text
    assert peer.taken == []
    assert not [command for command in peer.commands if command.startswith("AUTH")]


def test_a_certificate_for_another_host_is_refused(tmp_path) -> None:
    other = self_signed(tmp_path, "other", "DNS:other.example")
    with (
        SmtpPeer(offers=("STARTTLS",), tls=other) as peer,
        closing(relay_to(peer, tls="starttls", cafile=other.chain)) as relay,
    ):
        assert isinstance(sent_by(relay), Deferred)
    assert peer.taken == []


def test_an_expired_certificate_is_refused_and_told(tmp_path) -> None:
    old = expired(tmp_path)
    with (
        SmtpPeer(offers=("STARTTLS",), tls=old) as peer,
        closing(relay_to(peer, tls="starttls", cafile=old.chain)) as relay,
    ):
        outcome = sent_by(relay)
    assert isinstance(outcome, Deferred)
    assert not outcome.session
    assert "expired" in outcome.text
    assert peer.taken == []


def test_starttls_taken_out_on_the_way_is_refused() -> None:
    with SmtpPeer(offers=PIPELINED) as peer, closing(relay_to(peer, tls="starttls")) as relay:
        outcome = sent_by(relay)
        assert isinstance(outcome, Deferred)
        assert peer.taken == []


def test_a_password_is_used() -> None:
    with SmtpPeer(offers=("AUTH PLAIN",)) as peer, closing(relay_to(peer, user="u", password="hemligt")) as relay:
        assert isinstance(sent_by(relay), Sent)
    assert [command for command in peer.commands if command.startswith("AUTH")] == ["AUTH PLAIN AHUAaGVtbGlndA=="]


def test_an_access_token_is_used() -> None:
    with SmtpPeer(offers=("AUTH XOAUTH2",)) as peer, closing(relay_to(peer, user="u@x", token=lambda: "tok")) as relay:
        assert isinstance(sent_by(relay), Sent)
    (said,) = [command for command in peer.commands if command.startswith("AUTH")]
    assert said == "AUTH XOAUTH2 dXNlcj11QHgBYXV0aD1CZWFyZXIgdG9rAQE="


def test_credentials_stay_here_where_there_is_no_tls() -> None:
    options = SmarthostOptions("relay", "smarthost.example", 25, tls="none", user="u", password="hemligt")
    assert not options.hides_credentials()
    assert replace(options, allow_plain=True).hides_credentials()
    assert replace(options, tls="starttls").hides_credentials()
    assert replace(options, host="localhost").hides_credentials()
    assert replace(options, host="::1").hides_credentials()


def test_a_server_without_login_defers() -> None:
    with SmtpPeer(offers=("HELP",)) as peer, closing(relay_to(peer, user="u", password="hemligt")) as relay:
        outcome = sent_by(relay)
        assert isinstance(outcome, Deferred)
        assert outcome.code is None
        assert peer.taken == []


def test_a_refused_login_defers_and_keeps_the_password_out_of_its_text() -> None:
    with (
        SmtpPeer({"AUTH": ["535 5.7.8 bad"]}, offers=("AUTH PLAIN",)) as peer,
        closing(relay_to(peer, user="u", password="hemligt")) as relay,
    ):
        outcome = sent_by(relay)
    assert outcome == Deferred(535, "5.7.8 bad", session=False)
    assert "hemligt" not in repr(relay.options)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nRCPT TO:<x@y.example>",
        "a@b.example\nX",
        "a b@c.example",
        "a@b.example>",
        "<a@b.example",
        "a\x00@b.example",
        "a\x85@b.example",
        "a\u2028@b.example",
        "nobody",
        "@b.example",
        "a" * 330 + "@b.example",
    ],
)
def test_an_address_that_could_speak_smtp_never_reaches_the_wire(address: str) -> None:
    with SmtpPeer() as peer, closing(relay_to(peer)) as relay:
        assert isinstance(sent_by(relay, address), Bounced)
        assert isinstance(relay.send(address, "karin@kund.example", MAIL), Bounced)
        assert peer.connections == 0


def test_the_null_sender_may_send_and_the_null_recipient_gets_nothing() -> None:
    with SmtpPeer() as peer, closing(relay_to(peer)) as relay:
        assert isinstance(relay.send("", "karin@kund.example", MAIL), Sent)
        assert isinstance(relay.send("desk@acme.example", "", MAIL), Bounced)
        assert peer.taken[0].mail_from.startswith("<> ")


@pytest.mark.parametrize(
    ("raw", "wire"),
    [
        (b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n"),
        (b".\r\n..\r\n.x", b"..\r\n...\r\n..x\r\n"),
        (b"a\n.\nMAIL FROM:<x@y>\n", b"a\r\n..\r\nMAIL FROM:<x@y>\r\n"),
        (b"", b""),
    ],
)
def test_the_wire_has_no_bare_ends_of_line_and_every_dot_is_doubled(raw: bytes, wire: bytes) -> None:
    with SmtpPeer() as peer, closing(relay_to(peer)) as relay:
        assert isinstance(sent_by(relay, raw=raw), Sent)
        assert [taken.wire for taken in peer.taken] == [wire]


def test_a_domain_with_letters_goes_out_in_ascii() -> None:
    with SmtpPeer() as peer, closing(relay_to(peer)) as relay:
        assert isinstance(sent_by(relay, "karin@räksmörgås.example"), Sent)
        assert peer.taken[0].rcpt_to == ("<karin@xn--rksmrgs-5wao1o.example>",)


def test_a_local_part_with_letters_needs_smtputf8() -> None:
    with SmtpPeer() as peer, closing(relay_to(peer)) as relay:
        assert isinstance(sent_by(relay, "åke@kund.example"), Bounced)
        assert isinstance(sent_by(relay), Sent)
    with SmtpPeer(offers=("SMTPUTF8", "8BITMIME")) as peer, closing(relay_to(peer)) as relay:
        assert isinstance(sent_by(relay, "åke@kund.example"), Sent)
        assert "SMTPUTF8" in peer.taken[0].mail_from


def test_what_the_server_cannot_take_is_not_sent() -> None:
    with SmtpPeer(offers=("SIZE 10",)) as peer, closing(relay_to(peer)) as relay:
        outcome = sent_by(relay)
        assert isinstance(outcome, Bounced)
        assert outcome.code == 552
        assert "MAIL" not in " ".join(peer.commands)


def test_what_is_offered_is_used() -> None:
    with SmtpPeer(offers=("SIZE 0", "8BITMIME", "DSN")) as peer, closing(relay_to(peer)) as relay:
        raw = "Subject: x\r\n\r\nå\r\n".encode()
        relay.send("a@acme.example", "b@kund.example", raw, envelope_id="1+2=3")
        assert peer.taken[0].mail_from == f"<a@acme.example> SIZE={len(raw)} BODY=8BITMIME RET=HDRS ENVID=1+2B2+3D3"


def test_reports_are_asked_for_where_they_are_offered() -> None:
    with SmtpPeer(offers=("DSN",)) as peer, closing(relay_to(peer)) as relay:
        relay.send("a@acme.example", "b+c=d@kund.example", MAIL, envelope_id="n1.x")
        relay.send("", "b@kund.example", MAIL, envelope_id="n2.x")
    assert peer.taken[0].mail_from == "<a@acme.example> RET=HDRS ENVID=n1.x"
    assert peer.taken[0].rcpt_to == ("<b+c=d@kund.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b+2Bc+3Dd@kund.example",)
    assert peer.taken[1].mail_from == "<>"
    assert peer.taken[1].rcpt_to == ("<b@kund.example> NOTIFY=NEVER",), "the null sender hears of nothing"


def test_what_is_not_offered_is_not_used() -> None:
    with SmtpPeer(offers=("HELP",)) as peer, closing(relay_to(peer)) as relay:
        relay.send("a@acme.example", "b@kund.example", b"\xe5\r\n", envelope_id="1")
        assert peer.taken[0].mail_from == "<a@acme.example>"


def test_a_rate_is_kept_and_closing_does_not_wait_for_it() -> None:
    with SmtpPeer() as peer, closing(relay_to(peer, rate=Rate(2, 3600), connections=3)) as relay:
        assert [type(sent_by(relay)) for _ in range(2)] == [Sent, Sent]
        outcomes = []
        thread = threading.Thread(target=lambda: outcomes.append(sent_by(relay)))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        relay.close()
        thread.join(5)
        assert outcomes == [Deferred(None, "shutting down", reached=False)]
        assert len(peer.taken) == 2


def test_the_next_smarthost_is_tried_only_where_the_first_was_not_reached() -> None:
    with SmtpPeer({"CONNECT": ["421 busy"], "RCPT": ["451 later"]}) as first, SmtpPeer() as second:
        relays = [relay_to(first), relay_to(second)]
        assert isinstance(send_by(relays, "a@acme.example", "b@kund.example", MAIL), Sent)
        assert (len(first.taken), len(second.taken)) == (0, 1)
        assert send_by(relays, "a@acme.example", "b@kund.example", MAIL) == Deferred(451, "later")
        assert (len(first.taken), len(second.taken)) == (0, 1)
        for relay in relays:
            relay.close()


def test_without_a_smarthost_a_mail_waits() -> None:
    assert isinstance(send_by([], "a@acme.example", "b@kund.example", MAIL), Deferred)


def test_who_may_send_is_chosen_in_order() -> None:
    def named(name: str, *senders: str) -> Relay:
        return Relay(SmarthostOptions(name, "127.0.0.1", 25, senders=senders))

    relays = [named("one", "Support@acme.example"), named("two", "@acme.example"), named("all")]
    assert [relay.options.name for relay in choose(relays, "support@ACME.example")] == ["one", "two", "all"]
    assert [relay.options.name for relay in choose(relays, "sales@acme.example")] == ["two", "all"]
    assert [relay.options.name for relay in choose(relays, "x@other.example")] == ["all"]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("unused", "noops"), [(5.0, 0), (60.0, 1), (600.0, 0)])
def test_a_connection_long_unused_is_asked_first_or_left(unused: float, noops: int) -> None:
    clock = Clock()
    with SmtpPeer() as peer:
        relay = Relay(SmarthostOptions("relay", "127.0.0.1", peer.port, tls="none"), clock)
        sent_by(relay)
        clock.now += unused
        assert isinstance(sent_by(relay), Sent)
        assert peer.commands.count("noop") + peer.commands.count("NOOP") == noops
        assert peer.connections == (2 if unused > 240 else 1)
        relay.close()
