"""Tell the admins of a rule that did not fire because a pattern took too long, once for each condition (A48)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.store import leases
from gateway.store.connection import Connection
from gateway.tickets.case import Case
from gateway.tickets.effects import Unanswered
from gateway.work.alarm import admins_language, alarms
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all

_FOR_GOOD: Final = timedelta(days=400)
_WORDS: Final[dict[str, str]] = {
    "sv": "Ett mönster tog för lång tid, så det är okänt om regeln stämmer, och den gjorde ingenting. Skriv om mönstret:",
    "nb": "Et mønster tok for lang tid, så det er ukjent om regelen stemmer, og den gjorde ingenting. Skriv om mønsteret:",
    "en": "A pattern took too long, so it is unknown whether the rule holds, and it did nothing. Rewrite the pattern:",
}
_log = logging.getLogger(__name__)


def tell(conn: Connection, deps: Deps, effects: Iterable[Any], now: datetime) -> int:
    """Log each such rule and store the mails about those of which nobody was told; return how many mails."""
    rules = [effect for effect in effects if isinstance(effect, Unanswered)]
    for rule in rules:
        _log.warning("a rule could not be answered in time", extra={"why": f"rule {rule.rule}"})
    new = [rule.rule for rule in rules if leases.acquire(conn, _about(rule), deps.token(), now, _FOR_GOOD)]
    if not new:
        return 0
    words = _WORDS.get(admins_language(deps), _WORDS["en"])
    told = alarms(deps, words, new, ["gateway check"])
    return notice_all(Commit(conn, deps, None, None, Case(), None, now), told)


def _about(rule: Unanswered) -> str:
    return f"told of rule {rule.rule} {hashlib.sha256(rule.when.encode()).hexdigest()[:16]}"
