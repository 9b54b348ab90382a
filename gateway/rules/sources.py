"""Where each fact comes from: the message, the sender, the ticket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gateway.mail.address import key
from gateway.mail.message import Address, Attachment
from gateway.policy.schema import Policy
from gateway.rules.personal_numbers import contains_personal_number
from gateway.tickets.case import Case, Incoming
from gateway.tickets.model import Contact, Ticket

_DELIVERED = ("delivered-to", "x-original-to", "x-envelope-to", "envelope-to")
_IMPORTANCE = {"high": "high", "urgent": "high", "1": "high", "2": "high", "low": "low", "non-urgent": "low", "4": "low", "5": "low"}  # fmt: skip


def of_message(
    incoming: Incoming, policy: Policy, desk: str | None, contact: Contact | None
) -> dict[str, Callable[[], Any]]:
    """Return how to find each fact of a message and its sender."""
    mail = incoming.mail
    sender = mail.sender_from.address if mail.sender_from is not None else ""
    return {
        "from": lambda: (mail.sender_from,) if mail.sender_from is not None else (),
        "to": lambda: mail.to,
        "cc": lambda: mail.cc,
        "recipient": lambda: recipients(incoming),
        "subject": lambda: (mail.subject,),
        "text": lambda: (mail.new_text,),
        "mentions": lambda: (mail.subject, mail.new_text),
        "header": lambda: _headers(incoming),
        "attachment": lambda: tuple(_file(attachment) for attachment in mail.attachments),
        "size": lambda: len(mail.text) + len(mail.html or "") + sum(file.size for file in mail.attachments),
        "source": lambda: ("mail",),
        "class": lambda: (str(mail.mail_class),),
        "spam": lambda: _words(incoming.proof.spam or mail.spam),
        "authentication": lambda: (str(incoming.proof.verdict),),
        "addressed": lambda: addressed(incoming, policy, desk),
        "known": lambda: (contact is not None and contact.known) or policy.person_of(sender) is not None,
        "organisation": lambda: _words(policy.organisation_of(sender)),
        "customer_type": lambda: (_customer_type(sender, policy, contact),),
        "contract": lambda: _words(_contract(sender, policy)),
        "desk": lambda: _words(desk or desk_of(incoming, policy)),
        "language": lambda: _words(mail.language),
        "importance": lambda: (_importance(incoming),),
        "contains_personal_number": lambda: contains_personal_number(f"{mail.subject}\n{mail.new_text}"),
        "business_hours": lambda: None,
    }


def of_ticket(ticket: Ticket, policy: Policy, case: Case) -> dict[str, Callable[[], Any]]:
    """Return how to find each fact of a ticket; what the message told of itself is told by the ticket now."""
    requester = ticket.requester.address
    last = case.entries[-1].at if case.entries else ticket.created_at
    return {
        "desk": lambda: (ticket.desk,),
        "source": lambda: (ticket.source,),
        "organisation": lambda: _words(ticket.organisation or policy.organisation_of(requester)),
        "contract": lambda: _words(ticket.contract or _contract(requester, policy)),
        "language": lambda: _words(ticket.language),
        "status": lambda: tuple(filter(None, (ticket.status.value, ticket.status_name))),
        "category": lambda: category_words(ticket.category),
        **{name: _word_of(ticket, name) for name in _WORDS_OF_TICKET},
        "tags": lambda: ticket.tags,
        "fields": lambda: dict(ticket.fields),
        "in_status_for": lambda: _since_status(ticket, case),
        "unassigned_for": lambda: (ticket.owner_at or ticket.created_at) if ticket.owner is None else None,
        "untouched_for": lambda: max(last, ticket.created_at),
    }


_WORDS_OF_TICKET = (
    "priority", "impact", "urgency", "type", "product", "template", "service", "object", "group", "owner", "last_word",
)  # fmt: skip


def category_words(category: str | None) -> tuple[str, ...]:
    """Return a category of two levels and its first level: a rule may name either."""
    return () if category is None else tuple(dict.fromkeys((category, category.partition("/")[0])))


def recipients(incoming: Incoming) -> tuple[Address, ...]:
    """Return To, Cc, the delivery headers and the envelope, each address once."""
    mail = incoming.mail
    written = [value for name, value in mail.headers if name.lower() in _DELIVERED]
    others = (Address("", address.strip("<> ")) for address in (*written, *incoming.envelope.rcpt_to))
    return tuple({key(address.address): address for address in (*others, *mail.cc, *mail.to)}.values())


def desk_of(incoming: Incoming, policy: Policy) -> str | None:
    """Return the desk a message is addressed to, where no ticket says it yet: To, then Cc, then the others."""
    named = (*incoming.mail.to, *incoming.mail.cc, *recipients(incoming))
    hits = (policy.desk_of(address.address) for address in named)
    return next((hit[0] for hit in hits if hit is not None), None)


def addressed(incoming: Incoming, policy: Policy, desk: str | None) -> bool:
    """Say whether one of the desk's addresses (any desk's, where none is known yet) stands in To or Cc."""
    hits = (policy.desk_of(address.address) for address in (*incoming.mail.to, *incoming.mail.cc))
    return any(hit is not None and desk in {None, hit[0]} for hit in hits)


def _word_of(ticket: Ticket, name: str) -> Callable[[], tuple[str, ...]]:
    return lambda: _words(getattr(ticket, name))


def _words(word: str | None) -> tuple[str, ...]:
    return () if word is None else (word,)


def _headers(incoming: Incoming) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in incoming.mail.headers:
        found[name.casefold()] = (*found.get(name.casefold(), ()), value)
    return found


def _file(attachment: Attachment) -> Mapping[str, Any]:
    return {"name": (attachment.name,), "type": (attachment.type,), "size": attachment.size}


def _customer_type(sender: str, policy: Policy, contact: Contact | None) -> str:
    if policy.person_of(sender) is not None:
        return "internal"
    return "existing" if contact is not None and contact.known else "new"


def _contract(address: str, policy: Policy) -> str | None:
    organisation = policy.organisation_of(address)
    return policy.contacts.organisations[organisation].contract if organisation is not None else None


def _importance(incoming: Incoming) -> str:
    written = (incoming.mail.header(name) for name in ("Importance", "X-Priority", "Priority"))
    words = ((value or "").strip().casefold().split(" ")[0] for value in written)
    return next((_IMPORTANCE[word] for word in words if word in _IMPORTANCE), "normal")


def _since_status(ticket: Ticket, case: Case) -> datetime:
    """Return since when the status holds, as far as the ticket tells."""
    known = {"resolved": ticket.resolved_at, "closed": ticket.closed_at, "new": ticket.created_at}
    last = case.entries[-1].at if case.entries else ticket.created_at
    return known.get(ticket.status.value) or last
