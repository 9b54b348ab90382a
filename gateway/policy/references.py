"""Where a name of one part of the file is used in another, as one table; and the check of it."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from gateway.errors import Problem
from gateway.policy import durations, substitution
from gateway.policy.declared import Declared
from gateway.policy.nearest import unknown
from gateway.policy.shapes import is_address
from gateway.policy.tree import Node

REFERENCES: tuple[tuple[str, str], ...] = (
    ("admins.*", "person"),
    ("desks.*.calendar", "calendar"),
    ("desks.*.sla", "SLA"),
    ("desks.*.group", "group"),
    ("desks.*.tell.*", "recipient"),
    ("desks.*.tell", "event keys"),
    ("desks.*.show.hide", "built-in field"),
    ("people.*.groups", "group"),
    ("people.*.away.deputy", "person"),
    ("people.*.mail.mute", "event"),
    ("operators.*.groups", "group"),
    ("operators.*.away.deputy", "person"),
    ("operators.*.mail.mute", "event"),
    ("groups.*.members", "person"),
    ("groups.*.manager", "person"),
    ("groups.*.dispatcher", "person"),
    ("services.*.calendar", "calendar"),
    ("services.*.sla", "SLA"),
    ("services.*.group", "group"),
    ("services.*.matrix", "matrix"),
    ("priorities.*.*.*", "priority"),
    ("slas.*.calendar", "calendar"),
    ("slas.*.first_response", "priority keys"),
    ("slas.*.next_response", "priority keys"),
    ("slas.*.update", "priority keys"),
    ("slas.*.resolution", "priority keys"),
    ("slas.*.escalate.*.to", "recipient"),
    ("statuses.*.after", "duration keys"),
    ("statuses.*.after.*", "status"),
    ("contacts.organisations.*.contract", "contract"),
    ("contracts.*.sla", "SLA"),
    ("contracts.*.covers", "covered thing"),
    ("contracts.*.responsible", "person"),
    ("contracts.*.deputy", "person"),
    ("contracts.*.on_reminder.open_ticket", "ticket template"),
    ("contract_managers.*", "person"),
    ("ticket_templates.*.desk", "desk"),
    ("ticket_templates.*.group", "group"),
    ("ticket_templates.*.owner", "operator"),
    ("ticket_templates.*.type", "type"),
    ("ticket_templates.*.category", "category"),
    ("ticket_templates.*.product", "product"),
    ("ticket_templates.*.service", "service"),
    ("ticket_templates.*.priority", "priority"),
    ("ticket_templates.*.impact", "impact"),
    ("ticket_templates.*.urgency", "urgency"),
    ("ticket_templates.*.status", "status"),
    ("ticket_templates.*.sla", "SLA"),
    ("ticket_templates.*.calendar", "calendar"),
    ("ticket_templates.*.tags", "tag"),
    ("ticket_templates.*.fields", "field keys"),
    ("ticket_templates.*.required", "field"),
    ("views.*.columns", "column"),
    ("digests.*.view", "view"),
    ("digests.*.to.members", "group"),
    ("digests.*.to.who", "recipient"),
    ("digests.*.to", "recipient"),
    ("reports.*.to", "recipient"),
    ("reports.*.desks", "desk"),
    ("schedules.*.template", "ticket template"),
    ("schedules.*.desk", "desk"),
)
"""Path (`*` is any key or item) -> the kind of name that stands there; `… keys` means the keys of the mapping."""

TEXTS: tuple[str, ...] = (
    "desks.*.from_name",
    "ticket_templates.*.subject",
    "ticket_templates.*.fields.*",
    *(
        f"ticket_templates.*.{text}{below}"
        for text in ("description", "instruction", "solution", "answers.*")
        for below in ("", ".*", ".*.*")  # one text, one for each language, one for each audience
    ),
)
"""Texts with substitutions, beside those of rules."""

PATTERNS: tuple[str, ...] = ("desks.*.reference_aliases", "desks.*.fields.*.pattern")
"""Regular expressions, beside those of rules."""

BUILT_IN_FIELDS = frozenset(
    [
        "status",
        "priority",
        "impact",
        "urgency",
        "type",
        "process",
        "category",
        "product",
        "service",
        "object",
        "cause",
        "tags",
        "template",
        "sla",
        "group",
        "owner",
        "line",
        "organisation",
        "contract",
        "parent",
        "source",
        "lesson",
        "next_step",
        "steps",
        "promises",
        "solution",
        "time_spent",
    ]
)
COLUMNS = BUILT_IN_FIELDS | frozenset(
    [
        "reference",
        "subject",
        "requester",
        "due",
        "created_at",
        "updated_at",
        "last_word",
        "desk",
        "first_response_at",
        "resolved_at",
    ]
)


def check(root: Node, known: Declared, captures: frozenset[str], problems: list[Problem]) -> None:
    """Add a problem for each unknown name, wrong substitution and wrong pattern."""
    fixed = {"built-in field": BUILT_IN_FIELDS, "column": COLUMNS | known.names["field"]}
    names = Declared({**known.names, **fixed}, known.free)
    for path, kind in REFERENCES:
        for node in at(root, path):
            _reference(node, kind, names, problems)
    extra = captures | known.names["field"]
    for path in TEXTS:
        for node in at(root, path):
            for sentence in substitution.check(str(node.leaf), extra):
                _wrong(problems, node, sentence)
    for path in PATTERNS:
        for node in at(root, path):
            for item in node.items or (node,):
                _pattern(item, problems)


def at(root: Node, path: str) -> Iterator[Node]:
    """Yield the nodes a dotted path with `*` reaches."""
    head, _, rest = path.partition(".")
    below: list[Node] = []
    if head == "*":
        below = [*root.entries.values(), *root.items]
    elif head in root.entries:
        below = [root.entries[head]]
    for node in below:
        if rest:
            yield from at(node, rest)
        else:
            yield node


def _reference(node: Node, kind: str, known: Declared, problems: list[Problem]) -> None:
    if kind.endswith(" keys"):
        for key in node.entries:
            _key(key, node, kind.removesuffix(" keys"), known, problems)
        return
    for item in node.items or (node,):
        if not isinstance(item.leaf, str) or known.known(kind, item.leaf):
            continue
        if kind != "recipient" or not is_address(item.leaf):
            _wrong(problems, item, unknown(kind, item.leaf, known.names[kind]))


def _key(key: str, node: Node, kind: str, known: Declared, problems: list[Problem]) -> None:
    place = node.keys[key]
    if kind != "duration":
        if not known.known(kind, key):
            problems.append(Problem(place.file, place.line, place.column, unknown(kind, key, known.names[kind])))
        return
    try:
        durations.parse(key)
    except ValueError as error:
        problems.append(Problem(place.file, place.line, place.column, str(error)))


def _pattern(node: Node, problems: list[Problem]) -> None:
    if not isinstance(node.leaf, str):
        return
    try:
        regex.compile(node.leaf, regex.IGNORECASE)
    except regex.error as error:
        _wrong(problems, node, f"the pattern is wrong: {error}")


def _wrong(problems: list[Problem], node: Node, message: str) -> None:
    problems.append(Problem(node.place.file, node.place.line, node.place.column, message))
