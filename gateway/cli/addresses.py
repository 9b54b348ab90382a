"""`gateway addresses`: what the mail server in front may pass on."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway import clock
from gateway.cli.opening import settings_of, store_of


def addresses(config: Path | None, postfix: bool, probe: bool) -> int:
    """Print each desk address; with `postfix` as a relay_recipient_maps table, subaddresses by extension."""
    from gateway.daemon.rulebook import policy

    settings = settings_of(config)
    if probe:
        return _probe(config)
    for name, desk in policy(settings).desks.items():
        for address in desk.addresses:
            print(f"{address}\tOK" if postfix else f"{address}\t{name}")
        domain = desk.operator_reply.removeprefix("{token}")
        if postfix and domain.startswith("@"):
            print(f"{domain}\tOK")  # a domain for replies alone: anything before the @
    return 0


def _probe(config: Path | None) -> int:
    """Send a mail to a subaddress of each desk, and print what is known of those sent before; exit 1 where one is lost."""
    from gateway.daemon.orders import offline
    from gateway.work import subaddresses

    settings = settings_of(config)
    if settings.delivery.divert_to:
        print(f"every mail is diverted to {settings.delivery.divert_to}: nothing can be asked", file=sys.stderr)
        return 1
    now = clock.now()
    with store_of(settings) as store:
        deps = offline(settings, store)
        with store.write("probe") as conn:
            desks = deps.terms().policy.desks
            before = {name: subaddresses.known(conn, desk, now) for name, desk in desks.items()}
            asked = subaddresses.ask(conn, deps, now)
    words = {True: "arrive", False: "do not arrive: operators answer by the key line", None: "not known yet"}
    for name, known in before.items():
        print(f"{name}\tsubaddresses {words[known]}")
    for address in asked:
        print(f"sent to {address}; ask again in half an hour")
    return 1 if False in before.values() else 0
