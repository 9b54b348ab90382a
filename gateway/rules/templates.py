"""Ticket templates: what a ticket of one kind begins with."""

from __future__ import annotations

from typing import Any

from gateway.policy.schema import Policy

PLAIN = (
    "desk", "subject", "group", "owner", "type", "process", "category", "product", "service",
    "priority", "impact", "urgency", "status", "sla",
)  # fmt: skip
"""Keys of a template that are one value of the ticket."""


def expand(policy: Policy, name: str, language: str) -> dict[str, Any]:
    """Return the ticket's values a template gives, `template` included; texts may still hold `{{ name }}`.

    What is only shown (description, instruction, ready answers) stays with the template and is looked up by its name.
    """
    template = policy.ticket_templates[name]
    values: dict[str, Any] = {"template": name}
    values |= {key: value for key in PLAIN if (value := getattr(template, key)) is not None}
    if template.tags:
        values["tags"] = tuple(template.tags)
    if template.fields:
        values["fields"] = dict(template.fields)
    if template.steps:
        values["steps"] = tuple(template.steps)
    if template.confidential:
        values["confidential"] = True
    if template.solution is not None:
        values["solution"] = template.solution.pick(language)
    return values
