"""The values behind `{{ name }}` in the texts of rules and ticket templates."""

from __future__ import annotations

from gateway.policy.schema import Policy
from gateway.tickets import template_texts
from gateway.tickets.case import Incoming
from gateway.tickets.model import Ticket


def substitutes(incoming: Incoming | None, ticket: Ticket | None, policy: Policy, event: str) -> dict[str, str]:
    """Return what is known before any rule ran; the ticket's reference is empty while it has no number."""
    values = {"event": event, "ticket.reference": ""}
    if incoming is not None:
        mail = incoming.mail
        values |= {
            "message.subject": mail.subject,
            "message.from": mail.sender_from.address if mail.sender_from is not None else "",
            "message.date": (mail.date or "")[:10],
        }
    if ticket is not None:
        values |= template_texts.substitutes(ticket, policy)
    return values
