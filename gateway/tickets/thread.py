"""Which ticket a message belongs to: clues from the message, evidence from the store, one placement.

Order of evidence (design.md): bearer; any known Message-ID in In-Reply-To/References; the original id in a
bounce; subject reference with a participant as sender; foreign reference. A number alone proves nothing (A01).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gateway.mail import identity
from gateway.mail.address import key, subaddress
from gateway.mail.message import Envelope, InboundMail, MailClass
from gateway.tickets.case import BearerMatch, Found, KnownMessage
from gateway.tickets.model import Ticket

_RECIPIENT_HEADERS = ("delivered-to", "x-original-to", "envelope-to")


@dataclass(frozen=True, slots=True)
class Clues:
    """What a message names that may lead to a ticket; the store is asked for all of it at once."""

    bearer_hashes: tuple[tuple[str, str], ...] = ()  # (hash, carrier)
    message_ids: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    foreign: tuple[str, ...] = ()
    content_key: str = ""
    envelope_hash: str = ""  # of the ENVID that a delivery report names


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the message belongs and why."""

    ticket_id: int | None
    how: str  # bearer | message-id | delivery-report | subject | foreign-reference | none
    evidence: tuple[str, ...]
    verified: bool = True  # False: unguessable evidence, but the sender is nobody of the ticket
    claims: int | None = None  # a ticket whose number a stranger quoted
    bearer: BearerMatch | None = None
    stolen: tuple[BearerMatch, ...] = ()  # bearers that came from an address they are not for


def recipients(mail: InboundMail, envelope: Envelope) -> tuple[str, ...]:
    """Return every address the message came to, envelope first, each once."""
    headers = (value.strip().strip("<>") for name, value in mail.headers if name.lower() in _RECIPIENT_HEADERS)
    named = (a.address for a in (*mail.to, *mail.cc))
    return tuple(dict.fromkeys((*envelope.rcpt_to, *named, *headers)))


def clues(mail: InboundMail, envelope: Envelope, foreign: Iterable[str] = ()) -> Clues:
    """Gather what the message names. `foreign`: references captured by rules of event `received`."""
    ids = list(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references))))
    if mail.delivery_report and mail.delivery_report.original_message_id:
        ids.append(mail.delivery_report.original_message_id)
    carried = [(identity.bearer_hash(token), carrier) for token, carrier in _tokens(mail, envelope)]
    carried += [(identity.bearer_hash(name), "message-id") for name in ids]
    hashes: dict[str, str] = {}
    for hashed, carrier in carried:  # an address it was sent to says more than the same key in a quote
        hashes.setdefault(hashed, carrier)
    number = mail.reference.rpartition("-")[2] if mail.reference else ""
    numbers = (int(number),) if number.isdigit() else ()
    named = mail.delivery_report.envelope_id if mail.delivery_report else None
    return Clues(
        tuple(hashes.items()), tuple(ids), numbers, tuple(foreign), mail.content_key,
        identity.bearer_hash(named) if named else "",
    )  # fmt: skip


def _tokens(mail: InboundMail, envelope: Envelope) -> Iterable[tuple[str, str]]:
    for address in recipients(mail, envelope):
        tag = subaddress(address)[1]
        token = identity.bearer_in_tag(tag) or identity.bearer_in_tag(address.partition("@")[0])
        if token:
            yield token, "verp" if (tag or "").lower().startswith("b-") else "subaddress"
    for token in identity.bearers_in_text(mail.text)[:20]:
        yield token, "key-line"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the From claims to be: comparable address, our person of that address, his organisation."""

    key: str  # "" where From is not exactly one address
    person: str | None = None
    organisation: str | None = None


def place(
    mail: InboundMail, found: Found, sender: Sender, *, join: str = "participants", aliases: Iterable[str] = ()
) -> Placement:
    """Weigh what was found, strongest evidence first; never guesses between two tickets.

    `aliases` are those foreign references that are an old system's number in the subject: worth as much as our own.
    """
    old = tuple(aliases)
    good, stolen = _bearers(found, sender)
    placement = (
        _by_bearer(good)
        or _by_return_path(mail, found)
        or _by_message_id(mail, found, sender)
        or _by_subject(mail, found, sender, join)
        or _by_alias(old, found, sender, join)
        or _by_foreign(found, old)
        or Placement(None, "none", ("no reference, known Message-ID or bearer",))
    )
    return _follow_merge(replace(placement, stolen=stolen), found, sender)


def _bearers(found: Found, sender: Sender) -> tuple[tuple[BearerMatch, ...], tuple[BearerMatch, ...]]:
    usable = [b for b in found.bearers if b.purpose != "report"]
    good = tuple(b for b in usable if is_for(b, sender))
    # A Message-ID is quoted by anybody who was forwarded a mail; only what was kept secret can be stolen (A10).
    stolen = tuple(b for b in usable if b not in good and b.carrier != "message-id")
    return good, stolen


def is_for(bearer: BearerMatch, sender: Sender) -> bool:
    """Say whether the mail of that bearer went to this sender; a group's went to any of us."""
    if bearer.group:
        return sender.person is not None
    return bearer.person == sender.person if bearer.person else key(bearer.address) == sender.key


