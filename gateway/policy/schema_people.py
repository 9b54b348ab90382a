"""People of ours, groups, and how work is handed out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from gateway.policy.shapes import Address, Addresses, Day, Language, Shape, Size, Text, Texts, YesNo

Role = Literal[
    "operator", "dispatcher", "manager", "incident-manager", "contract-manager", "privacy", "auditor", "admin"
]


class MailHabits(Shape):
    """How a person wants his mails."""

    style: Literal["full", "short"] = "full"
    receipts: Literal["problems", "all", "none"] = "problems"
    mute: Texts = ()  # events
    attachments_up_to: Size | None = None
    quiet: Text | None = None  # "18:00-07:00": folded until the end


class Away(Shape):
    """Out of office."""

    until: Day
    deputy: Text | None = None
    since: Day | None = Field(default=None, alias="from")


class Person(Shape):
    """One of ours; the first address is where he gets his mail, all of them are his."""

    name: Text  # default: the key with a capital
    addresses: Addresses
    language: Language | None = None  # None: the desk's
    roles: tuple[Role, ...] = ()
    groups: Texts = ()
    skills: Texts = ()
    signature: Text | None = None  # `ours`: the brand's; else the text itself
    mail: MailHabits = MailHabits()
    away: Away | None = None

    @property
    def first_name(self) -> str:
        """Return what customers see."""
        return self.name.split()[0] if self.name.split() else self.name


class Group(Shape):
    """Operators who share work."""

    name: Text  # default: the key
    members: Texts = ()
    line: StrictInt = Field(default=1, ge=1, le=9)
    hand_out: Literal["pick", "next", "round-robin", "least-loaded", "dispatcher"] = "pick"
    members_get: Literal["all", "own", "digest"] | None = None  # None: `registered` to all, later things to the owner
    manager: Text | None = None
    dispatcher: Text | None = None
    sees: Literal["own", "group", "desk", "all"] = "desk"
    sees_confidential: YesNo = False
    sees_sensitive: YesNo = False
    addresses: tuple[Address, ...] = ()  # mail to the group goes here instead of to each member
    language: Language | None = None
