"""What `decide` is given: everything known of a ticket and of the message that came, read beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.mail.message import Envelope, InboundMail
from gateway.mail.proof import Proof
from gateway.tickets.model import NOTHING, Contact, Entry, Ticket


@dataclass(frozen=True, slots=True)
class BearerMatch:
    """A bearer found in a message, as the store knows it; expired and revoked ones are not returned."""

    hash: str
    purpose: str  # ticket | held | confirm | report (VERP)
    carrier: str  # subaddress | message-id | key-line | verp | envid
    ticket_id: int | None
    person: str | None  # operator's key, or the group's when `group`, or None for an outside address
    address: str  # to whom the mail went
    group: bool  # sent to a group address: proves no person
    journal_id: int | None  # the held row it decides
    mail_id: int | None  # outbox row it was sent with
    seen_entry: int  # newest entry when it was made: what the reader saw
    audience: str = "operator"
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A Message-ID named by the message that the store knows: ours or received."""

    message_id: str
    ticket_id: int
    entry_id: int | None
    mail_id: int | None  # ours, if it was a mail of ours
    sent_to: str | None  # ours: to whom
    alias: bool = False  # not the id we gave it: a relay on the way did


@dataclass(frozen=True, slots=True)
class Found:
    """All the store could find for the clues of a message."""

    bearers: tuple[BearerMatch, ...] = ()
    messages: tuple[KnownMessage, ...] = ()
    tickets: Mapping[int, Ticket] = field(default_factory=dict)  # by id: every ticket named by any clue
    by_number: Mapping[int, int] = field(default_factory=dict)  # ticket number -> id
    foreign: Mapping[str, int] = field(default_factory=dict)  # foreign reference -> id
    contact: Contact | None = None
    same_content: tuple[int, int] | None = None  # (ticket id, entry id) with the same content key


@dataclass(frozen=True, slots=True)
class SentMail:
    """The mail of ours an operator answers, as far as the leak check and collision need it."""

    mail_id: int
    entry_id: int | None
    internal_lines: tuple[str, ...] = ()  # lines (20 characters or more) of its internal parts
    public_lines: tuple[str, ...] = ()
    answers_stay: bool = False  # its first line said that an answer stays internal


@dataclass(frozen=True, slots=True)
class Case:
    """One ticket (or none yet) with what a decision about it needs."""

    ticket: Ticket | None = None
    entries: tuple[Entry, ...] = ()  # oldest first
    contact: Contact | None = None
    answered_mail: SentMail | None = None
    other_open: tuple[tuple[str, str, str], ...] = ()  # reference, subject, status of the requester's other tickets
    owner_load: Mapping[str, int] = field(default_factory=dict)  # open tickets per operator


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message on its way to a decision: what was read, how it came, what was proved."""

    journal_id: int
    mail: InboundMail
    envelope: Envelope
    proof: Proof
    received_at: datetime
    found: Found
    grant: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # what a person decided of a held row
    unparsable: str | None = None  # why it could not be read; the raw mail is attached
    own: bool = False  # our own Message-ID or loop mark with a valid MAC: it came back
    waits_since: datetime | None = None  # first looked at while what it answers was still worked on
    replayed: bool = False  # one of ours, and a message of his with this Message-ID came before
