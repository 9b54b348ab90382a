"""`gateway status`: how is it going now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway import clock
from gateway.cli import printing
from gateway.cli.opening import settings_of, store_of

if TYPE_CHECKING:
    from gateway.daemon.condition import Condition


def status(config: Path | None, as_json: bool) -> int:
    """Print what waits since when, how mail comes and leaves, and what is wrong; exit 1 where something is."""
    from gateway.daemon.condition import condition

    settings = settings_of(config)
    with store_of(settings) as store:
        found = condition(settings, store, clock.now())
    if as_json:
        printing.lines(_lines(found, settings.delivery.divert_to))
    else:
        _print(found, settings.delivery.divert_to)
    return 1 if found.troubles else 0


def _lines(found: Condition, divert_to: str) -> Iterator[dict[str, Any]]:
    """Yield a line for each queue, desk, mailbox, way out and trouble; the first key says which."""
    yield {"daemons": list(found.daemons), "free_bytes": found.free, "divert_to": divert_to or None}
    for name, queue in sorted(found.store.queues.items()):
        yield {"queue": name, "count": queue.count, "oldest": _iso(queue.oldest)}
    for desk, count in found.store.open_tickets.items():
        yield {"desk": desk, "open_tickets": count}
    for name, doing in found.mailboxes.items():
        yield {
            "mailbox": name,
            "phase": doing.phase if doing else None,
            "last_success": _iso(doing.last_success) if doing else None,
            "error": doing.error if doing else None,
        }
    last = found.attempts
    trouble = {"trouble_at": _iso(last.trouble_at), "error": last.trouble or None}
    yield {"delivery": "attempts", "sent_at": _iso(last.sent_at), **trouble}
    for scope, reason in found.store.pauses.items():
        yield {"pause": scope, "reason": reason}
    for each in found.troubles:
        yield {"trouble": each.what, "do": each.do}


def _iso(at: Any) -> str | None:
    from gateway.store.column_types import rfc3339

    return rfc3339(at) if at else None


def _print(found: Condition, divert_to: str) -> None:
    print(f"daemon     {', '.join(found.daemons) or 'none runs'}")
    print(f"tickets    {', '.join(f'{desk}: {n} open' for desk, n in found.store.open_tickets.items()) or 'none open'}")
    last = found.attempts
    print(f"delivery   {'last sent ' + _when(last.sent_at) if last.sent_at else 'nothing sent yet'}")
    if last.trouble_at is not None:
        printing.prose(f"           last trouble {_when(last.trouble_at)}: {last.trouble}", 11)
    if divert_to:
        print(f"note: every mail is diverted to {divert_to}")
    print()
    queues = sorted(found.store.queues.items())
    rows = [(name, queue.count, printing.short_time(queue.oldest)) for name, queue in queues]
    printing.table(("queue", "rows", "oldest (UTC)"), rows, "nothing waits")
    if found.mailboxes:
        print()
        boxes = [
            (name, doing.phase, printing.short_time(doing.last_success), doing.error) if doing
            else (name, "not read yet", "", "")
            for name, doing in found.mailboxes.items()
        ]  # fmt: skip
        printing.table(("mailbox", "doing", "last read (UTC)", "trouble"), boxes)
    for trouble in found.troubles:
        print()
        for line in f"wrong: {trouble.what}".splitlines():
            printing.prose(line, 7)
        printing.prose(f"       → {trouble.do}", 9)


def _when(at: Any) -> str:
    return f"{printing.short_time(at)} UTC"
