"""Words of `tell:` to people: requester, cc, owner, group, owner-or-group, watchers, a name, an address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.policy.schema import Policy
from gateway.tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who is told of an event, before it is asked whether he may and needs."""

    to: Address
    audience: str  # requester | operator | third-party | admin
    reason: str  # the word that named him
    person: str | None = None  # ours
    group: bool = False  # the group's own address


def hearers(words: Iterable[str], ticket: Ticket, policy: Policy) -> tuple[Hearer, ...]:
    """Resolve every word of one `tell:` row; nobody twice, the first reason stays."""
    found: dict[str, Hearer] = {}
    for word in words:
        for hearer in _one(word, ticket, policy):
            found.setdefault(key(hearer.to.address), hearer)
    return tuple(found.values())


def _one(word: str, ticket: Ticket, policy: Policy) -> Iterator[Hearer]:  # noqa: C901  # one row a word
    match word:
        case "requester":
            yield Hearer(ticket.requester, "requester", word)
        case "cc" | "third-party":
            audience = "requester" if word == "cc" else "third-party"
            for who in ticket.participants:
                if who.role == word:
                    yield Hearer(Address(who.name, who.address), audience, word)
        case "owner":
            yield from _people([ticket.owner] if ticket.owner else [], word, policy)
        case "group":
            yield from of_group(ticket.group, word, policy)
        case "owner-or-group" if ticket.owner:
            yield from _people([ticket.owner], "owner", policy)
        case "owner-or-group":
            yield from of_group(ticket.group, "group", policy)
        case "watchers":
            yield from _people(ticket.watchers, word, policy)
        case "manager":
            group = policy.groups.get(ticket.group or "")
            yield from _people([group.manager] if group and group.manager else [], word, policy)
        case "admins":
            yield from _people(policy.admins, word, policy)
        case name if name in policy.groups:
            yield from of_group(name, name, policy)
        case name if "@" in name:
            yield Hearer(Address("", name), "third-party", "address")
        case name:
            yield from _people([name], name, policy)


def of_group(name: str | None, reason: str, policy: Policy) -> Iterator[Hearer]:
    """Yield the group's own address where it has one, else each member."""
    group = policy.groups.get(name or "")
    if group is None:
        return
    if group.addresses:
        yield Hearer(Address(group.name, group.addresses[0]), "operator", reason, name, group=True)
        return
    yield from _people(policy.members(name or ""), reason, policy)


def _people(names: Iterable[str], reason: str, policy: Policy) -> Iterator[Hearer]:
    for name in names:
        person = policy.person(name)
        if person is not None and person.addresses:
            yield Hearer(Address(person.name, person.addresses[0]), "operator", reason, name)
