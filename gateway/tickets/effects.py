"""What a Decision does. There is no other way to change a ticket, and nothing here does it: `work.commit` applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gateway.mail.message import Address, Attachment
from gateway.tickets.model import NOTHING, Actor, Kind, Participant, Ticket, Visibility


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A new ticket; its number is allocated inside the commit (late-bound)."""

    desk: str
    prefix: str
    subject: str
    requester: Address
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # further Ticket fields


@dataclass(frozen=True, slots=True)
class Change:
    """Set one field of the ticket; becomes one line of history."""

    field: str
    value: Any
    cause: str = ""  # "rule Invoices", "#take", "customer wrote"


@dataclass(frozen=True, slots=True)
class AddEntry:
    """Something said; attachments must be in the blob store already or carry their content."""

    kind: Kind
    visibility: Visibility
    direction: str
    author_name: str
    text: str
    html: str | None = None
    full_text: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    message_id: str | None = None
    evidence: tuple[str, ...] = ()
    verified: bool = True
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody outside takes part from this entry on."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody outside takes part no more."""

    address: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A notice: the intent to tell one person of one event; snapshot and Message-ID are made at commit."""

    event: str  # mails.md
    audience: str  # requester | operator | third-party | admin
    to: Address
    person: str | None  # operator's or group's key; None outside
    language: str
    reasons: tuple[str, ...]  # owner, group, cc …: X-Ticket-Reason
    entry: bool = True  # the entry of this decision is what it tells of
    cc: tuple[Address, ...] = ()  # shown only
    auto: str | None = None  # auto-replied | auto-generated | None where a person wrote it
    null_sender: bool = False
    neutral: bool = False  # receipt to an unproven stranger
    group_bearer: bool = False  # to a group's address: threads, but proves nobody
    in_reply_to: str | None = None  # overrides the reader's last
    budgeted: bool = False  # counts against the budgets of mails.md
    other_events: tuple[str, ...] = ()  # further events of the same commit
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # transcript, held, confirmation, bounce, help …


@dataclass(frozen=True, slots=True)
class Suppress:
    """A notice that is not made, and why; kept as an outbox row so that "why was nothing sent" has an answer."""

    event: str
    audience: str
    to: Address
    reason: str


@dataclass(frozen=True, slots=True)
class Arm:
    """A timer row: at that time the event `kind` enters at decide."""

    kind: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Disarm:
    """Timers of that kind for this ticket are taken away."""

    kind: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The journal row waits for a person's decision. `facts` is shown to him and kept with the row."""

    reason: str  # unproven | stranger | spam | near-miss | ambiguous | uncertain-quote | collision | limit | rule
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    ask: Address | None = None  # who is asked; the Tell goes beside
    person: str | None = None  # operator who may decide with a `held` bearer
    about: int | None = None  # ticket it seems to belong to


UNPLACED_REPORT = "delivery report about no mail of a ticket"
"""Why a row is done without an entry that the admins still hear of, once a day."""


@dataclass(frozen=True, slots=True)
class FileMail:
    """The journal row is done without an entry."""

    reason: str
    state: str = "done"  # or `duplicate`


@dataclass(frozen=True, slots=True)
class Discard:
    """A rule or an operator threw the message away; the journal keeps it."""

    because: str


@dataclass(frozen=True, slots=True)
class Link:
    """This ticket points at another one: `claims`, `follow-up`, `duplicate`, `link`."""

    kind: str
    reference: str


@dataclass(frozen=True, slots=True)
class Revoke:
    """That one bearer is worth nothing from now on (A10)."""

    bearer_hash: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Nothing is sent to that address until `Unmute`."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unmute:
    """A good mail came: the address works."""

    address: str


@dataclass(frozen=True, slots=True)
class MarkMail:
    """A delivery report told what became of a mail of ours."""

    mail_id: int
    state: str  # failed | deferred | sent
    status: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Another journal row (a held one) is decided: done | discarded | received (again, with `grant`)."""

    journal_id: int
    state: str
    reason: str
    grant: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # e.g. {"confirmed": "anna", "as": "send"}


@dataclass(frozen=True, slots=True)
class Remember:
    """What a mail taught about a contact: name, language, and whether it surely was his (`known`)."""

    address: str
    name: str = ""
    language: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A rule that did not fire because a pattern of its `when` took too long: noted, and the admins hear of it (A48)."""

    rule: str
    when: str  # the condition as text: one that was mended and still takes too long is another


Effect = (
    OpenTicket
    | Change
    | AddEntry
    | Join
    | Leave
    | Tell
    | Suppress
    | Arm
    | Disarm
    | Hold
    | FileMail
    | Discard
    | Link
    | Revoke
    | Mute
    | Unmute
    | MarkMail
    | Settle
    | Remember
    | Unanswered
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of `decide`: who acts, what is done in order, and the story of why."""

    actor: Actor
    effects: tuple[Effect, ...]
    trace: tuple[str, ...] = ()


def project(ticket: Ticket, effects: tuple[Effect, ...] | list[Effect]) -> Ticket:
    """Return the ticket as it will be when `effects` are applied; numbers are not allocated here."""
    for effect in effects:
        match effect:
            case Change(field=name, value=value):
                ticket = replace(ticket, **{name: value})
            case Join(participant=who) if who.address not in ticket.addresses():
                ticket = replace(ticket, participants=(*ticket.participants, who))
            case Leave(address=address):
                ticket = replace(ticket, participants=tuple(p for p in ticket.participants if p.address != address))
            case Link(kind=kind, reference=reference):
                ticket = replace(ticket, links=(*ticket.links, f"{kind} {reference}"))
            case _:
                pass
    return ticket
