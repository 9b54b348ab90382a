"""What a ticket template says besides the values it gave: description and instruction for operators, ready answers for customers."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.policy.schema import Policy
from gateway.policy.schema_work import TicketTemplate
from gateway.policy.substitution import fill
from gateway.tickets.model import Ticket


def substitutes(ticket: Ticket, policy: Policy) -> Mapping[str, str]:
    """Return the values behind `{{ ticket.… }}` and its kin in the texts of rules.yaml; no number, no reference."""
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


LATE_REFERENCE = "{{ ticket.reference }}"
"""Stands in the texts of rules about a ticket that has no number yet; the commit that gives it one puts it in."""


def reference(ticket: Ticket) -> str:
    """Return what texts of rules say for `{{ ticket.reference }}`."""
    return ticket.reference if ticket.number else LATE_REFERENCE


def answers(ticket: Ticket, policy: Policy, operator: str | None = None) -> dict[str, str]:
    """Return each ready answer by its name, filled, in the customer's language; `operator` is who sends it."""
    template = _template(ticket, policy)
    if template is None:
        return {}
    language = customers_language(ticket, policy)
    names = {**ticket.fields, **substitutes(ticket, policy), **_writer(operator, policy)}
    names["ticket.reference"] = reference(ticket)
    return {
        name: fill(ready.text.pick(language, "customer"), names).strip() for name, ready in template.answers.items()
    }


def customers_language(ticket: Ticket, policy: Policy) -> str:
    """Return the language of a text that is written to the requester."""
    return ticket.language or policy.desk(ticket.desk).languages[0]


def description(ticket: Ticket, policy: Policy, language: str) -> str | None:
    """Return what kind of matter this is, for an operator who reads `language`."""
    template = _template(ticket, policy)
    if template is None or template.description is None:
        return None
    return fill(template.description.pick(language, "operator"), {**ticket.fields, **substitutes(ticket, policy)})


def instruction(ticket: Ticket, policy: Policy, language: str) -> str | None:
    """Return what an operator shall do, Markdown."""
    template = _template(ticket, policy)
    if template is None or template.instruction is None:
        return None
    return fill(template.instruction.pick(language, "operator"), {**ticket.fields, **substitutes(ticket, policy)})


def _template(ticket: Ticket, policy: Policy) -> TicketTemplate | None:
    return policy.ticket_templates.get(ticket.template or "")


def _writer(operator: str | None, policy: Policy) -> dict[str, str]:
    person = policy.person(operator) if operator else None
    return {} if person is None else {"operator.name": person.name, "operator.first_name": person.first_name}
