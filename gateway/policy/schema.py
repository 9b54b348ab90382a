"""The whole of rules.yaml as one frozen value; attribute names are the file's keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictInt, WithJsonSchema

from gateway.mail.address import key
from gateway.policy.calendars import ALWAYS_HOURS, Calendar
from gateway.policy.lookup import Book, book
from gateway.policy.rule import Rule
from gateway.policy.schema_desk import Desk
from gateway.policy.schema_people import Group, Person
from gateway.policy.schema_reports import Digest, Report, Schedule, Source
from gateway.policy.schema_time import CalendarHours, OwnStatus, Priorities, Sla
from gateway.policy.schema_work import (
    Contacts,
    Contract,
    Listed,
    MenuItem,
    Object,
    Service,
    Tags,
    TicketTemplate,
    View,
)
from gateway.policy.shapes import Shape, Text, Texts

DEFAULT_TYPES = ("fault", "order", "question", "other")


def _listed(value: object) -> object:
    """Let a declared list be written as `[a, b]` or as `{a: {label: …}, b: {}}`."""
    if isinstance(value, list | tuple):
        return {name: {} for name in value if isinstance(name, str)}
    return {name: inner or {} for name, inner in value.items()} if isinstance(value, dict) else value


DeclaredList = Annotated[
    Mapping[Text, Listed],
    BeforeValidator(_listed),
    WithJsonSchema({"type": "object"}),
]


class Policy(Shape):
    """What rules.yaml says, whole; made by gateway.policy.load."""

    include: Texts = ()
    admins: Texts = ()
    labels_max: StrictInt = Field(default=15, ge=1)
    desks: Annotated[Mapping[Text, Desk], Field(min_length=1)]
    categories: DeclaredList = Field(default={})
    types: DeclaredList = Field(default={name: Listed() for name in DEFAULT_TYPES})
    causes: DeclaredList = Field(default={})
    products: DeclaredList = Field(default={})
    tags: Tags = Tags()
    services: Mapping[Text, Service] = {}
    objects: Annotated[Mapping[Text, Object], WithJsonSchema({"type": "string"})] = {}
    people: Mapping[Text, Person] = {}
    operators: Mapping[Text, Person] = {}
    groups: Mapping[Text, Group] = {}
    calendars: Mapping[Text, CalendarHours] = {}
    priorities: Priorities = Priorities()
    slas: Mapping[Text, Sla] = {}
    statuses: Mapping[Text, OwnStatus] = {}
    contacts: Contacts = Contacts()
    contracts: Mapping[Text, Contract] = {}
    contract_managers: Mapping[Literal["customer", "supplier", "service", "all"], Text] = {}
    ticket_templates: Mapping[Text, TicketTemplate] = {}
    menus: Mapping[Text, tuple[MenuItem, ...]] = {}
    views: Mapping[Text, View] = {}
    digests: tuple[Digest, ...] = ()
    reports: tuple[Report, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    sources: Mapping[Text, Source] = {}
    rules: Annotated[tuple[Rule, ...], WithJsonSchema({"type": "array"})] = ()  # those of ticket templates first

    @cached_property
    def book(self) -> Book:
        """Return the address book, made at the first use."""
        return book(self.desks, {**self.people, **self.operators}, self.groups, self.contacts.organisations)

    def desk(self, name: str) -> Desk:
        """Return a desk; what belongs to one that is gone from the file falls to the first."""
        return self.desks.get(name) or next(iter(self.desks.values()))

    def desk_of(self, address: str) -> tuple[str, str | None] | None:
        """Return the desk an address leads to and its tag: the subaddress (RFC 5233) or the reply token."""
        return self.book.desk_of(address)

    def person_of(self, address: str) -> str | None:
        """Return the operator or other person of ours that has this address."""
        return self.book.people.get(key(address))

    def person(self, name: str) -> Person | None:
        """Return an operator or other person of ours."""
        return self.operators.get(name) or self.people.get(name)

    def group_of(self, address: str) -> str | None:
        """Return the group that gets its mail at this address."""
        return self.book.groups.get(key(address))

    def organisation_of(self, address: str) -> str | None:
        """Return the declared organisation of an outside address."""
        return self.book.organisation_of(address)

    def desk_addresses(self) -> frozenset[str]:
        """Return every desk's addresses, in the form addresses are compared in."""
        return frozenset(self.book.desks)

    def people_addresses(self) -> frozenset[str]:
        """Return the addresses of operators and other people of ours, in the form addresses are compared in."""
        return frozenset(self.book.people)

    def own_addresses(self) -> frozenset[str]:
        """Return the addresses no event mail to the outside goes to: desks, groups, people."""
        return self.desk_addresses() | self.people_addresses() | frozenset(self.book.groups)

    def members(self, group: str) -> tuple[str, ...]:
        """Return the people of a group, in the order of the file."""
        return self.book.members.get(group, ())

    def groups_of(self, person: str) -> tuple[str, ...]:
        """Return the groups a person belongs to."""
        return tuple(name for name, members in self.book.members.items() if person in members)

    def roles(self, person: str) -> frozenset[str]:
        """Return a person's roles: operators are at least `operator`, those under `admins:` also `admin`."""
        entry = self.person(person)
        given = frozenset(entry.roles) if entry is not None else frozenset()
        own = {"operator"} if person in self.operators else set()
        return given | own | ({"admin"} if person in self.admins else set())

    def stands_for(self, status: str) -> str:
        """Return the fixed status of a status or an own name."""
        return self.statuses[status].stands_for if status in self.statuses else status

    @cached_property
    def _calendars(self) -> dict[str, Calendar]:
        return {name: Calendar(hours) for name, hours in {"always": ALWAYS_HOURS, **self.calendars}.items()}

    def calendar(self, name: str | None) -> Calendar:
        """Return a calendar by name; None is `always`."""
        return self._calendars[name or "always"]

    def field_names(self) -> frozenset[str]:
        """Return the declared fields of all desks."""
        return frozenset(name for desk in self.desks.values() for name in desk.fields)

    def label(self, kind: str, name: str, language: str, audience: str = "*") -> str:
        """Return what people read for a name; `kind` is the key of the file, as `statuses` or `categories`.

        A name without a label stands for itself.
        """
        entry = getattr(self, kind, {}).get(name)
        label = getattr(entry, "label", None)
        return name if label is None else str(label.pick(language, audience))
