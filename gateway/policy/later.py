"""What rules.yaml may already say though nothing comes of it yet; `gateway check` tells it for each key in use.

One row per path (`*` is any key): when the behaviour comes, its row goes.
"""

from __future__ import annotations

from typing import Any

from gateway.policy.schema import Policy

LATER: tuple[tuple[str, str], ...] = (
    ("slas", "no clock runs by them"),
    ("desks.*.sla", "no clock runs by it"),
    ("services.*.calendar", "no clock runs by it"),
    ("services.*.sla", "no clock runs by it"),
    ("services.*.windows", "maintenance is not announced"),
    ("desks.*.separate", "tickets can be linked across"),
    ("desks.*.show", "no field is hidden"),
    ("desks.*.waiting.quiet", "reminders do not heed it"),
    ("desks.*.waiting.while_away", "reminders do not heed it"),
    ("desks.*.waiting.remind_after", "no reminder is sent"),
    ("desks.*.waiting.then", "nothing is closed after silence"),
    ("desks.*.resolve_answered_after", "nothing is resolved by it"),
    ("ticket_templates.*.sla", "the ticket keeps its name, no clock runs by it"),
    ("ticket_templates.*.calendar", "no clock runs by it"),
    ("ticket_templates.*.answers.*.files", "ready answers go out without their files"),
    ("desks.*.ask_rating", "no rating is asked for"),
    ("desks.*.mask", "nothing is masked"),
    ("desks.*.retention", "nothing is anonymised or erased by it"),
    ("desks.*.answer_as", "answers go out as text"),
    ("contracts", "no dates are watched"),
    ("contract_managers", "nobody is reminded"),
    ("digests", "they are not sent"),
    ("reports", "they are not sent"),
    ("schedules", "no tickets are opened by them"),
    ("sources", "automatic mail of theirs is treated like any other"),
    ("menus", "mails carry no menu line"),
    ("statuses.*.after", "no status changes by it"),
    ("views", "they cannot be asked for"),
    ("operators.*.mail.quiet", "mails are not folded"),
    ("operators.*.mail.attachments_up_to", "all attachments are sent"),
    ("groups.*.members_get", "the shipped way is used"),
    ("labels_max", "no warning is given"),
)
"""Path -> what is missing, as a clause."""

LATER_ACTIONS: tuple[tuple[str, str], ...] = (
    ("forward", "nothing is forwarded"),
    ("reject", "the message is taken as any other"),
)
"""Keys of `then` that do nothing yet. `hold` works at event `received`; of an alarm only its mails leave."""

LATER_EVENTS: tuple[tuple[str, str], ...] = (("time", "nothing is asked by the clock"),)
"""Events of rules that do not come yet."""


def later(policy: Policy, file: str = "rules.yaml") -> list[str]:
    """Return a sentence for each key of LATER that the files use."""
    sentences = [
        f"{file}: `{path.replace('.*', '')}` is read and checked; {clause} yet"
        for path, clause in LATER
        if _used(policy, path.split("."))
    ]
    sentences += [
        f"{file}: `then: {action}` is read and checked; {clause} yet"
        for action, clause in LATER_ACTIONS
        if any(action in rule.then.values for rule in policy.rules)
    ]
    return sentences + [
        f"{file}: rules of event {event} are read and checked; {clause} yet"
        for event, clause in LATER_EVENTS
        if any(event in rule.events for rule in policy.rules)
    ]


def _used(value: Any, path: list[str]) -> bool:
    """Say whether the admin wrote the key, not only its default."""
    if not path:
        return True
    head, rest = path[0], path[1:]
    if head == "*":
        return any(_used(inner, rest) for inner in value.values())
    return head in value.model_fields_set and _used(getattr(value, head), rest)
