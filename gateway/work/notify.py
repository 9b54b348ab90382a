"""From notice to finished mail: rendered once, bytes fixed, into the outbox. A template error never stops a ticket."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.errors import TryAgainError
from gateway.mail import identity
from gateway.mail.address import subaddress
from gateway.outbound.transport import choose
from gateway.render.compose import ComposedMail, compose
from gateway.render.failure import TemplateFailure
from gateway.store import bearers, notices, outbox
from gateway.store.bearers import Bearer
from gateway.store.notices import NoticeRow
from gateway.store.outbox import Outgoing
from gateway.tickets.snapshot import telltale_lines
from gateway.work.deps import Deps
from gateway.work.noticing import BEARER_LIFE

LEASE = timedelta(minutes=5)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Finished:
    row: NoticeRow
    mail: ComposedMail
    mail_from: str
    envelope_token: str | None
    blob: str | None  # where the bytes are, if they are large


def run_once(deps: Deps, now: datetime, limit: int = 50) -> int:
    """Render claimed notices, then put all of them into the outbox in one transaction."""
    with deps.store.write("claim notices") as conn:
        rows = notices.claim(conn, now, deps.habits.worker, LEASE, limit)
    if not rows:
        return 0
    finished: list[_Finished] = []
    failed: list[tuple[NoticeRow, str]] = []
    for row in rows:
        match _render(deps, row):
            case _Finished() as item:
                finished.append(item)
            case trouble:
                failed.append(trouble)
    with deps.store.write("fill outbox") as conn:
        for item in finished:
            _add(conn, deps, item, now)
        for row, why in failed:
            notices.held(conn, row.id, why)
    deps.wake.ring("deliver")
    return len(rows)


def _render(deps: Deps, row: NoticeRow) -> _Finished | tuple[NoticeRow, str]:
    facts: dict[str, Any] = dict(row.facts)
    try:
        mail = compose(facts, deps.library(), deps.store.blobs.get)
    except (TemplateFailure, ValueError) as failure:  # ValueError: an address no header can hold
        _log.error(
            "template failed", extra={"notice": row.id, "ticket": facts.get("reference"), "why": str(failure)}
        )  # its own message says file and line
        return row, str(failure)
    except TryAgainError:
        raise  # the database is away: the claim runs out by itself
    except Exception:  # noqa: BLE001  # the step loop: a bug costs one notice, never the queue
        _log.exception("rendering failed", extra={"notice": row.id, "ticket": facts.get("reference")})
        return row, "rendering failed; see the log"
    mail_from, token = _envelope(deps, facts, null_sender=bool(row.tell.get("null_sender")))
    return _Finished(row, mail, mail_from, token, outbox.keep_raw(deps.store, mail.raw))


def _envelope(deps: Deps, facts: dict[str, Any], *, null_sender: bool) -> tuple[str, str | None]:
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
    digest = identity.bearer_hash(item.envelope_token) if item.envelope_token else None
    recipient = deps.habits.divert_to or facts["to"]["address"]
    mail = Outgoing(
        row.id, row.ticket_id, row.entry_id, row.event, row.audience, item.mail_from, recipient,
        facts["from"]["address"], facts["message_id"], item.mail.raw, now + hold,
        facts["auto"] is not None, digest, inside, public,
    )  # fmt: skip
    outbox.add(conn, mail, now, item.blob)
    if digest is not None:
        about = Bearer(digest, "report", "verp", recipient, now + BEARER_LIFE, row.ticket_id, notice_id=row.id)
        bearers.add(conn, [about], now)
    notices.done(conn, row.id)
