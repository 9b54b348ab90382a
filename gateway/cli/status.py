"""`gateway status`: how is it going now."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of


def status(config: Path | None, as_json: bool) -> int:
    """Print every queue with its length and the age of its oldest row; exit 1 where something waits for a person."""
    from gateway.store.rule_notes import list_notes
    from gateway.store.status import status as ask

    settings = settings_of(config)
    now = clock.now()
    with store_of(settings) as store, store.read() as conn:
        found = ask(conn, now)
        refused = [note.note for note in list_notes(conn) if note.rule == "rules.yaml"]
    rows = [(name, queue.count, printing.short_time(queue.oldest)) for name, queue in sorted(found.queues.items())]
    if as_json:
        printing.lines(
            {"queue": n, "count": c, "oldest": o.isoformat() if (o := found.queues[n].oldest) else None}
            for n, c, _ in rows
        )
    else:
        printing.table(("queue", "rows", "oldest"), rows, "nothing waits")
        if settings.delivery.divert_to:
            print(f"note: every mail is diverted to {settings.delivery.divert_to}")
    for problems in refused:
        print(f"rules.yaml is wrong, the old rules stay in force:\n{problems}", file=sys.stderr)
    troubled = {"journal.parked", "notices.held", "outbox.failed"}
    return 1 if any(queue.count for name, queue in found.queues.items() if name in troubled) or refused else 0
