"""Tell the admins that clients are being put off: one mail a cause and hour, however many clients it were (A32)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.store import leases
from gateway.tickets.case import Case
from gateway.work.alarm import admins_language, alarms
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all

HOURLY = timedelta(hours=1)
_WORDS: dict[str, dict[str, str]] = {  # language -> cause -> what happens
    "sv": {
        "": "Gatewayen ber avsändare vänta, så att alla andra kommer fram. Inget mejl är borta: den som är ärlig försöker igen.",
        "connections": "{count} anslutningar över gränsen, senast: {example}",
        "sender": "{count} mejl över gränsen från samma avsändare, senast: {example}",
        "recipients": "{count} okända mottagare prövade, senast av: {example}",
    },
    "nb": {
        "": "Gatewayen ber avsendere vente, slik at alle andre kommer fram. Ingen e-post er borte: den som er ærlig, prøver igjen.",
        "connections": "{count} tilkoblinger over grensen, sist: {example}",
        "sender": "{count} e-poster over grensen fra samme avsender, sist: {example}",
        "recipients": "{count} ukjente mottakere prøvd, sist av: {example}",
    },
    "en": {
        "": "The gateway asks senders to wait, so that everybody else gets through. No mail is lost: the honest try again.",
        "connections": "{count} connections over the limit, last: {example}",
        "sender": "{count} mails over the limit from one sender, last: {example}",
        "recipients": "{count} unknown recipients tried, last by: {example}",
    },
}
_log = logging.getLogger(__name__)


def tell(deps: Deps, refused: Iterable[tuple[str, int, str]], now: datetime) -> list[str]:
    """Tell of each (cause, count, example) of which nobody was told this hour; return the causes that were."""
    found = {cause: (count, example) for cause, count, example in refused}
    if not found:
        return []
    with deps.store.write("tell of refusals") as conn:
        due = [cause for cause in found if leases.acquire(conn, f"told of {cause}", now.isoformat(), now, HOURLY)]
        if not due:
            return []
        words = _WORDS.get(admins_language(deps), _WORDS["en"])
        items = [words[cause].format(count=found[cause][0], example=found[cause][1]) for cause in due]
        notice_all(Commit(conn, deps, None, None, Case(), None, now), alarms(deps, words[""], items, []))
    deps.wake.ring("notify")
    _log.warning("clients are put off", extra={"why": "; ".join(f"{cause} {found[cause][0]}" for cause in due)})
    return due
