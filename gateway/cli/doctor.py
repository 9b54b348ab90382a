"""`gateway doctor`: does the world fit."""

from __future__ import annotations

from pathlib import Path

from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of


def doctor(config: Path | None, as_json: bool) -> int:
    """Print what was looked at, what is wrong and what to do; exit 1 where something is wrong. Sends no mail."""
    from gateway.daemon.doctor import examine
    from gateway.daemon.doctor.names import resolver

    settings = settings_of(config)
    wrong = 0
    with store_of(settings) as store:
        for found in examine(settings, store, resolver()):
            wrong += found.state == "wrong"
            if as_json:
                printing.lines(
                    [{"about": found.about, "state": found.state, "what": found.what, "do": found.do or None}]
                )
                continue
            printing.prose(f"{found.state:6} {found.about}: {found.what}", 7)
            if found.do:
                printing.prose(f"       → {found.do}", 9)
    if not as_json:
        print(f"\n{wrong} to mend" if wrong else "\nnothing wrong")
    return 1 if wrong else 0
