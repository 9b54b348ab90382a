"""What stands under `then:`, checked and in one form; gateway.rules turns it into effects.

Texts may hold `{{ name }}`; the engine fills them with gateway.policy.substitution.fill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.policy.conditions import Place


@dataclass(frozen=True, slots=True)
class BySkill:
    """`group: {skill: network}`: the group whose members have that skill."""

    skill: str


@dataclass(frozen=True, slots=True)
class TagChange:
    """`tags: [invoice, -spam]`."""

    add: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell somebody by one of the event mails."""

    who: tuple[str, ...]  # audiences, groups, people, addresses
    mail: str  # an event of mails.md; `changed` where none is named


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell somebody at once, outside the ordinary mails."""

    mail: tuple[str, ...]  # audiences, groups, people, addresses
    sms: tuple[str, ...]  # numbers in international form
    webhook: tuple[str, ...]  # https URLs
    text: str  # with substitutions


@dataclass(frozen=True, slots=True)
class ReadyText:
    """A ready answer by name, or the text itself by language; one of the two is empty."""

    name: str | None
    text: Mapping[str, str] = field(default_factory=dict)  # language -> text; "*" for any language


NEXT = "next"
"""`owner: next`: the group's member whose turn it is."""

FORMS: dict[str, str] = {
    "template": "str: name of a ticket template",
    "desk": "str: name of a desk",
    "group": "str: name of a group, or BySkill",
    "owner": "str: name of an operator, or NEXT",
    "priority": "str: a level",
    "impact": "str: a level",
    "urgency": "str: a level",
    "type": "str: a declared type",
    "process": "str: incident | request | problem | change",
    "category": "str: a declared category, `invoice` or `invoice/reminder`",
    "product": "str: a declared product",
    "service": "str: a declared service",
    "object": "str: id of an object, may hold substitutions",
    "cause": "str: a declared cause",
    "tags": "TagChange",
    "fields": "dict[str, str]: declared field -> text with substitutions",
    "status": "str: a status or an own name",
    "sla": "str: a declared SLA",
    "cc": "tuple[str, ...]: addresses, may hold substitutions",
    "link": "str: reference of another ticket, with substitutions",
    "foreign_reference": "str: another system's reference, with substitutions",
    "confidential": "bool",
    "note": "str: internal note, with substitutions",
    "answer": "ReadyText: answered to the requester",
    "notify": "tuple[Notify, ...]",
    "forward": "tuple[str, ...]: addresses the message goes to for information",
    "alarm": "tuple[Alarm, ...]",
    "no_receipt": "bool",
    "discard": "str: because; the journal keeps the message",
    "hold": "str: because",
    "reject": "ReadyText: to known or authenticated senders only, else held",
    "treat_as": "str: a mail class",
    "sender_from": "str: reply-to | sender, or a text with substitutions that holds an address",
    "spam": "bool; `treat_as_spam` is the same",
    "stop": "bool: no later rule is asked",
}
"""Every key of `then` with the form of its value in `Then.values`."""

RECEIVED_ONLY = frozenset({"discard", "hold", "desk", "sender_from", "foreign_reference", "treat_as", "spam", "stop"})
"""What a rule of event `received` may do: the message belongs to no ticket yet."""

SYNONYMS = {"treat_as_spam": "spam"}


@dataclass(frozen=True, slots=True)
class Then:
    """What a rule does: FORMS by key, in the order they were written."""

    values: Mapping[str, Any]
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)

    @property
    def stop(self) -> bool:
        """Say whether no later rule is asked."""
        return bool(self.values.get("stop", False))
