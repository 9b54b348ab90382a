"""What is in force while a decision is made: the policy, its compiled rules, our name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.mail.address import key
from gateway.mail.message import Envelope, InboundMail
from gateway.policy.calendars import Calendar
from gateway.policy.durations import Duration
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import Desk
from gateway.rules.engine import Engine
from gateway.tickets.model import NOTHING, Ticket
from gateway.tickets.thread import Sender


@dataclass(frozen=True, slots=True)
class Terms:
    """Made once per policy and shared by every decision under it."""

    policy: Policy
    engine: Engine
    hostname: str
    mailbox_desks: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # [[mailbox]] name -> desk
    sent_folders: frozenset[tuple[str, str]] = frozenset()  # [[mailbox]] name and the folder of what was sent by hand

    def desk(self, ticket: Ticket) -> Desk:
        """Return the desk of a ticket; tickets of a desk that is gone fall to the first one."""
        return self.policy.desk(ticket.desk)

    def calendar(self, desk: Desk) -> Calendar:
        """Return the opening hours of a desk."""
        return self.named_calendar(desk.calendar)

    def named_calendar(self, name: str | None) -> Calendar:
        """Return a calendar of rules.yaml; None and `always` are round the clock."""
        return self.policy.calendar(name)

    def after(self, start: datetime, duration: Duration, desk: Desk) -> datetime:
        """Return `start` plus `duration`, business units in the desk's calendar."""
        return self.calendar(desk).add(start, duration)

    def was_sent_from(self, envelope: Envelope) -> bool:
        """Say whether a message lay in the Sent folder of a mailbox: it went out, it did not come in."""
        return (envelope.mailbox, envelope.folder) in self.sent_folders

    def sender(self, mail: InboundMail) -> Sender:
        """Return whom the From claims to be."""
        if mail.sender_from is None:
            return Sender("")
        address = mail.sender_from.address
        return Sender(key(address), self.policy.person_of(address), self.policy.organisation_of(address))
