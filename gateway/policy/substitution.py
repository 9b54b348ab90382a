"""`{{ name }}` in the texts of rules.yaml: a fixed list of names, no logic, no filters.

Jinja proper lives only in template files; here a text can neither run code nor fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gateway.policy.nearest import unknown

NAMES: dict[str, str] = {
    "ticket.reference": "ACME-1042",
    "ticket.subject": "its subject",
    "ticket.status": "its status, in the reader's language",
    "ticket.priority": "its priority",
    "ticket.type": "its type",
    "ticket.category": "its category",
    "ticket.group": "its group",
    "ticket.owner": "name of its owner, or nothing",
    "ticket.due": "the next due time, or nothing",
    "requester.name": "name of the requester, or nothing",
    "requester.first_name": "first name of the requester, or nothing",
    "requester.address": "address of the requester",
    "requester.organisation": "name of the organisation, or nothing",
    "desk.name": "name of the desk",
    "desk.address": "first address of the desk",
    "operator.name": "name of the operator who writes",
    "operator.first_name": "his first name",
    "message.subject": "subject of the message just read",
    "message.from": "address it came from",
    "message.date": "its date, 2026-11-24",
    "contract.name": "name of the ticket's contract",
    "contract.ends": "its last day, 2026-12-31",
    "object.name": "name of the ticket's object",
    "event": "the event's word",
}
"""Every name that can be substituted, with what it gives; captures of a rule and its desk's fields come on top."""

_SLOT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w.-]*")


def check(text: str, extra: Iterable[str] = ()) -> list[str]:
    """Return a sentence for each mistake in the text; `extra` are captures and fields known here."""
    known = {*NAMES, *extra}
    wrong = []
    for match in _SLOT.finditer(text):
        name = match[1].strip()
        if not _NAME.fullmatch(name):
            wrong.append(f"'{{{{ {name} }}}}' is no name; filters and logic belong in template files")
        elif name not in known:
            wrong.append(unknown("name", name, known))
    rest = _SLOT.sub("", text)
    if "{{" in rest or "{%" in rest:
        wrong.append("'{{' without '}}', or '{%'; only '{{ name }}' is known here")
    return wrong


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; a name without a value becomes nothing. Values are never read again."""
    return _SLOT.sub(lambda match: values.get(match[1].strip(), ""), text)
