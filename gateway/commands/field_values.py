"""Values of declared fields: read as people write them, kept in one form; which ones are still missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

import regex

from gateway.commands import arguments, dates
from gateway.commands.sentences import Said, say
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import CustomField, Desk
from gateway.tickets.model import Ticket

_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,9})?")
_PHONE = re.compile(r"\+?[\d ()/-]{5,30}")
_PATTERN_SECONDS = 0.1
_LONGEST = 2_000


def label(fields: Mapping[str, CustomField], name: str, language: str) -> str:
    """Return what an operator reads for the field."""
    found = fields[name].label if name in fields else None
    return name if found is None else found.pick(language, "operator")


def read(field: CustomField, value: str, shown: str, now: datetime, zone: tzinfo) -> str | Said:
    """Return the value in its kept form, "" for an empty one, or the sentence that says what is wrong."""
    if not value:
        return ""
    kept = _by_type(field, value[:_LONGEST], now, zone)
    if isinstance(kept, Said):
        return kept
    if kept is None or (field.pattern is not None and not _fits(field.pattern, kept)):
        return say("bad-pattern", field=shown, value=value)
    return kept


def missing(policy: Policy, desk: Desk, ticket: Ticket, language: str, word: str) -> tuple[tuple[str, str], ...]:
    """Return label and ready line of every field that must be filled in before the ticket is resolved."""
    template = policy.ticket_templates.get(ticket.template or "")
    wanted = [name for name, declared in desk.fields.items() if declared.required_at is not None]
    wanted += [name for name in (template.required if template is not None else ()) if name not in wanted]
    empty = [name for name in wanted if not (ticket.fields.get(name) or _default(desk, name))]
    return tuple((label(desk.fields, name, language), f"#{word} {_word(desk, name, language)}=") for name in empty)


def _word(desk: Desk, name: str, language: str) -> str:
    """Return the reader's own word for the field, where one word it is."""
    shown = label(desk.fields, name, language).lower()
    return name if any(sign in shown for sign in " =") else shown


def _default(desk: Desk, name: str) -> str | None:
    return desk.fields[name].default if name in desk.fields else None


def _by_type(field: CustomField, value: str, now: datetime, zone: tzinfo) -> str | Said | None:
    match field.type:
        case "choice":
            return arguments.choose(value, arguments.declared(field.choices))
        case "choices":
            chosen = [arguments.choose(word.strip(), arguments.declared(field.choices)) for word in value.split(",")]
            wrong = next((word for word in chosen if isinstance(word, Said)), None)
            return wrong or ", ".join(map(str, chosen))
        case "yes-no":
            return arguments.choose(value, arguments.declared(("yes", "no"), "yes-no"))
        case "date":
            found = dates.moment(value, now, zone)
            return say("bad-date", value=value) if found is None else found.at.astimezone(zone).date().isoformat()
        case "number":
            plain = value.replace(" ", "").replace(",", ".")
            return plain if _NUMBER.fullmatch(plain) else None
        case "email":
            return arguments.address(value)
        case "phone":
            return value if _PHONE.fullmatch(value) else None
        case "text" | "long-text":
            return value


def _fits(pattern: str, value: str) -> bool:
    try:
        return regex.fullmatch(pattern, value, timeout=_PATTERN_SECONDS) is not None
    except (TimeoutError, regex.error):
        return False
