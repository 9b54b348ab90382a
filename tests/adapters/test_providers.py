"""What the large providers answer to a smarthost's client, over a socket: what means later, and who sends for which desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.outbound.pace import Rate
from gateway.outbound.transport import Bounced, Deferred, Relay, Sent, SmarthostOptions, choose, send_by
from tests.support.sink import Sink

RAW = b"From: support@acme.example\r\nSubject: hej\r\n\r\nhej\r\n"
KARIN = "karin@umbrella.example"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


def relay(sink: Sink, name: str = "out", **more) -> Relay:
    return Relay(SmarthostOptions(name, "127.0.0.1", sink.port, "none", **more))


def answered(sink: Sink, verb: str, answer: str, **more) -> Sent | Deferred | Bounced:
    sink.script = lambda said, _: answer if said == verb else None
    out = relay(sink, **more)
    try:
        return out.send("support@acme.example", KARIN, RAW)
    finally:
        out.close()


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("MAIL", "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending"),
        (".", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message"),
        ("MAIL", "421 4.7.66 TLS 1.0 and 1.1 are not supported"),
        ("RCPT", "451 4.7.500 Server busy. Please try again later from [203.0.113.5]"),
        (".", "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"),
        ("RCPT", "421 4.7.0 Temporary System Problem. Try again later"),
        ("RCPT", "452 4.2.2 The recipient's inbox is out of storage space"),
        (".", "550 5.4.5 Daily user sending limit exceeded"),
        ("MAIL", "454 4.7.0 Too many login attempts, please try again later"),
        ("MAIL", "530 5.7.57 Client not authenticated to send mail"),
    ],
)
def test_what_providers_say_when_they_mean_later(sink: Sink, verb: str, answer: str):
    outcome = answered(sink, verb, answer)
    assert isinstance(outcome, Deferred), outcome
    assert outcome.code == int(answer[:3])
    assert sink.mails == []


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
        ("RCPT", "550-5.1.1 The email account that you tried to reach does not exist"),
        (".", "552 5.3.4 Your message exceeded Google's message size limits"),
        ("MAIL", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ],
)
def test_what_they_say_when_they_mean_never(sink: Sink, verb: str, answer: str):
    if "-" in answer[:4]:
        answer = f"{answer}\r\n{answer.replace('-', ' ', 1)}"
    assert isinstance(answered(sink, verb, answer), Bounced)


def test_what_should_wait_can_be_added(sink: Sink):
    never = "554 5.7.9 our filter is tired"
    assert isinstance(answered(sink, ".", never), Bounced)
    assert isinstance(answered(sink, ".", never, temporary=("554 5.7.9",)), Deferred)


def test_each_desk_sends_by_the_smarthost_that_may_send_its_from(sink: Sink):
    with Sink() as other:
        relays = [relay(other, "shop", senders=("shop@acme.example",)), relay(sink, "rest", senders=("@acme.example",))]
        for sender in ("shop@acme.example", "SUPPORT@acme.example"):
            assert isinstance(send_by(choose(relays, sender), sender, KARIN, RAW), Sent)
        assert [mail.mail_from for mail in other.mails] == ["shop@acme.example"]
        assert [mail.mail_from for mail in sink.mails] == ["SUPPORT@acme.example"]
        assert choose(relays, "x@elsewhere.example") == ()
        for each in relays:
            each.close()


@pytest.mark.parametrize(
    ("verb", "answer", "second_tried"),
    [("CONNECT", "421 4.3.2 closed", True), ("MAIL", "451 4.3.0 later", False), ("RCPT", "550 5.1.1 no", False)],
)
def test_the_next_smarthost_is_tried_only_without_a_greeting(sink: Sink, verb: str, answer: str, second_tried: bool):
    sink.script = lambda said, _: answer if said == verb else None
    with Sink() as second:
        relays = [relay(sink, "first"), relay(second, "second")]
        outcome = send_by(relays, "support@acme.example", KARIN, RAW)
        assert isinstance(outcome, Sent) is second_tried
        assert len(second.mails) == second_tried
        for each in relays:
            each.close()


def test_no_more_connections_are_open_than_the_provider_bears(sink: Sink):
    import threading

    now, most, lock = 0, 0, threading.Lock()
    gate = threading.Event()

    def script(verb: str, _: str) -> str | None:
        nonlocal now, most
        with lock:
            if verb == "MAIL":
                now += 1
                most = max(most, now)
                if now == 2:
                    gate.set()
        if verb == "DATA":
            gate.wait(5)
        if verb == ".":
            with lock:
                now -= 1
        return None

    sink.script = script
    out = relay(sink, connections=2)
    threads = [threading.Thread(target=out.send, args=("support@acme.example", KARIN, RAW)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    out.close()
    assert len(sink.mails) == 6
    assert most == 2


def test_a_rate_is_kept_over_all_connections(sink: Sink):
    """The waiting is by the clock of the relay: the third of two an hour waits until the relay is closed."""
    import threading

    out = relay(sink, rate=Rate(2, 3600.0))
    sent = [out.send("support@acme.example", KARIN, RAW) for _ in range(2)]
    assert all(isinstance(each, Sent) for each in sent)
    third: list[object] = []
    thread = threading.Thread(target=lambda: third.append(out.send("support@acme.example", KARIN, RAW)))
    thread.start()
    out.close()
    thread.join(20)
    assert isinstance(third[0], Deferred)
    assert len(sink.mails) == 2
