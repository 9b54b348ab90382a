"""A52: two gateways that answer each other, honestly and through a relay that strips what says so."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.attacks.scene import PATIENCE, Scene
from tests.support import letters
from tests.support.daemon import RULES, Daemon
from tests.support.sink import Delivery, Sink
from tests.support.waiting import eventually

OTHER = RULES.replace("acme.example", "bolaget.example").replace("ACME", "BOLAGET").replace("  acme:", "  bolaget:")
DESKS = ("support@acme.example", "support@bolaget.example")
_FOLDED = rb":.*\r\n([ \t].*\r\n)*"
_X_MARKS = re.compile(rb"(?im)^x-[a-z-]+" + _FOLDED)
_MARKS = re.compile(rb"(?im)^(auto-submitted|precedence|list-[a-z-]+|references|in-reply-to|thread-[a-z]+)" + _FOLDED)
_SUBJECT, _MESSAGE_ID = re.compile(rb"(?im)^subject" + _FOLDED), re.compile(rb"(?im)^message-id" + _FOLDED)
BUDGET = 20  # automatic mails a day to one address


@dataclass
class Wire:
    """The world between them: what leaves one desk for the other is carried over, changed as the relay does."""

    sinks: tuple[Sink, Sink]
    daemons: tuple[Daemon, Daemon]
    change: Callable[[Delivery, int], tuple[str, bytes]]
    carried: list[list[Delivery]] = field(default_factory=lambda: [[], []])
    before: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.before = [len(sink.mails) for sink in self.sinks]

    def left(self, side: int) -> list[Delivery]:
        """Return what left this side for the other, from the beginning."""
        return [mail for mail in self.sinks[side].mails[self.before[side] :] if DESKS[1 - side] in mail.recipients]

    def carry(self) -> int:
        """Take over all that waits; return how many."""
        count = 0
        for side in (0, 1):
            for mail in self.left(side)[len(self.carried[side]) :]:
                self.carried[side].append(mail)
                sender, raw = self.change(mail, len(self.carried[side]))
                with smtplib.SMTP(*self.daemons[1 - side].address(), timeout=30) as client:
                    client.sendmail(sender, [DESKS[1 - side]], raw)
                count += 1
        return count

    def settle(self) -> None:
        """Carry until nothing moves any more; a hundred rounds are a loop."""
        for _ in range(100):
            for daemon, sink in zip(self.daemons, self.sinks, strict=True):
                Scene(daemon, sink).settled()
            if not self.carry():
                return
        raise AssertionError(f"still going: {[len(side) for side in self.carried]}")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tuple[Sink, Sink], tuple[Daemon, Daemon]]]:
    folder: Path = tmp_path_factory.mktemp("pair")
    with ExitStack() as held:
        sinks = (held.enter_context(Sink()), held.enter_context(Sink()))
        ours = held.enter_context(Daemon(folder / "acme", sink=sinks[0]))
        theirs = held.enter_context(
            Daemon(folder / "bolaget", sink=sinks[1], rules=OTHER, settings={"hostname": "tickets.bolaget.example"})
        )
        yield sinks, (ours, theirs)


def honest(mail: Delivery, _number: int) -> tuple[str, bytes]:
    return mail.mail_from, mail.raw


def trusted(mail: Delivery, _number: int) -> tuple[str, bytes]:
    return mail.mail_from or "x@relay.example", letters.proven(mail.raw)


def stripped(mail: Delivery, number: int) -> tuple[str, bytes]:
    """Take the X-headers out, give the envelope a sender and the mail a new subject, as a careless relay does."""
    head, _, body = mail.raw.partition(b"\r\n\r\n")
    head = _X_MARKS.sub(b"", head + b"\r\n")
    head = _SUBJECT.sub(b"Subject: Nytt \xc3\xa4rende %d\r\n" % number, head)
    return "relay@relay.example", head + b"\r\n" + body


def laundered(mail: Delivery, number: int) -> tuple[str, bytes]:
    """Take out every mark that the mail is a machine's, or an answer, and give it a new Message-ID besides."""
    sender, raw = stripped(mail, number)
    head, _, body = raw.partition(b"\r\n\r\n")
    head = _MARKS.sub(b"", head + b"\r\n")
    head = _MESSAGE_ID.sub(b"Message-ID: <%d.%d@relay.example>\r\n" % (id(mail), number), head)
    return sender, head + b"\r\n" + body


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("way", "most"), [(honest, 2), (trusted, 2), (stripped, 2), (laundered, BUDGET)])
def test_a52_two_gateways_that_answer_each_other_fall_silent(
    pair: tuple[tuple[Sink, Sink], tuple[Daemon, Daemon]],
    way: Callable[[Delivery, int], tuple[str, bytes]],
    most: int,
):
    """A first mail with the other desk as its sender: each side answers, hears an answer, and stops.

    Where nothing is left that tells a machine's mail from a person's, the budget of the address is the end (A51).
    """
    sinks, daemons = pair
    wire = Wire(sinks, daemons, way)
    first = letters.plain(f"Början {way.__name__}", "Hej, vi har ett fel.\r\n", sender=f"Bolaget Support <{DESKS[1]}>")
    daemons[0].send(letters.proven(first))
    eventually(lambda: wire.left(0), PATIENCE, lambda: daemons[0].log[-2000:])
    wire.settle()
    sent = [len(side) for side in wire.carried]
    assert all(count <= most for count in sent), (sent, [[m.subject for m in side] for side in wire.carried])
    assert sent[0] >= 1, "and it did begin"
