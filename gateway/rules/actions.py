"""What a rule does beside changing fields of the ticket: one small type each, a closed union."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.rules.wording import Wording


@dataclass(frozen=True, slots=True)
class Note:
    """An internal note."""

    wording: Wording
    rule: str


@dataclass(frozen=True, slots=True)
class AnswerWith:
    """An answer to the requester: a ready answer of the template, or the text by language."""

    name: str | None
    texts: Mapping[str, Wording]
    rule: str


@dataclass(frozen=True, slots=True)
class NotifyWho:
    """One of the event mails to somebody."""

    who: tuple[str, ...]  # audiences, groups, people, addresses
    mail: str  # event of mails.md
    rule: str


@dataclass(frozen=True, slots=True)
class ForwardTo:
    """The message goes to an outside address for information."""

    addresses: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Somebody is told at once."""

    mail: tuple[str, ...]
    sms: tuple[str, ...]
    webhook: tuple[str, ...]
    wording: Wording
    rule: str


@dataclass(frozen=True, slots=True)
class NoReceipt:
    """The sender gets no receipt."""

    rule: str


@dataclass(frozen=True, slots=True)
class DiscardBecause:
    """The message becomes no ticket; the journal keeps it."""

    because: str
    rule: str


@dataclass(frozen=True, slots=True)
class HoldFor:
    """A person must decide."""

    because: str
    rule: str


@dataclass(frozen=True, slots=True)
class RejectWith:
    """Answered by a text and filed; to known or authenticated senders only, else held."""

    name: str | None
    texts: Mapping[str, Wording]
    rule: str


@dataclass(frozen=True, slots=True)
class TreatAs:
    """The message counts as another class."""

    mail_class: str
    rule: str


@dataclass(frozen=True, slots=True)
class TreatAsSpam:
    """The message counts as spam, or as none."""

    spam: bool
    rule: str


@dataclass(frozen=True, slots=True)
class SenderFrom:
    """Somebody else is the requester: `reply-to`, `sender`, or a text that holds his address."""

    source: str
    rule: str


@dataclass(frozen=True, slots=True)
class DeskIs:
    """The message belongs to another desk."""

    desk: str
    rule: str


@dataclass(frozen=True, slots=True)
class ForeignReference:
    """Another system's number for this matter: evidence when a message comes, kept on the ticket after."""

    reference: str
    rule: str


@dataclass(frozen=True, slots=True)
class CcAdd:
    """Somebody outside takes part."""

    address: str
    rule: str


@dataclass(frozen=True, slots=True)
class LinkTo:
    """The ticket points at another one."""

    reference: str
    rule: str


Action = (
    Note | AnswerWith | NotifyWho | ForwardTo | RaiseAlarm | NoReceipt | DiscardBecause | HoldFor | RejectWith | TreatAs
    | TreatAsSpam | SenderFrom | DeskIs | ForeignReference | CcAdd | LinkTo
)  # fmt: skip
