"""The nouns of a help desk: ticket, entry, participant, contact, actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gateway.mail.message import Address, Attachment

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Status(StrEnum):
    """Where a ticket stands. Own names of an organisation (`statuses:`) each stand for one of these."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"  # for the customer
    EXTERNAL = "external"  # for a third party
    PAUSED = "paused"  # until a date or open end
    RESOLVED = "resolved"
    CLOSED = "closed"


class ActorKind(StrEnum):
    """Who did something, as history tells it."""

    REQUESTER = "requester"
    PARTICIPANT = "participant"  # a Cc of the ticket
    THIRD_PARTY = "third-party"  # asked by us
    STRANGER = "stranger"  # nobody the ticket knows
    OPERATOR = "operator"
    RULE = "rule"
    TIMER = "timer"
    ADMIN = "admin"  # on the command line
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: kind, the name it goes by (operator's key in rules.yaml, rule's name), address where there is one."""

    kind: ActorKind
    name: str
    address: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.name else str(self.kind)


class Kind(StrEnum):
    """What an entry is."""

    MESSAGE = "message"  # came from outside
    ANSWER = "answer"  # an operator's words to the customer
    NOTE = "note"  # internal
    EXTERNAL = "external"  # to or from a third party
    EVENT = "event"  # something happened worth a line: bounce, vacation


class Visibility(StrEnum):
    """Who may ever see an entry. INTERNAL and EXTERNAL never reach a requester (A70)."""

    PUBLIC = "public"
    INTERNAL = "internal"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody outside who takes part: requester or Cc (`cc`), or asked by us (`third-party`)."""

    address: str
    name: str
    role: str  # requester | cc | third-party
    since_entry: int = 0  # sees entries from this id on: a new Cc starts empty (A03)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said in a ticket."""

    id: int
    ticket_id: int
    at: datetime
    kind: Kind
    visibility: Visibility
    direction: str  # in | out | none
    author: Actor
    author_name: str  # as shown
    text: str  # new text
    html: str | None = None  # new HTML as it came, never sanitised here
    full_text: str = ""  # the whole body with quotes and signature; nothing is deleted
    proof: str = "none"  # pass | fail | none, from the journal row
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    message_id: str | None = None
    journal_id: int | None = None
    evidence: tuple[str, ...] = ()  # why it stands in this ticket
    verified: bool = True  # False: unguessable evidence, but nobody of the ticket
    folded: bool = False  # quiet: automatic, vacation, thanks


@dataclass(frozen=True, slots=True)
class Ticket:
    """All that is known of a matter. `number` is one series over all desks; `version` guards every write."""

    id: int
    number: int
    prefix: str
    desk: str
    subject: str
    status: Status
    requester: Address
    created_at: datetime
    source: str = "mail"
    status_name: str | None = None
    priority: str | None = None
    impact: str | None = None
    urgency: str | None = None
    type: str | None = None
    process: str | None = None
    category: str | None = None
    product: str | None = None
    service: str | None = None
    object: str | None = None
    cause: str | None = None
    tags: tuple[str, ...] = ()
    template: str | None = None
    group: str | None = None
    owner: str | None = None
    line: int | None = None
    organisation: str | None = None
    contract: str | None = None
    participants: tuple[Participant, ...] = ()
    watchers: tuple[str, ...] = ()
    parent: int | None = None
    children: tuple[int, ...] = ()
    links: tuple[str, ...] = ()  # references: "claims ACME-1001"
    merged_into: int | None = None
    split_from: int | None = None
    foreign_references: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    confidential: bool = False
    language: str | None = None
    solution: str | None = None
    lesson: str | None = None
    next_step: str | None = None
    steps: tuple[str, ...] = ()  # of the template
    promises: tuple[str, ...] = ()
    last_word: str | None = None  # customer | us
    time_spent_s: int = 0
    sla: str | None = None
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    closed_at: datetime | None = None
    reopened_count: int = 0
    owner_at: datetime | None = None
    version: int = 0

    @property
    def reference(self) -> str:
        """Return what customers quote: `ACME-1042`."""
        return f"{self.prefix}-{self.number}"

    def addresses(self, *roles: str) -> tuple[str, ...]:
        """Return the addresses of participants with one of `roles` (all without any)."""
        return tuple(p.address for p in self.participants if not roles or p.role in roles)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person outside: addresses, language, organisation, whether mail to him bounces."""

    address: str
    name: str = ""
    language: str | None = None
    organisation: str | None = None
    muted: str | None = None  # why nothing is sent: "bounced 5.1.1"
    known: bool = False  # wrote to us before
