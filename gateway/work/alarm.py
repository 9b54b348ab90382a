"""A mail to each admin: what happened, what there is to see, what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.mail.message import Address
from gateway.tickets.effects import Tell
from gateway.work.deps import Deps


def admins_language(deps: Deps) -> str:
    """Return the language admins are spoken to in: the first desk's first."""
    return next(iter(deps.terms().policy.desks.values())).languages[0]


def alarms(deps: Deps, text: str, items: Sequence[str], orders: Sequence[str]) -> list[Tell]:
    """Return one mail for each admin: those of gateway.toml by address, those of rules.yaml by name."""
    policy = deps.terms().policy
    people = [(name, policy.person(name)) for name in policy.admins]
    known = [(Address(who.name, who.addresses[0]), name) for name, who in people if who is not None]
    plain = [(Address("", address), None) for address in deps.habits.admin]
    language = admins_language(deps)
    facts = {"alarm": {"text": text, "items": list(items), "orders": list(orders)}, "subject": deps.habits.hostname}
    return [
        Tell("alarm", "admin", to, name, language, ("admin",), entry=False, auto="auto-generated", facts=facts)
        for to, name in (*known, *plain)
    ]
