"""Which role may use which verb: one table, the same in docs/rules.md.

The evidence a command needs beside the role (known, proven) is gateway.commands.authority's; whose tickets a person
sees at all follows from his groups.
"""

from __future__ import annotations

ROLES = (
    "operator",
    "dispatcher",
    "manager",
    "incident-manager",
    "contract-manager",
    "privacy",
    "auditor",
    "admin",
)

_READ = (
    "list",
    "search",
    "show",
    "history",
    "files",
    "explain",
    "help",
    "original",
)
_OWN = ("away", "back", "mute", "mail", "save", "forget", "keep", "confirm", "drop", "undo")
_TELL = ("note", "watch", "unwatch")
_ANSWER = (
    "answer",
    "send",
    "accept",
    "cc",
    "bcc",
    "external",
    "forward",
    "time",
    "did",
    "lesson",
    "remind",
    "promise",
    "strike",
    "next-step",
    "done",
    "approve",
)
_STEER = (
    "resolve",
    "close",
    "reopen",
    "wait",
    "pause",
    "status",
    "take",
    "unassign",
    "assign",
    "group",
    "next",
    "escalate",
    "return",
    "handover",
    "priority",
    "impact",
    "urgency",
    "type",
    "category",
    "product",
    "service",
    "object",
    "cause",
    "tag",
    "field",
    "title",
    "template",
    "due",
)
_RELATE = (
    "requester",
    "same-person",
    "parent",
    "merge",
    "unmerge",
    "duplicate",
    "link",
    "split",
    "new",
    "for",
    "source",
    "on",
)
_CARE = ("confidential", "spam")
_RARE = ("open-up", "discard")

_OPERATOR = frozenset((*_READ, *_OWN, *_TELL, *_ANSWER, *_STEER, *_RELATE, *_CARE))
_ALL = _OPERATOR | frozenset((*_RARE, "report"))

VERBS: dict[str, frozenset[str]] = {
    "operator": _ALL,
    "dispatcher": frozenset((*_READ, *_OWN, *_TELL, "report", "take", "unassign", "assign", "group", "next", "on"))
    | frozenset(("escalate", "return", "handover", "priority", "impact", "urgency", "type", "category", "service"))
    | frozenset(("template", "due", "remind", "tag", "spam", "accept", "send")),
    "manager": frozenset((*_READ, *_OWN, *_TELL, "report", "assign", "unassign", "group", "escalate", "return"))
    | frozenset(("priority", "due", "remind", "approve", "confidential", "open-up", "on")),
    "incident-manager": _ALL,
    "contract-manager": frozenset((*_READ, *_OWN, *_TELL, "report", "remind", "due", "approve", "next-step")),
    "privacy": frozenset((*_READ, *_OWN, *_TELL, "report", "confidential", "open-up", "discard")),
    "auditor": frozenset((*_READ, "report", "away", "back", "mute", "mail", "save", "forget", "confirm")),
    "admin": _ALL,
}
"""Role -> the verbs it may use; a person with several roles may use all of theirs."""

CUSTOMER_VERBS = frozenset({"close", "mine", "unsubscribe", "rate"})
"""What somebody from outside may say by mail; anything else of his is text."""


def may(roles: frozenset[str], verb: str) -> bool:
    """Say whether one of the roles may use the verb."""
    return any(verb in VERBS.get(role, frozenset()) for role in roles)
