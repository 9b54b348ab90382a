"""Where rules and templates meet, once: every file is read, every mail rendered with samples, every example tried."""

from __future__ import annotations

from gateway import clock
from gateway.daemon import rulebook
from gateway.errors import ConfigurationError, Problem
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
    if library is not None:
        found += library.check(_languages(policy), tuple(policy.desks) if policy else ())
    return sorted(set(found)), policy


def _languages(policy: Policy | None) -> tuple[str, ...]:
    desks = policy.desks.values() if policy else ()
    return tuple(dict.fromkeys(language for desk in desks for language in desk.languages))
