"""From outbox to smarthost: `Sent | Deferred | Bounced`, an attempt row each, backoff for days, then an event."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from gateway import clock
from gateway.decide import decide_failure
from gateway.errors import TryAgainError, VersionConflictError
from gateway.outbound.backoff import next_attempt
from gateway.outbound.transport import Bounced, Deferred, Sent, choose, send_by
from gateway.store import delivery, outbox, tickets
from gateway.store.connection import Connection
from gateway.store.outbox import OutboxRow
from gateway.work.commit import apply
from gateway.work.deps import Deps

LEASE = timedelta(minutes=20)
UNWRITTEN = 0.25  # seconds that a mail may be gone and not yet be known as sent
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime, limit: int = 10) -> int:
    """Send claimed mails one after the other; what the smarthost took is written down a few at a time.

    Whoever is killed between leaves at most one further copy of each of those few (I2), and only while mails leave
    fast: once `UNWRITTEN` has passed the results are written before the next mail leaves.
    """
    with deps.store.write("claim outbox") as conn:
        rows = delivery.claim(conn, now, deps.habits.worker, LEASE, limit)
    taken: list[tuple[OutboxRow, Sent]] = []
    since = clock.monotonic()
    try:
        for row in rows:
            if clock.monotonic() - since > UNWRITTEN:
                _mark_sent(deps, taken, now)
                since = clock.monotonic()
            outcome = _send(deps, row)
            if isinstance(outcome, Sent):
                taken.append((row, outcome))
            else:
                _not_sent(deps, row, outcome, now)
    finally:
        _mark_sent(deps, taken, now)
    return len(rows)


def _mark_sent(deps: Deps, taken: list[tuple[OutboxRow, Sent]], now: datetime) -> None:
    """Write down what the smarthost took, in one transaction, and forget it."""
    if not taken:
        return
    with deps.store.write("mark sent") as conn:
        for row, outcome in taken:
            delivery.sent(conn, row, now, str(outcome.code), outcome.text, outcome.remote_id)
    for row, _ in taken:
        _log.info("sent", extra=_about(row))
    taken.clear()


def _send(deps: Deps, row: OutboxRow) -> Sent | Deferred | Bounced:
    relays = choose(deps.relays, row.from_address)
    if not relays:
        return Deferred(None, f"no smarthost may send as {row.from_address}")
    try:
        return send_by(relays, row.mail_from, row.rcpt_to, outbox.load_raw(deps.store, row), f"m{row.id}")
    except TryAgainError:
        raise  # the database is away: the claim runs out by itself
    except Exception:  # noqa: BLE001  # the step loop: a bug costs one mail its turn, never those behind it
        _log.exception("sending failed", extra=_about(row))
        return Deferred(None, "could not be handed over; see the log")


def _about(row: OutboxRow) -> dict[str, object]:
    return {"mail": row.id, "ticket_id": row.ticket_id, "to": row.rcpt_to}


def _not_sent(deps: Deps, row: OutboxRow, outcome: Deferred | Bounced, now: datetime) -> None:
    said = _about(row)
    match outcome:
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
