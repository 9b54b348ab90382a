"""A desk: one face to the outside, its addresses, habits and who hears of what."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gateway.policy.shapes import (
    Addresses,
    Label,
    Language,
    Shape,
    Span,
    Text,
    Texts,
    YesNo,
    language_of,
)

TELL: dict[str, tuple[str, ...]] = {
    "registered": ("requester", "group"),
    "answered": ("requester", "cc"),
    "customer-wrote": ("owner-or-group", "watchers"),
    "waiting": ("requester", "cc"),
    "reminder-1": ("requester",),
    "reminder-2": ("requester",),
    "reminder-3": ("requester", "owner"),
    "closed-after-silence": ("requester", "owner"),
    "resolved": ("requester", "cc"),
    "reopened": (),
    "closed": (),
    "status-changed": (),
    "changed": (),
    "assigned": ("owner",),
    "taken": (),
    "escalated": ("owner-or-group", "manager"),
    "due-soon": ("owner-or-group",),
    "breached": ("owner-or-group", "manager"),
    "external-asked": ("third-party", "owner"),
    "external-answered": ("owner-or-group",),
    "merged": (),
    "split": (),
    "paused": (),
    "woke": (),
    "participant-added": (),
    "colleague-answered": ("owner",),
    "held": ("owner-or-group",),
    "bounced": ("owner-or-group",),
    "approved": ("owner-or-group",),
    "declined": ("owner-or-group",),
    "contract-starting": ("owner-or-group",),
    "contract-notice-due": ("owner-or-group", "manager"),
    "contract-ending": ("owner-or-group", "manager"),
    "contract-ended": ("owner-or-group",),
    "contract-renewed": ("owner-or-group",),
}
"""Who hears of what where the desk says nothing; a desk's `tell:` replaces single rows."""


def _languages(value: Any) -> Any:
    return (
        [language_of(word) if isinstance(word, str) else word for word in value] if isinstance(value, list) else value
    )


class Then(Shape):
    """What becomes of a ticket when all reminders went unanswered."""

    after: Span
    status: Literal["resolved", "closed"] = "resolved"


Rating = Annotated[Text, Field(pattern=r"^(off|all|\d{1,2}%)$")]
"""Which resolved tickets ask how it went."""


def _span(text: str) -> Any:
    from gateway.policy.durations import parse

    return parse(text)


class Waiting(Shape):
    """Reminders while we wait for the customer, counted from the last human word."""

    remind_after: tuple[Span, ...] = Field(
        default=(_span("3bd"), _span("6bd"), _span("9bd")), max_length=3
    )  # each from the last word, not from one another
    then: Then = Then.model_construct(after=_span("12bd"), status="resolved")
    while_away: Literal["hold", "send"] = "hold"  # a vacation answer came
    quiet: tuple[Annotated[Text, Field(pattern=r"^\d\d-\d\d\.\.\d\d-\d\d$")], ...] = ()  # MM-DD..MM-DD, both included

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        steps = [step.wall() for step in (*self.remind_after, self.then.after)]
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError("all times count from the last human word, so each must be longer than the one before")
        return self


class Confidential(Shape):
    """What leaves for a confidential ticket."""

    notice: Literal["none", "headline", "full"] = "headline"
    require_tls: YesNo = True


class Retention(Shape):
    """How long things are kept, from closed; None keeps them."""

    raw: Span | None = None  # the bytes received
    attachments: Span | None = None
    anonymise: Span | None = None


class Show(Shape):
    """Built-in fields this desk does not use."""

    hide: Texts = ()


class CustomField(Shape):
    """A field of the desk's own; its name is a command too (`#site Luleå`)."""

    type: Literal["text", "long-text", "number", "date", "choice", "choices", "yes-no", "email", "phone"] = "text"
    label: Label | None = None
    pattern: Text | None = None  # must match as a whole
    choices: Texts = ()
    required_at: Literal["register", "assign", "resolve"] | None = None
    ask: Literal["customer", "operator"] = "operator"
    default: Text | None = None
    sensitive: YesNo = False

    @model_validator(mode="after")
    def _choices(self) -> Self:
        if self.type in {"choice", "choices"} and not self.choices:
            raise ValueError(f"type {self.type} needs `choices: [one, two]`")
        if self.choices and self.default is not None and self.default not in self.choices:
            raise ValueError(f"the default '{self.default}' is none of the choices")
        return self


class Desk(Shape):
    """One face to the outside. Defaults that depend on the desk's key are filled in before (schema.fill)."""

    name: Text  # default: the key
    addresses: Addresses  # the first one is the From
    prefix: Annotated[Text, Field(pattern=r"^[A-ZÅÄÖÆØ][A-ZÅÄÖÆØ0-9]{0,15}$")]  # default: the key in capitals
    reference_aliases: Texts = ()  # patterns of old systems' numbers, one group each
    mode: Literal["live", "test", "silent"] = "live"
    separate: YesNo = False
    brand: Text | None = None
    language: Literal["auto", "sv", "nb", "en", "da", "fi", "de"] = "auto"
    languages: Annotated[tuple[Language, ...], Field(min_length=1), BeforeValidator(_languages)] = ("sv", "nb", "en")
    calendar: Text | None = None  # None: always open
    sla: Text | None = None
    group: Text | None = None  # default: the first group of the file
    arrives_via: Texts = ()  # List-Ids of the desk's own lists
    number_from_stranger: Literal["new-ticket", "attach", "hold"] = "new-ticket"
    who_may_join: Literal["participants", "organisation"] = "participants"
    operator_proof: Literal["known", "proven"] = "known"
    operator_reply: Text  # "{token}" in an address, or "key-line"; default: first address with +{token}
    after_answer: Literal["open", "waiting", "resolved"] = "open"
    colliding_answers: Literal["hold", "send", "note"] = "hold"
    from_name: Text = "{{ operator.first_name }} via {{ desk.name }}"
    waiting: Waiting = Waiting()
    resolve_answered_after: Span | None = None
    reopen_within: Span = _span("14d")
    close_resolved_after: Span = _span("7d")
    answer_as: Literal["text", "link"] = "text"
    ask_rating: Rating = "off"
    confidential: Confidential = Confidential()
    mask: tuple[Literal["se-personnummer", "no-fodselsnummer", "payment-card", "iban"], ...] = ()
    retention: Retention = Retention()
    show: Show = Show()
    fields: Mapping[Text, CustomField] = {}
    tell: Mapping[Text, Texts] = TELL  # event -> audiences, names, addresses; always holds every event

    def hears(self, event: str) -> tuple[str, ...]:
        """Return who is told of the event: audiences, names of groups or people, addresses."""
        return tuple(self.tell.get(event, ()))

    def reply_address(self, token: str) -> str | None:
        """Return where operators' replies go, or None where the key line stands in the text."""
        return None if self.operator_reply == "key-line" else self.operator_reply.replace("{token}", token)
