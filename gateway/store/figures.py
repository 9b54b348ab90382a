"""Figures for metrics that a query answers at a cost that does not grow with what is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from gateway.store.schema import attempts, rule_notes


class AttemptsCounted:
    """Counts delivery attempts by outcome from now on: each look reads only the rows since the one before."""

    def __init__(self, conn: Connection) -> None:
        self._last: int = conn.execute(select(func.max(attempts.c.id))).scalar() or 0
        self.counts: Counter[str] = Counter()

    def look(self, conn: Connection) -> None:
        """Add what came since the last look."""
        query = select(attempts.c.outcome, func.count(), func.max(attempts.c.id))
        for outcome, count, last in conn.execute(query.where(attempts.c.id > self._last).group_by(attempts.c.outcome)):
            self.counts[outcome] += count
            self._last = max(self._last, last)


def rule_troubles(conn: Connection) -> dict[str, int]:
    """Return how often each rule ran into something (a pattern out of time, a field that is not there)."""
    query = select(rule_notes.c.rule, func.sum(rule_notes.c.times)).group_by(rule_notes.c.rule)
    return {rule: int(times) for rule, times in conn.execute(query)}


@dataclass(frozen=True, slots=True)
class LastAttempts:
    """When a mail left last, and the last trouble since."""

    sent_at: datetime | None
    trouble_at: datetime | None = None
    trouble: str = ""


def last_attempts(conn: Connection) -> LastAttempts:
    """Look at the newest few hundred attempts."""
    found: LastAttempts = LastAttempts(None)
    for row in conn.execute(select(attempts).order_by(attempts.c.id.desc()).limit(300)):
        if row.outcome == "sent":
            return replace(found, sent_at=row.at)
        if found.trouble_at is None:
            found = LastAttempts(None, row.at, row.text)
    return found
