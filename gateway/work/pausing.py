"""Mail that people or the breaker stopped: the admins hear of each pause at once and then daily, until it is lifted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from gateway.store import budgets, leases, outbox
from gateway.store.connection import Connection
from gateway.store.outbox import Pause
from gateway.tickets.case import Case
from gateway.tickets.effects import Tell
from gateway.work import breaker
from gateway.work.alarm import admins_language, alarms
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all

DAILY: Final = timedelta(hours=24)
_WORDS: Final[dict[str, dict[str, str]]] = {
    "sv": {
        "text": "Utskick är stoppade. De väntar i kön tills någon släpper på dem.",
        "all": "alla utskick", "automatic": "alla automatiska utskick",
        "receipts": "automatiska utskick till kunder", "from": "utskick från", "smarthost": "utskick genom",
        "since": "sedan",
    },
    "nb": {
        "text": "Utsendelser er stanset. De venter i køen til noen slipper dem løs.",
        "all": "alle utsendelser", "automatic": "alle automatiske utsendelser",
        "receipts": "automatiske utsendelser til kunder", "from": "utsendelser fra", "smarthost": "utsendelser gjennom",
        "since": "siden",
    },
    "en": {
        "text": "Mail is stopped. It waits in the outbox until somebody lets it go.",
        "all": "all mail", "automatic": "all automatic mail",
        "receipts": "automatic mail to customers", "from": "mail from", "smarthost": "mail by",
        "since": "since",
    },
}  # fmt: skip
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime) -> int:
    """Look whether the breaker trips; tell the admins of each pause nobody told them of today. Returns how many mails."""
    with deps.store.read() as conn:
        quiet = budgets.in_hour(conn, now) < breaker.FLOOR and not outbox.pauses_of(conn)
    if quiet:
        return 0
    with deps.store.write("pauses") as conn:
        if breaker.trip(conn, now):
            _log.error("breaker tripped: automatic mail to customers is paused")
        pauses = {scope: pause for scope, pause in outbox.pauses_of(conn).items() if _untold(conn, scope, pause, now)}
        if not pauses:
            return 0
        count = notice_all(Commit(conn, deps, None, None, Case(), None, now), told(deps, pauses))
    deps.wake.ring("notify")
    _log.warning("outbox is paused", extra={"why": ", ".join(pauses)})
    return count


def told(deps: Deps, pauses: Mapping[str, Pause]) -> list[Tell]:
    """Return what the admins are told of these pauses."""
    words = _WORDS.get(admins_language(deps), _WORDS["en"])
    items = [
        f"{_scope(scope, words)}, {words['since']} {pause.since:%Y-%m-%d %H:%M} UTC: {pause.reason}"
        for scope, pause in pauses.items()
    ]
    return alarms(deps, words["text"], items, ["gateway status", "gateway outbox resume"])


def _scope(scope: str, words: Mapping[str, str]) -> str:
    kind, _, name = scope.partition(":")
    return f"{words.get(kind, kind)} {name}".strip()


def _untold(conn: Connection, scope: str, pause: Pause, now: datetime) -> bool:
    return leases.acquire(conn, f"told of pause {scope} {pause.since.isoformat()}", now.isoformat(), now, DAILY)
