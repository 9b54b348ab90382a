"""`gateway check`: do the files fit together."""

from __future__ import annotations

from pathlib import Path

from gateway import clock
from gateway.cli.opening import settings_of


def check(config: Path | None) -> int:
    """Print every mistake, then what is read but does nothing yet."""
    from gateway.daemon.check import problems
    from gateway.policy.later import later
    from gateway.settings.expiry import running_out

    settings = settings_of(config)
    found, policy = problems(settings)
    for problem in found:
        print(problem)
    for sentence in later(policy, settings.paths.rules.name) if policy else ():
        print(f"note: {sentence}")
    for sentence in running_out(settings, clock.now().date()):
        print(f"note: {sentence}")
    if found:
        print(f"{len(found)} to mend")
        return 1
    print("settings, rules, templates and brands fit together")
    return 0
