"""Ticket templates, declared lists, services, objects, and who and what stands outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, SkipValidation, WithJsonSchema

from gateway.policy.conditions import Condition
from gateway.policy.shapes import Address, Day, Label, Language, Shape, Span, Text, Texts, YesNo

CheckedCondition = Annotated[Condition, SkipValidation, WithJsonSchema({"type": "object"})]
"""Read by grammar before the shapes are checked."""

Window = Annotated[
    Text,
    Field(pattern=r"^((first|second|third|fourth|last) )?(mon|tue|wed|thu|fri|sat|sun) \d\d:\d\d-\d\d:\d\d$"),
]


class Listed(Shape):
    """One entry of a declared list."""

    label: Label | None = None
    under: Texts = ()  # second level, categories only
    retired: YesNo = False  # keeps its history, can no longer be chosen


class Tags(Shape):
    """Which tags may be set."""

    allowed: Literal["any"] | tuple[Text, ...] = "any"


class Service(Shape):
    """What we run for others: its own calendar, SLA, group and priority matrix."""

    label: Label | None = None
    calendar: Text | None = None
    sla: Text | None = None
    group: Text | None = None
    matrix: Text = "default"
    windows: tuple[Window, ...] = ()  # planned maintenance


class Object(Shape):
    """A computer, phone or car, from the CSV of `objects:`."""

    id: Text
    kind: Text = ""
    name: Text = ""
    owner: Text = ""
    site: Text = ""
    contract: Text = ""
    service: Text = ""


class ReadyAnswer(Shape):
    """A ready answer by language, with files of the rules folder."""

    text: Label
    files: Texts = ()


class TicketTemplate(Shape):
    """What a ticket of one kind begins with; explicit values of rules beat it."""

    desk: Text | None = None
    subject: Text | None = None  # may hold substitutions
    description: Label | None = None  # what kind of matter this is, for the operator
    group: Text | None = None
    owner: Text | None = None
    type: Text | None = None
    process: Literal["incident", "request", "problem", "change"] | None = None
    category: Text | None = None
    product: Text | None = None
    service: Text | None = None
    priority: Text | None = None
    impact: Text | None = None
    urgency: Text | None = None
    status: Text | None = None
    sla: Text | None = None
    calendar: Text | None = None
    tags: Texts = ()
    fields: Mapping[Text, Text] = {}
    required: Texts = ()  # fields without which it cannot be resolved
    confidential: YesNo = False
    instruction: Label | None = None  # for the operator, Markdown
    steps: Texts = ()
    solution: Label | None = None
    answers: Mapping[Text, ReadyAnswer] = {}
    when: CheckedCondition | None = None  # its own rule, asked before `rules:`


class MenuItem(Shape):
    """One link of the line under an operator's mails."""

    label: Label
    do: Annotated[Text, Field(pattern="^#")]


class View(Shape):
    """A saved question over tickets."""

    where: CheckedCondition
    sort: Literal["next-up", "created", "-created", "updated", "-updated", "due", "priority", "reference"] = "next-up"
    columns: Texts = ("reference", "subject", "status", "priority", "owner", "due")
    label: Label | None = None


class Organisation(Shape):
    """A customer's organisation, known by its domains."""

    name: Text
    domains: Texts = ()
    contract: Text | None = None
    language: Language | None = None


class Contacts(Shape):
    """Who is outside, as far as the file says it."""

    organisations: Mapping[Text, Organisation] = {}


class Renewal(Shape):
    """How a contract goes on by itself."""

    for_: Span = Field(alias="for")
    unless_cancelled: YesNo = True


class ContractReminders(Shape):
    """How long before start, last day of notice and end somebody is reminded."""

    before_start: tuple[Span, ...] = ()
    before_notice: tuple[Span, ...] = ()
    before_end: tuple[Span, ...] = ()


class OnReminder(Shape):
    """What a contract's reminder does beside its mail."""

    open_ticket: Text | None = None  # a ticket template


class Contract(Shape):
    """An agreement with a customer or a supplier."""

    kind: Literal["customer", "supplier", "service"]
    name: Text | None = None
    state: Literal["draft", "active", "cancelled"] = "active"  # coming, current and past follow from the dates
    starts: Day | None = None
    ends: Day | None = None
    notice: Span | None = None
    renews: Renewal | None = None
    sla: Text | None = None
    covers: Texts = ()  # services, kinds or ids of objects
    supplier: Address | None = None
    responsible: Text | None = None
    deputy: Text | None = None
    remind: ContractReminders = ContractReminders()
    on_reminder: OnReminder = OnReminder()
