"""The values behind `{{ name }}` in the texts of rules and ticket templates."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.policy.schema import Policy
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
        values |= _of_ticket(ticket, policy)
    return values


def _of_ticket(ticket: Ticket, policy: Policy) -> Mapping[str, str]:
    desk = policy.desks.get(ticket.desk)
    owner = policy.person(ticket.owner) if ticket.owner else None
    contract = policy.contracts.get(ticket.contract or "")
    owned = policy.objects.get(ticket.object or "")
    return {
        "ticket.reference": ticket.reference if ticket.number else "",
        "ticket.subject": ticket.subject,
        "ticket.status": ticket.status_name or ticket.status.value,
        "ticket.priority": ticket.priority or "",
        "ticket.type": ticket.type or "",
        "ticket.category": ticket.category or "",
        "ticket.group": ticket.group or "",
        "ticket.owner": owner.name if owner is not None else "",
        "requester.name": ticket.requester.name,
        "requester.first_name": ticket.requester.name.split(" ")[0],
        "requester.address": ticket.requester.address,
        "requester.organisation": ticket.organisation or "",
        "desk.name": desk.name if desk is not None else "",
        "desk.address": desk.addresses[0] if desk is not None else "",
        "contract.name": (contract.name or ticket.contract or "") if contract is not None else "",
        "contract.ends": contract.ends.isoformat() if contract is not None and contract.ends else "",
        "object.name": owned.name if owned is not None else "",
    }
