"""`gateway ticket …`: what tickets there are, what is known of one, and orders from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of

if TYPE_CHECKING:
    from gateway.store.engine import Store

VIEWS: dict[str, dict[str, Any]] = {
    "all": {},
    "open": {"status": ["new", "open", "waiting", "external", "paused"]},
    "inbox": {"status": ["new"]},
    "to-answer": {"status": ["new", "open"], "last_word": "customer"},
    "resolved": {"status": ["resolved"]},
    "closed": {"status": ["closed"]},
}
"""The views that come with the gateway; those of rules.yaml are read and checked, not asked yet."""


def list_(config: Path | None, view: str, as_json: bool, limit: int) -> int:
    """List the tickets of a view, the newest change first."""
    from gateway.store.tickets import list_tickets

    if view not in VIEWS:
        print(f"no view {view!r}; there are: {', '.join(VIEWS)}", file=sys.stderr)
        return 2
    with store_of(settings_of(config)) as store, store.read() as conn:
        rows = list_tickets(conn, VIEWS[view], limit=limit)
    if as_json:
        printing.lines(
            {
                "reference": t.reference, "subject": t.subject, "status": str(t.status), "priority": t.priority,
                "group": t.group, "owner": t.owner, "requester": t.requester.address,
                "created_at": t.created_at.isoformat(),
            }
            for t in rows
        )  # fmt: skip
    else:
        columns = ("reference", "status", "priority", "owner", "created", "subject")
        shown = (
            (t.reference, t.status, t.priority, t.owner or t.group, printing.short_time(t.created_at), t.subject)
            for t in rows
        )
        printing.table(columns, shown, "no tickets")
    return 0


def show(config: Path | None, reference: str, as_json: bool) -> int:
    """Show one ticket with all that is known of it."""
    with store_of(settings_of(config)) as store:
        facts = facts_of(store, reference)
    if facts is None:
        return _none(reference)
    if as_json:
        printing.lines([facts])
    else:
        _card(facts)
    return 0


def do(config: Path | None, reference: str, commands: tuple[str, ...], person: str) -> int:
    """Do the commands, all or none; print each line with its result."""
    from gateway.daemon.orders import order

    settings = settings_of(config)
    with store_of(settings) as store:
        lines = order(settings, store, _number(reference), "\n".join(commands), person, clock.now())
    if lines is None:
        return _none(reference)
    for line in lines:
        printing.prose(f"{line.line}: {line.message}")
    return 0 if all(line.result == "done" for line in lines) else 1


def facts_of(store: Store, reference: str) -> dict[str, Any] | None:
    """Return what `ticket show --json` prints, None where there is no such ticket."""
    from gateway.store.show import ticket_json
    from gateway.store.tickets import by_number

    with store.read() as conn:
        ticket = by_number(conn, _number(reference))
        return ticket_json(conn, ticket.id) if ticket else None


def _number(reference: str) -> int:
    """Read `ACME-1042`, `[ACME-1042]` or `1042`; 0 where it is none of them."""
    digits = reference.strip("[] ").rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0


def _none(reference: str) -> int:
    print(f"no ticket {reference!r} (`gateway ticket list`)", file=sys.stderr)
    return 1


def _card(facts: dict[str, Any]) -> None:
    print(f"{facts['reference']}  {facts['subject']}")
    for name in ("status", "priority", "type", "category", "group", "owner", "requester", "organisation", "language"):
        value = facts[name]
        if isinstance(value, dict):
            value = printing.who(value)
        if value:
            print(f"  {name + ':':14}{value}")
    if facts["tags"]:
        print(f"  {'tags:':14}{', '.join(facts['tags'])}")
    for name, value in facts["fields"].items():
        print(f"  {name + ':':13} {value}")
    for entry in facts["entries"]:
        mark = "" if entry["visibility"] == "public" else f" [{entry['visibility'].upper()}]"
        print(f"\n{printing.short_time(entry['at'])}  {entry['kind']}  {printing.who(entry['author'])}{mark}")
        print("\n".join(f"    {line}" for line in entry["text"].splitlines()))
    print("\nHistory")
    columns = ("when", "who", "why", "what")
    rows = ((printing.short_time(h["at"]), h["actor"], h["cause"], _change(h["change"])) for h in facts["history"])
    printing.table(columns, rows, "  none", fold=True)
    print("\nMails")
    columns = ("event", "to", "state", "why")
    rows = ((m["event"], m["to"], m["state"], m["suppressed_reason"] or m["error"]) for m in facts["mails"])
    printing.table(columns, rows, "  none", fold=True)


def _change(change: dict[str, Any]) -> str:
    """Return each change on a line of its own: the status first, times as everywhere."""
    ordered = sorted(change.items(), key=lambda one: (one[0] != "status", one[0]))
    return "\n".join(f"{name}: {_shown(name, value)}" for name, value in ordered)


def _shown(name: str, value: object) -> object:
    return printing.short_time(value) if name.endswith("_at") and isinstance(value, str) else value
