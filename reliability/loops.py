"""Twenty kinds of responders answer every mail for many days: `python -m reliability.loops --days 1000`.

The steps of the real house, with time as an argument. Every day an operator answers one customer; every responder
answers all it gets, at once. Passed: at most three automatic mails a day to one address in one ticket, twenty to one
address, and each day comes to rest. Exit status 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from gateway.mail.message import Envelope
from gateway.mail.received import Received
from gateway.render.library import Library
from gateway.settings import shipped
from gateway.store import journal
from gateway.store.engine import Store
from reliability.responders import RESPONDERS, Answer
from tests.work.conftest import ANNA, House, answering, open_house, read

PER_TICKET_DAY, PER_ADDRESS_DAY = 3, 20
_ROUNDS = 40  # of question and answer, within which a day must come to rest


@dataclass(slots=True)
class Loops:
    """What was counted; `faults` must be empty."""

    days: int = 0
    received: int = 0
    automatic: int = 0
    to_operators: int = 0
    most_rounds: int = 0
    busiest: int = 0  # automatic mails to one address in one ticket in a day
    faults: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the report for people."""
        return (
            f"{self.days} days, {len(RESPONDERS)} responders: {self.received} messages in, "
            f"{self.automatic} automatic mails out ({self.automatic / self.days / len(RESPONDERS):.2f} a responder and day, "
            f"at most {self.busiest} to one address in one ticket in a day), {self.to_operators} mails to operators, "
            f"at rest after {self.most_rounds} rounds at most: {'ok' if not self.faults else 'FAULTS'}\n"
        ) + "".join(f"    {fault}\n" for fault in self.faults[:20])


def simulate(folder: Path, days: int, library: Library) -> Loops:
    """Let `days` go by in a fresh house."""
    store = Store(f"sqlite:///{folder}/gateway.db", folder / "state")
    store.upgrade()
    store.close()
    house = open_house(folder, library)
    house.under(verp=frozenset({"out"}))
    found = Loops()
    people = {f"{name}@kund{number}.example": name for number, name in enumerate(RESPONDERS)}
    for address, name in people.items():
        house.receive(f"Hjälp, inget fungerar. /{name}", f"{name} <{address}>", subject=f"Problem {name}")
    try:
        for day in range(days):
            _day(house, people, found, day)
            house.later(seconds=(timedelta(days=1) - timedelta(seconds=_ROUNDS)).total_seconds())
    finally:
        house.store.close()
    return found


def _day(house: House, people: dict[str, str], found: Loops, day: int) -> None:
    automatic: Counter[tuple[str, str]] = Counter()
    addresses: Counter[str] = Counter()
    asked = list(people)[day % len(people)]
    for round_ in range(_ROUNDS):
        sent = _turn(house)
        if not sent and round_ > 1:
            found.most_rounds = max(found.most_rounds, round_)
            break
        for envelope_from, recipient, mail in sent:
            if recipient.endswith("@acme.example"):
                found.to_operators += 1
                if round_ == 0 and day and asked in str(mail["Subject"]) + str(mail.get_body(("plain",))):
                    house.receive(f"Vi ser på det, dag {day}.", ANNA, **answering(mail))
            else:
                if str(mail["Auto-Submitted"] or "no") != "no":
                    found.automatic += 1
                    automatic[str(mail["X-Ticket-Reference"]), recipient] += 1
                    addresses[recipient] += 1
                _respond(house, people, found, envelope_from, recipient, mail)
        if round_ == 0:
            house.receive(f"Finns det något nytt? dag {day}", f"{people[asked]} <{asked}>", subject=f"Ny fråga {day}")
        house.later(seconds=1)
    else:
        found.faults.append(f"day {day}: no rest after {_ROUNDS} rounds")
    found.days += 1
    found.busiest = max([found.busiest, *automatic.values()])
    found.faults += [f"day {day}: {n} automatic mails {who}" for who, n in automatic.items() if n > PER_TICKET_DAY]
    found.faults += [f"day {day}: {n} automatic mails {who}" for who, n in addresses.items() if n > PER_ADDRESS_DAY]


def _turn(house: House) -> list[tuple[str, str, EmailMessage]]:
    before = len(house.smarthost.sent)
    while house.ingest():
        pass
    house.tick()
    house.send()
    return [(sender, recipient, read(raw)) for sender, recipient, raw in house.smarthost.sent[before:]]


def _respond(
    house: House, people: dict[str, str], found: Loops, envelope_from: str, recipient: str, mail: EmailMessage
) -> None:
    name = people.get(recipient) or ("changing-address" if recipient.startswith("auto-") else None)
    if name is not None:
        for answer in RESPONDERS[name](recipient, mail, envelope_from, next(house.numbers)):
            found.received += 1
            _hand_over(house, answer)


def _hand_over(house: House, answer: Answer) -> None:
    envelope = Envelope(answer.mail_from, (answer.rcpt_to,), "smtp")
    journal.write_received(house.store, [Received(envelope, answer.raw, house.now)])


def main() -> int:
    """Parse the command line, simulate, print."""
    parser = argparse.ArgumentParser(description="Responders that answer everything: the gateway comes to rest.")
    parser.add_argument("--days", type=int, default=1000)
    days = parser.parse_args().days
    logging.disable()
    library = Library.load([shipped() / "templates" / "mail"], [shipped() / "branding"])
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(Path(folder), days, library)
    sys.stdout.write(found.text())
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
