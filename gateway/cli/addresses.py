"""`gateway addresses`: what the mail server in front may pass on."""

from __future__ import annotations

from pathlib import Path

from gateway.cli.opening import settings_of


def addresses(config: Path | None, postfix: bool) -> int:
    """Print each desk address; with --postfix as a relay_recipient_maps table, subaddresses by extension."""
    from gateway.daemon.rulebook import policy

    for name, desk in policy(settings_of(config)).desks.items():
        for address in desk.addresses:
            print(f"{address}\tOK" if postfix else f"{address}\t{name}")
    return 0
