"""The things every other module speaks of: an address, an envelope, a message as it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class MailClass(StrEnum):
    """What kind of sender made this message; decides what may happen (design: class x what happens)."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    VACATION = "vacation"
    DELIVERY_REPORT = "delivery-report"
    READ_RECEIPT = "read-receipt"
    FEEDBACK_REPORT = "feedback-report"
    CALENDAR = "calendar"
    REACTION = "reaction"
    RECALL = "recall"
    MAILING_LIST = "mailing-list"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: display name (may be empty) and normalised address (domain lower case, IDN as Unicode)."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address

    @property
    def domain(self) -> str:
        """Return what stands behind the last @, or the empty string."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the transport said, apart from the message itself (RFC 5321)."""

    mail_from: str  # "" is the null sender <>
    rcpt_to: tuple[str, ...]
    source: str  # smtp | lmtp | imap | pipe
    mailbox: str | None = None  # the [[mailbox]] it was fetched from
    peer: str | None = None  # address of the SMTP client
    uidvalidity: int | None = None
    uid: int | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message. `name` is what the sender called it, neutralised (A43); the content lives under its hash."""

    name: str
    type: str  # maintype/subtype, lower case
    size: int  # bytes after decoding
    inline: bool
    content_id: str | None  # without angle brackets
    sha256: str  # hex
    content: bytes | None = field(default=None, repr=False, compare=False)  # only on its way from parser to blob store


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """What a delivery report says of one recipient (RFC 3464)."""

    address: str
    action: str  # failed | delayed | delivered | relayed | expanded
    status: str | None  # enhanced status code, "5.1.1"
    permanent: bool


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A delivery status notification: recipients and the id of the mail it is about."""

    recipients: tuple[RecipientReport, ...]
    original_message_id: str | None  # with angle brackets
    envelope_id: str | None = None  # the ENVID it was sent with (RFC 3464 §2.2.1), where the report names it


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A message inside a message, by attachment or in the text: who wrote it first."""

    sender: Address
    to: tuple[Address, ...]
    date: str | None  # RFC 3339 where it could be read, else as written
    subject: str | None
    text: str


@dataclass(frozen=True, slots=True)
class InboundMail:
    """A message as a person would read it. `gateway mail inspect --json` prints this (interfaces.md)."""

    message_id: str | None  # with angle brackets
    date: str | None  # RFC 3339 UTC
    sender_from: Address | None  # None unless From holds exactly one well-formed address
    sender: Address | None  # the Sender: header
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    in_reply_to: tuple[str, ...]  # with angle brackets
    references: tuple[str, ...]
    text: str  # whole body as the reader saw it; NFC, "\n"
    new_text: str
    quoted_text: str
    signature: str
    html: str | None  # the HTML body as it came (decoded), None where there is none or it was too large
    attachments: tuple[Attachment, ...]
    mail_class: MailClass
    why: tuple[str, ...]  # why this class
    thanks: bool
    spam: str | None  # yes | suspect | no | None
    delivery_report: DeliveryReport | None
    forwarded: Forwarded | None
    reference: str | None  # ACME-1042, as found in the subject
    language: str | None  # sv | nb | en | ...
    defects: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]  # every header, decoded, in order, name as written; for rules and trust
    new_html: str | None = None  # the part of the HTML that is new (quote cut), not sanitised
    content_key: str = ""  # sha256 over Message-ID, Date, From, Subject and decoded leaf bodies (once only)

    def header(self, name: str) -> str | None:
        """Return the first header of that name (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
