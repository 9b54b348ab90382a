"""A daemon that several stories share: each has customers, tickets and mails of its own and looks at nothing else."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.sink import Delivery, Sink
from tests.support.waiting import eventually

PATIENCE = 30.0


@dataclass
class House:
    """The daemon, the outside world, and a never ending supply of customers."""

    daemon: Daemon
    sink: Sink
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def customer(self, name: str = "Karin Berg", domain: str = "umbrella.example") -> str:
        """Return a customer nobody met before: `Karin Berg <karin-berg3@umbrella.example>`."""
        return f"{name} <{name.lower().replace(' ', '-')}{next(self._numbers)}@{domain}>"

    def write(self, subject: str, text: str, *, sender: str | None = None, **more: Any) -> Case:
        """Send a genuine mail of a customer and wait for what it makes: a ticket and two mails."""
        sender = sender or self.customer()
        self.daemon.send(letters.proven(letters.customer(subject, text, sender=sender, **more)))
        receipt = self.mail(parseaddr(sender)[1], "registered")
        return Case(self, sender, str(receipt.message["X-Ticket-Reference"]), receipt)

    def mail(self, to: str, event: str, reference: str | None = None, count: int = 1) -> Delivery:
        """Wait for the newest of `count` mails to somebody about an event (of a ticket)."""

        def found() -> Delivery | None:
            mails = self.mails(to, event, reference)
            return mails[-1] if len(mails) >= count else None

        said = lambda: f"no {event} to {to} of {reference}; came: {self.sink.summary()}\n{self.daemon.log[-3000:]}"  # noqa: E731
        mail = eventually(found, PATIENCE, said)
        assert mail is not None
        return mail

    def mails(self, to: str, event: str | None = None, reference: str | None = None) -> list[Delivery]:
        """Return the mails that came so far."""
        mails = self.sink.to(to, event)
        return [mail for mail in mails if reference is None or mail.message["X-Ticket-Reference"] == reference]


@dataclass
class Case:
    """One customer and his ticket."""

    house: House
    sender: str
    reference: str
    receipt: Delivery

    @property
    def address(self) -> str:
        return parseaddr(self.sender)[1]

    @property
    def ticket(self) -> Any:
        """What `gateway ticket show --json` says of it now."""
        return self.house.daemon.ticket(self.reference)

    def notice(self, operator: str = "anna@acme.example", event: str = "registered", count: int = 1) -> Delivery:
        """Wait for a mail to an operator about this ticket."""
        return self.house.mail(operator, event, self.reference, count)

    def got(self, event: str, count: int = 1) -> Delivery:
        """Wait for a mail to the customer."""
        return self.house.mail(self.address, event, self.reference, count)

    def had(self, event: str | None = None) -> list[Delivery]:
        """Return the mails the customer has now."""
        return self.house.mails(self.address, event, self.reference)

    def reply(self, answered: Delivery, text: str, **more: Any) -> None:
        """The customer answers a mail."""
        self.house.daemon.send(letters.proven(letters.reply(answered.raw, text, sender=self.sender, **more)))

    def operator(self, answered: Delivery, text: str, **more: Any) -> None:
        """An operator (Anna, where none is said) answers a mail."""
        self.house.daemon.send(letters.operator(answered.raw, text, **more))

    def becomes(self, **values: Any) -> Any:
        """Wait until the ticket has these values; return it."""

        def there() -> Any:
            ticket = self.ticket
            return ticket if all(ticket[name] == value for name, value in values.items()) else None

        return eventually(there, PATIENCE, lambda: f"{self.reference} did not become {values}: {self.ticket}")
