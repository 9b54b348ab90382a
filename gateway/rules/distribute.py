"""Who gets a ticket: the late-bound order, and the choice itself once loads and turns are known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.policy.actions import BySkill
from gateway.policy.schema import Policy

Way = Literal["round-robin", "least-loaded", "dispatcher"]


@dataclass(frozen=True, slots=True)
class AssignNext:
    """The value of a Change of `owner`, resolved inside the commit under the group's row lock."""

    group: str
    way: Way
    skill: str | None = None  # only members who have it


def hand_out(policy: Policy, group: str, skill: str | None = None, *, at_once: bool = False) -> AssignNext | None:
    """Return the order for a ticket that comes to the group; None where its members pick for themselves.

    `at_once`: somebody must get it now (`owner: next`), so that such groups take turns.
    """
    settings = policy.groups.get(group)
    if settings is None:
        return None
    match settings.hand_out:
        case "round-robin" | "least-loaded" | "dispatcher" as way:
            return AssignNext(group, way, skill)
        case "pick" | "next":
            return AssignNext(group, "round-robin", skill) if at_once else None


def pick(
    order: AssignNext,
    members: Sequence[str],
    loads: Mapping[str, int],
    away: Collection[str] = (),
    skilled: Collection[str] | None = None,
    last: str | None = None,
    dispatcher: str | None = None,
) -> str | None:
    """Return the operator who gets the ticket, or None where nobody can.

    `members` in the order of the file; `loads` are open tickets by operator; `skilled` are those with the wanted
    skill (None: no skill wanted; where none of those present has it, the ticket stays with the group); `last` is whom
    the group's last ticket went to.
    """
    if order.way == "dispatcher":
        return dispatcher if dispatcher is not None and dispatcher not in away else None
    able = [name for name in members if name not in away and (skilled is None or name in skilled)]
    if not able:
        return None
    if order.way == "least-loaded":
        return min(able, key=lambda name: loads.get(name, 0))
    after = members.index(last) + 1 if last in members else 0
    turns = [*members[after:], *members[:after]]
    return next(name for name in turns if name in able)


def group_with_skill(policy: Policy, wanted: BySkill) -> str | None:
    """Return the group with the largest share of members who have the skill; the first one of equals."""
    shares = {name: _share(policy, name, wanted.skill) for name in policy.groups}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] > 0 else None


def skilled(policy: Policy, group: str, skill: str) -> frozenset[str]:
    """Return the members of the group who have the skill."""
    people = ((name, policy.person(name)) for name in policy.members(group))
    return frozenset(name for name, person in people if person is not None and skill in person.skills)


def _share(policy: Policy, group: str, skill: str) -> float:
    members = policy.members(group)
    return len(skilled(policy, group, skill)) / len(members) if members else 0.0
