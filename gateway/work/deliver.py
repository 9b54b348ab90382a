"""From outbox to smarthost: `Sent | Deferred | Bounced`, an attempt row each, backoff for days, then an event."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from gateway.decide import decide_failure
from gateway.errors import VersionConflictError
from gateway.outbound.backoff import next_attempt
from gateway.outbound.transport import Bounced, Deferred, Sent, choose, send_by
from gateway.store import delivery, outbox, tickets
from gateway.store.connection import Connection
from gateway.store.outbox import OutboxRow
from gateway.work.commit import apply
from gateway.work.deps import Deps

LEASE = timedelta(minutes=20)
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime, limit: int = 10) -> int:
    """Send claimed mails one after the other; each result is written before the next mail leaves."""
    with deps.store.write("claim outbox") as conn:
        rows = delivery.claim(conn, now, deps.habits.worker, LEASE, limit)
    for row in rows:
        _finish(deps, row, _send(deps, row), now)
    return len(rows)


def _send(deps: Deps, row: OutboxRow) -> Sent | Deferred | Bounced:
    relays = choose(deps.relays, row.from_address)
    if not relays:
        return Deferred(None, f"no smarthost may send as {row.from_address}")
    return send_by(relays, row.mail_from, row.rcpt_to, outbox.load_raw(deps.store, row), f"m{row.id}")


def _finish(deps: Deps, row: OutboxRow, outcome: Sent | Deferred | Bounced, now: datetime) -> None:
    said = {"mail": row.id, "ticket_id": row.ticket_id, "to": row.rcpt_to}
    match outcome:
        case Sent(code=code, text=text, remote_id=remote):
            with deps.store.write("mark sent") as conn:
                delivery.sent(conn, row, now, str(code), text, remote)
            _log.info("sent", extra=said)
        case Deferred(code=code, text=text):
            again = next_attempt(row.attempts + 1, row.first_attempt_at or now, now, deps.habits.retry_for)
            status = str(code) if code else None
            if again is None:
                _give_up(deps, row, status, f"gave up: {text}", now, permanent=False)
            else:
                with deps.store.write("mark deferred") as conn:
                    delivery.deferred(conn, row, now, again, status, text)
            _log.warning("deferred", extra={**said, "why": text})
        case Bounced(code=code, text=text):
            _give_up(deps, row, str(code), text, now, permanent=True)
            _log.warning("bounced", extra={**said, "why": text})


def _give_up(deps: Deps, row: OutboxRow, status: str | None, text: str, now: datetime, *, permanent: bool) -> None:
    """Mark the mail failed and let the ticket hear of it, in one transaction."""
    for _ in range(3):
        try:
            with deps.store.write("mark failed") as conn:
                delivery.failed(conn, row, now, status, text)
                _tell(conn, deps, row, status, text, now, permanent=permanent)
        except VersionConflictError:
            continue
        deps.wake.ring("notify")
        return


def _tell(
    conn: Connection, deps: Deps, row: OutboxRow, status: str | None, text: str, now: datetime, *, permanent: bool
) -> None:
    if row.ticket_id is None or row.event == "bounced":
        return
    case = tickets.load_case(conn, row.ticket_id)
    decision = decide_failure(case, row.rcpt_to, status, text, deps.terms(), permanent=permanent)
    apply(conn, deps, decision, None, case, now)
