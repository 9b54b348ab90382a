"""Who is who in rules.yaml: addresses to desks and people, groups to members, people to roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.mail.address import key as fold
from gateway.policy.schema_desk import Desk
from gateway.policy.schema_people import Group, Person
from gateway.policy.schema_work import Organisation
from gateway.policy.shapes import unicode_domain


@dataclass(frozen=True, slots=True)
class ReplyPattern:
    """Where operators' replies to a desk come in: text before and after the token, folded."""

    desk: str
    before: str
    after: str

    def token(self, address: str) -> str | None:
        """Return the token in a folded address, or None where it is no such address."""
        if not (address.startswith(self.before) and address.endswith(self.after)):
            return None
        return address[len(self.before) : len(address) - len(self.after)] or None


@dataclass(frozen=True, slots=True)
class Book:
    """The address book of one Policy, made once; every key is folded."""

    desks: Mapping[str, str]
    replies: tuple[ReplyPattern, ...]
    people: Mapping[str, str]
    groups: Mapping[str, str]
    domains: Mapping[str, str]  # domain -> organisation
    members: Mapping[str, tuple[str, ...]]  # group -> people, in the order of the file

    def desk_of(self, address: str) -> tuple[str, str | None] | None:
        """Return the desk an address leads to and its tag: the subaddress (RFC 5233) or the reply token."""
        folded = fold(address)
        if folded in self.desks:
            return self.desks[folded], None
        local, _, domain = folded.rpartition("@")
        plain, plus, tag = local.partition("+")
        if plus and (desk := self.desks.get(f"{plain}@{domain}")) is not None:
            return desk, tag
        hits = ((pattern.desk, pattern.token(folded)) for pattern in self.replies)
        return next((hit for hit in hits if hit[1] is not None), None)

    def organisation_of(self, address: str) -> str | None:
        """Return the organisation whose domain, or a domain above the address's, it declares."""
        domain = fold(address).rpartition("@")[2]
        while domain:
            if domain in self.domains:
                return self.domains[domain]
            domain = domain.partition(".")[2]
        return None


def book(
    desks: Mapping[str, Desk],
    people: Mapping[str, Person],
    groups: Mapping[str, Group],
    organisations: Mapping[str, Organisation],
) -> Book:
    """Make the address book; `people` holds operators too."""
    return Book(
        desks={fold(address): name for name, desk in desks.items() for address in desk.addresses},
        replies=tuple(_replies(desks)),
        people={fold(address): name for name, person in people.items() for address in person.addresses},
        groups={fold(address): name for name, group in groups.items() for address in group.addresses},
        domains={
            unicode_domain(domain.removeprefix("@")): name
            for name, organisation in organisations.items()
            for domain in organisation.domains
        },
        members={name: _members(name, group, people) for name, group in groups.items()},
    )


def _members(name: str, group: Group, people: Mapping[str, Person]) -> tuple[str, ...]:
    joined = [person for person, entry in people.items() if name in entry.groups and person not in group.members]
    return (*group.members, *joined)


def _replies(desks: Mapping[str, Desk]) -> Iterator[ReplyPattern]:
    for name, desk in desks.items():
        before, slot, after = desk.operator_reply.partition("{token}")
        if slot:
            local, _, domain = after.partition("@")
            yield ReplyPattern(name, before.casefold(), f"{local.casefold()}@{unicode_domain(domain)}")
