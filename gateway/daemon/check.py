"""Where rules and templates meet, once: every file is read, every mail rendered with samples, every example tried."""

from __future__ import annotations

from gateway import clock
from gateway.daemon import rulebook, wiring
from gateway.errors import ConfigurationError, Problem
from gateway.policy.nearest import unknown
from gateway.policy.schema import Policy
from gateway.rules.examples import check_examples
from gateway.settings import Settings


def problems(settings: Settings) -> tuple[list[Problem], Policy | None]:
    """Return every problem of all files at once, and the policy where it could be read."""
    found: list[Problem] = []
    policy, library = None, None
    try:
        policy = rulebook.policy(settings)
    except ConfigurationError as error:
        found += error.problems
    try:
        library = rulebook.library(settings)
    except ConfigurationError as error:
        found += error.problems
    if policy is not None:
        found += check_examples(policy, clock.now())
        found += _mailboxes(settings, policy)
    found += _dkim(settings, policy)
    if library is not None:
        found += library.check(_languages(policy), tuple(policy.desks) if policy else ())
    return sorted(set(found)), policy


def _mailboxes(settings: Settings, policy: Policy) -> list[Problem]:
    """Return a problem for each mailbox whose desk rules.yaml does not know."""
    return [
        Problem("gateway.toml", 0, 0, f"[[mailbox]] {box.name}: {unknown('desk', box.desk, policy.desks)}")
        for box in settings.mailbox
        if box.desk is not None and box.desk not in policy.desks
    ]


def _dkim(settings: Settings, policy: Policy | None) -> list[Problem]:
    """Return a problem where the key does not sign, or signs for no desk's address."""
    key = wiring.dkim_key(settings)
    if key is None:
        return []
    try:
        key.check("gateway.toml")
    except ConfigurationError as error:
        return list(error.problems)
    desks = policy.desks.values() if policy else ()
    if desks and not any(key.signs_for(desk.addresses[0]) for desk in desks):
        said = f"delivery.dkim.domain {key.domain} is no desk's: nothing would be signed"
        return [Problem("gateway.toml", 0, 0, said)]
    return []


def _languages(policy: Policy | None) -> tuple[str, ...]:
    desks = policy.desks.values() if policy else ()
    return tuple(dict.fromkeys(language for desk in desks for language in desk.languages))