def _by_bearer(bearers: tuple[BearerMatch, ...]) -> Placement | None:
    best = next((b for b in bearers if b.ticket_id is not None), None)
    if best is None:
        return None
    return Placement(best.ticket_id, "bearer", (f"bearer ({best.carrier}) made for {best.address}",), bearer=best)


def _by_return_path(mail: InboundMail, found: Found) -> Placement | None:
    """Place a report by the signed address it came back to: many name no original Message-ID."""
    if mail.mail_class is not MailClass.DELIVERY_REPORT:
        return None
    ours = next((b for b in found.bearers if b.purpose == "report" and b.ticket_id is not None), None)
    if ours is None:
        return None
    return Placement(
        ours.ticket_id, "delivery-report", (f"came back to the return address of a mail to {ours.address}",)
    )


def _by_message_id(mail: InboundMail, found: Found, sender: Sender) -> Placement | None:
    report = mail.delivery_report.original_message_id if mail.delivery_report else None
    for name in (*mail.in_reply_to, *reversed(mail.references), *([report] if report else ())):
        known = _best(found, name, sender)
        if known is not None:
            how = "delivery-report" if name == report else "message-id"
            ours = "our mail" if known.mail_id else "a message of the ticket"
            ours += ", by an alias that a relay gave it" if known.alias else ""
            return Placement(known.ticket_id, how, (f"answers {name}, {ours}",))
    return None


def _best(found: Found, name: str, sender: Sender) -> KnownMessage | None:
    """Return the message of that id: ours first, then of a ticket the sender takes part in, then the oldest.

    Anybody can write a mail under an id he saw; that must not draw the answers of others into his ticket (A60).
    """
    return min((m for m in found.messages if m.message_id == name), key=lambda m: _rank(m, found, sender), default=None)


def _rank(message: KnownMessage, found: Found, sender: Sender) -> int:
    ticket = found.tickets.get(message.ticket_id)
    theirs = ticket is not None and sender.key in {key(address) for address in ticket.addresses()}
    return 0 if message.mail_id is not None else 1 if theirs else 2


def _by_subject(mail: InboundMail, found: Found, sender: Sender, join: str) -> Placement | None:
    ticket = _named(mail, found)
    return None if ticket is None or mail.reference is None else _by_number(mail.reference, ticket, sender, join)


def _by_alias(aliases: tuple[str, ...], found: Found, sender: Sender, join: str) -> Placement | None:
    known = next(((name, found.foreign[name]) for name in aliases if name in found.foreign), None)
    ticket = found.tickets.get(known[1]) if known else None
    return _by_number(known[0], ticket, sender, join) if known and ticket is not None else None


def _by_number(name: str, ticket: Ticket, sender: Sender, join: str) -> Placement:
    who = {key(address) for address in ticket.addresses()}
    colleague = join == "organisation" and sender.organisation is not None
    colleague = colleague and sender.organisation == ticket.organisation
    if sender.key and (sender.key in who or sender.person or colleague):
        why = "a participant" if sender.key in who else "one of ours" if sender.person else "of the same organisation"
        return Placement(ticket.id, "subject", (f"subject names {name}, the sender is {why}",))
    reason = f"subject names {name}, but the sender is nobody of that ticket"
    return Placement(None, "none", (reason,), claims=ticket.id)


def _named(mail: InboundMail, found: Found) -> Ticket | None:
    if mail.reference is None:
        return None
    prefix, _, number = mail.reference.rpartition("-")
    ticket = found.tickets.get(found.by_number.get(int(number), -1)) if number.isdigit() else None
    return ticket if ticket is not None and ticket.prefix == prefix.upper() else None


def _by_foreign(found: Found, aliases: tuple[str, ...]) -> Placement | None:
    for reference, ticket_id in found.foreign.items():
        if reference in aliases:
            continue
        return Placement(ticket_id, "foreign-reference", (f"foreign reference {reference}",))
    return None


def _follow_merge(placement: Placement, found: Found, sender: Sender) -> Placement:
    ticket = found.tickets.get(placement.ticket_id) if placement.ticket_id is not None else None
    for _ in range(8):
        target = found.tickets.get(ticket.merged_into) if ticket and ticket.merged_into else None
        if ticket is None or target is None:
            break
        note = f"{ticket.reference} was merged into {target.reference}"
        ticket, placement = target, replace(placement, ticket_id=target.id, evidence=(*placement.evidence, note))
    if ticket is None or placement.how not in {"message-id", "foreign-reference"}:
        return placement
    known = sender.person is not None or sender.key in {key(address) for address in ticket.addresses()}
    return replace(placement, verified=known)
