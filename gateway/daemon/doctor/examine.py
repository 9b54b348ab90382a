"""All that is looked at, in order."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.daemon.check import problems
from gateway.daemon.doctor import anchors, machine, names, servers
from gateway.daemon.doctor.finding import Finding
from gateway.settings import Settings
from gateway.store.engine import Store


def examine(settings: Settings, store: Store, texts: names.Texts | None) -> Iterator[Finding]:
    """Yield what is found, as it is found: servers that do not answer take their time."""
    found, policy = problems(settings)
    if found:
        yield Finding("files", "wrong", f"{len(found)} mistakes, the first: {found[0]}", "gateway check")
    else:
        yield Finding("files", "ok", "settings, rules, templates and brands fit together")
    yield from machine.findings(settings, store)
    yield from anchors.findings(settings)
    if policy is not None:
        yield from names.findings(settings, policy, texts)
    yield from servers.findings(settings, store)
