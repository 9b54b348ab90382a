"""What must not be forgotten: rows nobody worked on, held messages nobody decided, templates that fail. Told daily."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from gateway.store import bearers, journal, leases, notices
from gateway.store.status import status
from gateway.tickets.case import Case
from gateway.tickets.effects import UNPLACED_REPORT
from gateway.work import daily, outages
from gateway.work.alarm import admins_language, alarms
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all

DAILY = timedelta(hours=24)
_KEPT_BEARERS = timedelta(days=60)  # after they ran out; a key that is quoted later is then simply unknown
_TROUBLE = {  # queue -> the command that shows it
    "journal.parked": "gateway journal list --state parked",
    "journal.held": "gateway journal list --state held",
    "notices.held": "gateway check",
    "outbox.failed": "gateway outbox list --state failed",
    "journal.reports": "gateway journal show NUMBER",
}
_WORDS: dict[str, dict[str, str]] = {  # language -> queue -> what waits there
    "sv": {
        "": "Det här väntar på att någon tar hand om det:",
        "journal.parked": "mejl som vi misslyckades med",
        "journal.held": "mejl som väntar på beslut",
        "notices.held": "utskick som mallen stoppar",
        "outbox.failed": "utskick som inte kom fram",
        "journal.reports": "leveransrapporter som inte hör till något ärende",
    },
    "nb": {
        "": "Dette venter på at noen tar seg av det:",
        "journal.parked": "e-poster som vi ikke klarte å behandle",
        "journal.held": "e-poster som venter på en avgjørelse",
        "notices.held": "utsendelser som malen stopper",
        "outbox.failed": "utsendelser som ikke kom fram",
        "journal.reports": "leveringsrapporter som ikke hører til noen sak",
    },
    "en": {
        "": "This waits for somebody to see to it:",
        "journal.parked": "messages we failed at",
        "journal.held": "messages that wait for a decision",
        "notices.held": "mails that their template stops",
        "outbox.failed": "mails that did not arrive",
        "journal.reports": "delivery reports that belong to no ticket",
    },
}
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime) -> int:
    """Forget what ran out, and tell the admins once a day what waits for a person; return how many were told."""
    return outages.run_once(deps, now) + _tell_what_waits(deps, now)


def _tell_what_waits(deps: Deps, now: datetime) -> int:
    with deps.store.write("housekeeping") as conn:
        bearers.forget(conn, now - _KEPT_BEARERS)
        waiting = {name: count for name, count in _waiting(conn, now).items() if not _is_told(conn, name, now)}
    if not waiting:
        return 0
    words = _WORDS.get(admins_language(deps), _WORDS["en"])
    items = [f"{count} {words[name]}" for name, count in waiting.items()] + _one_by_one(deps, waiting, now)
    with deps.store.write("housekeeping") as conn:
        waiting = {name: count for name, count in waiting.items() if _untold(conn, name, now)}
        if not waiting:
            return 0  # another daemon told of it meanwhile
        items += notices.troubles(conn) if "notices.held" in waiting else []
        told = alarms(deps, words[""], items, [_TROUBLE[name] for name in waiting])
        count = notice_all(Commit(conn, deps, None, None, Case(), None, now), told)
    deps.wake.ring("notify")
    _log.warning("waits for a person", extra={"why": ", ".join(f"{n} {c}" for n, c in waiting.items())})
    return count


def _one_by_one(deps: Deps, waiting: dict[str, int], now: datetime) -> list[str]:
    """Return the lines of what an admin decides one by one; read apart, as a message may have to be parsed for it."""
    language = admins_language(deps)
    lines = daily.held(deps, language) if "journal.held" in waiting else []
    return lines + (daily.reports(deps, now - DAILY, language) if "journal.reports" in waiting else [])


def _waiting(conn: Any, now: datetime) -> dict[str, int]:
    queues = status(conn, now).queues
    waiting = {name: queues[name].count for name in _TROUBLE if name in queues}
    reports = len(journal.filed_since(conn, UNPLACED_REPORT, now - DAILY, daily.LISTED))
    return waiting | ({"journal.reports": reports} if reports else {})


def _is_told(conn: Any, name: str, now: datetime) -> bool:
    return leases.is_held(conn, f"told of {name}", now)


def _untold(conn: Any, name: str, now: datetime) -> bool:
    """Say whether nobody was told of this queue today; each has its own day, so that a new trouble is told at once."""
    return leases.acquire(conn, f"told of {name}", now.isoformat(), now, DAILY)
