"""From outbox to smarthost: `Sent | Deferred | Bounced`, an attempt row each, backoff for days, then an event.

While no smarthost lets us in, one mail asks now and then and the others wait unspent (`outbound.reach`).
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from gateway.decide import decide_failure
from gateway.errors import TryAgainError, VersionConflictError
from gateway.mail import identity
from gateway.mail.bounce_reason import HARD, Reason, enhanced_status, reason
from gateway.outbound.backoff import next_attempt
from gateway.outbound.transport import Bounced, Deferred, Relay, Sent, Untried, choose, send_by
from gateway.render.compose import chosen_for
from gateway.render.finished import Order
from gateway.store import delivery, notices, outbox, tickets
from gateway.store.connection import Connection
from gateway.store.outbox import OutboxRow
from gateway.work.commit import apply
from gateway.work.deps import Deps

LEASE = timedelta(minutes=20)
PAUSE_LOOK = timedelta(seconds=60)  # after which a mail that has no way looks again
_LEAST_WAIT = timedelta(seconds=1)
_STUBBORN = (0.1, 0.2, 0.5, 1, 1, 2, 2, 3, 5, 5)  # seconds: what has left is sent again if it cannot be written down
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime, limit: int = 10) -> int:
    """Send claimed mails one after the other; what the smarthost took is written down before the next one leaves.

    So whoever is killed leaves at most one further copy of one mail. Writing several together saves a third of a
    millisecond a mail and costs a copy of each.
    """
    given_up = 0
    with deps.store.write("claim outbox") as conn:
        open_ = _open(deps, conn)
        room = _room(deps, open_, now, limit)
        rows = delivery.claim(conn, now, deps.habits.worker, LEASE, room) if room else []
    if room < limit:
        given_up = _expire(deps, now, limit)
    waiting: list[OutboxRow] = []
    try:
        for row in rows:
            match _send(deps, row, open_, now):
                case Sent() as outcome:
                    _mark_sent(deps, row, outcome, now)
                case Untried():
                    waiting.append(row)
                case outcome:
                    _not_sent(deps, row, outcome, now)
    finally:
        _let_wait(deps, waiting, open_, now)
    return len(rows) - len(waiting) + given_up


# --- which way is open ---------------------------------------------------------------------------------------------


def _open(deps: Deps, conn: Connection) -> tuple[Relay, ...]:
    """Return the smarthosts nobody paused."""
    paused = outbox.paused(conn) if deps.relays else {}
    return tuple(relay for relay in deps.relays if f"smarthost:{relay.options.name}" not in paused)


def _room(deps: Deps, open_: tuple[Relay, ...], now: datetime, limit: int) -> int:
    """Return how many mails may be tried: one that asks, or none, while every smarthost is away or paused."""
    names = [relay.options.name for relay in open_]
    if not deps.relays or any(deps.reach.away_since(name) is None for name in names):
        return limit
    return 1 if names and deps.reach.ask_at(names, now) <= now else 0


def _let_wait(deps: Deps, rows: list[OutboxRow], open_: tuple[Relay, ...], now: datetime) -> None:
    """Put back mails that had no way, until one may be asked again."""
    if rows:
        soon = now + PAUSE_LOOK
        names = [relay.options.name for relay in open_]
        until = min(max(deps.reach.ask_at(names, now), now + _LEAST_WAIT), soon) if names else soon
        with deps.store.write("outbox waits") as conn:
            delivery.wait(conn, rows, until, now)


def _expire(deps: Deps, now: datetime, limit: int) -> int:
    """Give up, while nothing can be sent, the mails whose time is over; return how many."""
    with deps.store.write("claim expired") as conn:
        rows = delivery.claim_expired(conn, now, deps.habits.worker, LEASE, limit, deps.habits.retry_for)
    for row in rows:
        _give_up(deps, row, row.status, f"gave up: {row.error}", now, permanent=False)
    return len(rows)


def _heard(deps: Deps, relay: Relay, outcome: Sent | Deferred | Bounced, now: datetime) -> None:
    """Remember whether this smarthost lets us in; write down at once what follows from that for all mails."""
    name = relay.options.name
    match outcome:
        case Deferred(session=False, text=text):
            if deps.reach.missed(name, now):
                _log.error("smarthost is away", extra={"smarthost": name, "why": text})
            if all(deps.reach.away_since(each.options.name) for each in deps.relays):
                with deps.store.write("outbox waits") as conn:
                    delivery.all_wait(conn, now, text)
        case Deferred(reached=False):  # we are ending: nothing was learned
            pass
        case _ if deps.reach.met(name):
            with deps.store.write("smarthost is back") as conn:
                delivery.reached(conn, now)
            _log.warning("smarthost is back", extra={"smarthost": name})
        case _:
            pass


def _mark_sent(deps: Deps, row: OutboxRow, outcome: Sent, now: datetime) -> None:
    """Write down that the smarthost took it."""
    for pause in (*_STUBBORN, None):
        try:
            with deps.store.write("mark sent") as conn:
                delivery.sent(conn, row, now, str(outcome.code), outcome.text, outcome.remote_id)
            break
        except TryAgainError:
            if pause is None:
                raise
            time.sleep(pause)
    _log.info("sent", extra=_about(row))


def _send(deps: Deps, row: OutboxRow, open_: tuple[Relay, ...], now: datetime) -> Sent | Deferred | Bounced | Untried:
    if not choose(deps.relays, row.from_address):
        return Deferred(None, f"no smarthost may send as {row.from_address}")
    relays = choose(open_, row.from_address)
    if not relays:
        return Untried()
    envelope_id = identity.envelope_id(deps.keys(), row.notice_id) if row.envid_hash and row.notice_id else None
    try:
        return send_by(
            relays, row.mail_from, row.rcpt_to, outbox.load_raw(deps.store, row), envelope_id,
            ask=lambda relay: deps.reach.may_ask(relay.options.name, now),
            told=lambda relay, outcome: _heard(deps, relay, outcome, now),
        )  # fmt: skip
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
        case Deferred(code=code, text=text, session=session):
            again = next_attempt(row.attempts + 1, row.first_attempt_at or now, now, deps.habits.retry_for)
            status = str(code) if code else None
            if again is None:
                _give_up(deps, row, status, f"gave up: {text}", now, permanent=False)
            elif session:
                with deps.store.write("mark deferred") as conn:
                    delivery.deferred(conn, row, now, again, status, text)
            else:
                with deps.store.write("mark deferred") as conn:
                    delivery.not_reached(conn, row, now, again, f"{status} {text}" if status else text)
            _log.warning("deferred", extra={**said, "why": text})
        case Bounced(code=552, text=text) if _is_smaller_now(deps, row, text, now):
            _log.warning("too large: goes again without its files", extra={**said, "why": text})
        case Bounced(code=code, text=text):
            _give_up(deps, row, str(code), text, now, permanent=_is_no_address(text))
            _log.warning("bounced", extra={**said, "why": text})


def _is_no_address(text: str) -> bool:
    """Say whether the refusal may be about the address itself: one mail too large or suspected says nothing of the next."""
    found = reason(enhanced_status(text), text)
    return found in HARD or found is Reason.UNCLEAR


def _is_smaller_now(deps: Deps, row: OutboxRow, text: str, now: datetime) -> bool:
    """Write a mail that was too large anew with its files only listed; False where it had none.

    The one case in which the bytes of a mail change: nobody has seen the larger ones. Its Message-ID stays.
    """
    with deps.store.read() as conn:
        notice = notices.get(conn, row.notice_id) if row.notice_id else None
    if notice is None or not notice.facts.get("attachments"):
        return False
    facts = {**notice.facts, "attach_up_to": 0}
    (written,) = deps.writer.write([Order(facts, chosen_for(facts, deps.store.blobs.get))], deps.library())
    if not isinstance(written, bytes):
        return False
    raw = deps.sign(row.from_address, written)
    if len(raw) >= row.size:
        return False
    blob = outbox.keep_raw(deps.store, raw)
    with deps.store.write("mail without files") as conn:
        delivery.deferred(conn, row, now, now, "552", text)
        outbox.rewrite(conn, row.id, raw, blob)
    return True


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
