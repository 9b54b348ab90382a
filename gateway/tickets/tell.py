"""From what happened to notices: one commit, at most one mail per person; nobody twice, nobody wrong (mails.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.mail.address import key
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import Desk
from gateway.tickets.effects import Suppress, Tell
from gateway.tickets.hearers import Hearer, hearers
from gateway.tickets.model import NOTHING, Contact, Ticket

RANK = ("resolved", "closed", "external-asked", "waiting", "reopened", "registered", "answered", "assigned")
"""Of several events of one commit the first of these makes the mail; the rest comes after."""

WRITTEN_BY_A_PERSON = frozenset({"answered", "waiting", "external-asked", "resolved"})
_TO_CUSTOMERS = frozenset({"requester", "third-party"})


@dataclass(frozen=True, slots=True)
class Happening:
    """What a commit did, as far as telling it goes."""

    events: tuple[str, ...]
    by: str = ""  # comparable address of who caused it; hears nothing of it
    person: str | None = None  # ours, who caused it
    served: frozenset[str] = frozenset()  # comparable addresses that have the mail already
    spoken: bool = False  # the entry holds a person's own words
    receipt: str | None = None  # why no receipt may leave, None where it may
    neutral: bool = False  # the sender is a stranger nobody proved
    automatic: bool = False  # an automatic message came: nobody outside is answered
    muted: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # comparable address -> why
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()  # rules' notify: event, words
    facts: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


def rank(event: str) -> int:
    """Return the place of an event among those of one commit; the lowest makes the mail."""
    return RANK.index(event) if event in RANK else len(RANK)


def tell(what: Happening, ticket: Ticket, policy: Policy, contact: Contact | None = None) -> list[Tell | Suppress]:
    """Return the notices of one commit and, with their reasons, those that are not made."""
    desk = policy.desk(ticket.desk)
    rows = [*((event, desk.hears(event)) for event in dict.fromkeys(what.events)), *what.extra]
    heard: dict[str, tuple[Hearer, list[str], list[str]]] = {}
    for event, words in sorted(rows, key=lambda row: rank(row[0])):
        _hear(heard, hearers(words, ticket, policy), event)
    return [_notice(h, ev, re, what, ticket, desk, policy, contact) for h, ev, re in heard.values()]


def _hear(heard: dict[str, tuple[Hearer, list[str], list[str]]], who: Iterable[Hearer], event: str) -> None:
    for hearer in who:
        _, events, reasons = heard.setdefault(key(hearer.to.address), (hearer, [], []))
        if event not in events:
            events.append(event)
        if hearer.reason not in reasons:
            reasons.append(hearer.reason)


def _notice(
    hearer: Hearer,
    events: list[str],
    reasons: list[str],
    what: Happening,
    ticket: Ticket,
    desk: Desk,
    policy: Policy,
    contact: Contact | None,
) -> Tell | Suppress:
    audience = hearer.audience
    wanted = _wanted(hearer, events, policy)
    if key(hearer.to.address) == what.by and audience == "requester" and "registered" in wanted:
        wanted = ["registered", *(e for e in wanted if e != "registered")]  # his receipt, whatever else happened
    event = wanted[0] if wanted else events[0]
    why = _not_told(hearer, event, what, desk, policy) or (None if wanted else "muted by himself")
    if why:
        return Suppress(event, audience, hearer.to, why)
    spoken = what.spoken and audience != "operator" and not WRITTEN_BY_A_PERSON.isdisjoint(wanted)
    receipt = event == "registered" and audience == "requester"
    return Tell(
        event,
        audience,
        hearer.to,
        hearer.person,
        language(hearer, ticket, desk, policy, contact),
        tuple(reasons),
        auto=None if spoken else "auto-replied" if receipt else "auto-generated",
        null_sender=receipt and what.neutral,
        neutral=receipt and what.neutral,
        group_bearer=hearer.group,
        budgeted=not spoken and audience in _TO_CUSTOMERS,
        other_events=tuple(wanted[1:]),
        facts=what.facts if audience == "operator" else NOTHING,
    )


def _wanted(hearer: Hearer, events: list[str], policy: Policy) -> list[str]:
    """Return the events he did not mute for himself."""
    person = policy.operators.get(hearer.person or "")
    return [event for event in events if person is None or event not in person.mail.mute]


def _not_told(hearer: Hearer, event: str, what: Happening, desk: Desk, policy: Policy) -> str | None:
    address = key(hearer.to.address)
    outside = hearer.audience in _TO_CUSTOMERS
    receipt = event == "registered" and hearer.audience == "requester"
    if policy.desk_of(hearer.to.address) is not None:
        return "an address of our own"
    if address in what.muted:
        return f"muted: {what.muted[address]}"
    if outside and desk.mode == "silent":
        return "the desk is silent"
    if receipt and what.receipt:
        return what.receipt
    if not receipt and (address == what.by or (hearer.person is not None and hearer.person == what.person)):
        return "caused it"
    if address in what.served:
        return "has the operator's mail already"
    if outside and what.automatic:
        return "an automatic message came"
    return None


def language(hearer: Hearer, ticket: Ticket, desk: Desk, policy: Policy, contact: Contact | None) -> str:
    """Return the language for a reader: his own, the contact's, the ticket's, the desk's first (`language: auto`)."""
    if hearer.person is not None:
        person = policy.operators.get(hearer.person) or policy.people.get(hearer.person)
        group = policy.groups.get(hearer.person)
        return (person and person.language) or (group and group.language) or _first(desk)
    if desk.language != "auto":
        return desk.language
    same = contact is not None and key(contact.address) == key(hearer.to.address)
    wanted = (contact.language if contact is not None and same else None) or ticket.language
    return wanted if wanted in desk.languages else _first(desk)


def _first(desk: Desk) -> str:
    return desk.languages[0] if desk.language == "auto" else desk.language
