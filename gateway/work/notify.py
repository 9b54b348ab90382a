"""From notice to finished mail: rendered once, bytes fixed, into the outbox. A template error never stops a ticket."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.errors import TryAgainError
from gateway.mail import identity
from gateway.mail.address import subaddress
from gateway.outbound.transport import choose
from gateway.render.compose import chosen_for
from gateway.render.failure import TemplateFailure
from gateway.render.finished import Order, Outcome
from gateway.store import bearers, notices, outbox
from gateway.store.bearers import Bearer
from gateway.store.notices import NoticeRow
from gateway.store.outbox import Outgoing
from gateway.tickets.snapshot import telltale_lines
from gateway.work.deps import Deps
from gateway.work.noticing import BEARER_LIFE

LEASE = timedelta(minutes=5)
AT_ONCE = 25  # mails: while one batch goes into the outbox nothing is written
FILES_AT_ONCE = 8_000_000  # bytes; more is written mail by mail
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Finished:
    row: NoticeRow
    raw: bytes
    mail_from: str
    envelope_token: str | None
    blob: str | None  # where the bytes are, if they are large


def run_once(deps: Deps, now: datetime, limit: int = 50) -> int:
    """Render claimed notices, then put all of them into the outbox in one transaction."""
    with deps.store.write("claim notices") as conn:
        rows = notices.claim(conn, now, deps.habits.worker, LEASE, limit)
    if not rows:
        return 0
    for batch in _batches(rows):
        _finish(deps, batch, now)
    return len(rows)


def _batches(rows: Sequence[NoticeRow]) -> Iterator[list[NoticeRow]]:
    """Give the rows in batches whose files together are no larger than one mail may be."""
    batch: list[NoticeRow] = []
    size = 0
    for row in rows:
        files = sum(int(one["size"]) for one in row.facts.get("attachments") or ())
        if batch and (size + files > FILES_AT_ONCE or len(batch) == AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += files
    yield batch


def _finish(deps: Deps, rows: Sequence[NoticeRow], now: datetime) -> None:
    """Have mails written for the rows and put them into the outbox."""
    orders = {row.id: _order(deps, row) for row in rows}
    asked = {number: order for number, order in orders.items() if isinstance(order, Order)}
    written = dict(zip(asked, deps.writer.write(list(asked.values()), deps.library()), strict=True))
    finished = [(row, _finished(deps, row, written.get(row.id) or str(orders[row.id]))) for row in rows]
    with deps.store.write("fill outbox") as conn:
        for row, item in finished:
            if isinstance(item, _Finished):
                _add(conn, deps, item, now)
            else:
                notices.held(conn, row.id, item)
    deps.wake.ring("deliver")


def _order(deps: Deps, row: NoticeRow) -> Order | str:
    """Return what the writer is asked for, the content of the files that go along with it, or what is amiss."""
    try:
        return Order(row.facts, chosen_for(row.facts, deps.store.blobs.get))
    except TryAgainError:
        raise  # the database is away: the claim runs out by itself
    except Exception:  # noqa: BLE001  # the step loop: a bug costs one notice, never the queue
        return f"rendering failed; see the log\n{traceback.format_exc()}"


def _finished(deps: Deps, row: NoticeRow, outcome: Outcome) -> _Finished | str:
    """Return the mail with its envelope, or why there is none: told in the log, its first line kept with the notice."""
    if not isinstance(outcome, bytes):
        why = str(outcome)  # a template's failure says file and line
        said = {"notice": row.id, "ticket": row.facts.get("reference"), "why": why}
        _log.error("template failed" if isinstance(outcome, TemplateFailure) else "rendering failed", extra=said)
        return why.partition("\n")[0]
    mail_from, token = _envelope(deps, row.facts, null_sender=bool(row.tell.get("null_sender")))
    raw = deps.sign(row.facts["from"]["address"], outcome)
    return _Finished(row, raw, mail_from, token, outbox.keep_raw(deps.store, raw))


def _envelope(deps: Deps, facts: Mapping[str, Any], *, null_sender: bool) -> tuple[str, str | None]:
    """Return the envelope sender: null where mails.md says so, else VERP or the mailbox, as the smarthost allows."""
    address = facts["from"]["address"]
    if null_sender:
        return "", None
    relays = choose(deps.relays, address)
    if not relays or relays[0].options.name not in deps.habits.verp:
        return address, None
    token = deps.token()
    local, _, domain = subaddress(address)
    return f"{local}+b-{token}@{domain}", token


def _add(conn: Any, deps: Deps, item: _Finished, now: datetime) -> None:
    facts, row = item.row.facts, item.row
    inside, public = telltale_lines(facts) if row.audience == "operator" else ((), ())
    hold = deps.habits.send_delay if facts["auto"] is None else timedelta(0)
    envelope_id = identity.envelope_id(deps.keys(), row.id) if item.mail_from else None
    recipient = deps.habits.divert_to or facts["to"]["address"]
    mail = Outgoing(
        row.id, row.ticket_id, row.entry_id, row.event, row.audience, item.mail_from, recipient,
        facts["from"]["address"], facts["message_id"], item.raw, now + hold,
        facts["auto"] is not None, identity.bearer_hash(envelope_id) if envelope_id else None, inside, public,
    )  # fmt: skip
    outbox.add(conn, mail, now, item.blob)
    if item.envelope_token is not None:
        digest = identity.bearer_hash(item.envelope_token)
        about = Bearer(digest, "report", "verp", recipient, now + BEARER_LIFE, row.ticket_id, notice_id=row.id)
        bearers.add(conn, [about], now)
    notices.done(conn, row.id)
