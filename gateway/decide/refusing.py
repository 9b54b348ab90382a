"""A message that a person must look at before anything happens: held, and the desk's group told how to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.decide.arriving import actor_of
from gateway.decide.sorting import Sorted
from gateway.decide.terms import Terms
from gateway.mail.address import key
from gateway.mail.message import Address, InboundMail
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import Decision, Effect, Hold, Tell
from gateway.tickets.hearers import hearers
from gateway.tickets.model import Status, Ticket
from gateway.tickets.tell import language
from gateway.tickets.thread import Placement


def hold_for_group(
    incoming: Incoming,
    arrived: Sorted,
    placement: Placement,
    case: Case,
    terms: Terms,
    reason: str,
    why: str,
    also: Iterable[str] = (),
) -> Decision:
    """Hold it; owner or group of the ticket it seems to be about, else the desk's group, are asked, and `also` people.

    Of spam nobody is told at once: it stands in the list of the day.
    """
    ticket = case.ticket or _stand_in(incoming, arrived, terms)
    mail = incoming.mail
    held: dict[str, Any] = {
        "reason": reason,
        "why": why,
        "explanation": why if reason == "rule" else "",  # a rule's reason is the organisation's own words
        "journal_id": incoming.journal_id,
        "from": _named(mail),
        "subject": mail.subject,
        "text": mail.new_text[:2000],
    }
    facts = {"held": held, "journal_id": incoming.journal_id, "subject": mail.subject, "where_answer_goes": "internal"}
    desk = terms.desk(ticket)
    told: list[Effect] = [
        Tell(
            "held", hearer.audience, hearer.to, hearer.person, language(hearer, ticket, desk, terms.policy, None),
            (hearer.reason,), entry=False, auto="auto-generated", group_bearer=hearer.group, facts=facts,
        )
        for hearer in (hearers((*desk.hears("held"), *also), ticket, terms.policy) if reason != "spam" else ())
        if key(hearer.to.address) != terms.sender(mail).key or reason == "unproven"
    ]  # fmt: skip
    about = case.ticket.id if case.ticket else None
    effects = (Hold(reason, held, about=about), *told)
    return Decision(actor_of(incoming, case.ticket), effects, (*placement.evidence, f"held: {reason}: {why}"))


def _named(mail: InboundMail) -> dict[str, str]:
    """Return who wrote; where From is not one address it is shown as it stands."""
    sender = mail.sender_from or Address("", mail.header("From") or "")
    return {"name": sender.name, "address": sender.address}


def _stand_in(incoming: Incoming, arrived: Sorted, terms: Terms) -> Ticket:
    desk = terms.policy.desks[arrived.desk]
    sender = incoming.mail.sender_from or Address("", "")
    return Ticket(
        0,
        0,
        desk.prefix,
        arrived.desk,
        incoming.mail.subject,
        Status.NEW,
        sender,
        incoming.received_at,
        group=desk.group,
    )
