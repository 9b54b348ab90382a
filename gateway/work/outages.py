"""What stops mail soon or now: a secret that runs out, a mailbox that cannot be read. Told to the admins."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from gateway.store import leases, mailbox_states
from gateway.store.connection import Connection
from gateway.store.mailbox_states import Doing
from gateway.tickets.case import Case
from gateway.work.alarm import admins_language, alarms
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all

UNREAD: Final = timedelta(hours=1)  # a server that restarts is nobody's worry
_DAILY: Final = timedelta(days=1)
_FOR_GOOD: Final = timedelta(days=400)
_WORDS: Final[dict[str, dict[str, str]]] = {
    "sv": {
        "": "Det här stoppar mejlen, nu eller snart:",
        "secret": "{name}: hemligheten går ut {at}, om {days} dagar",
        "gone": "{name}: hemligheten gick ut {at}",
        "mailbox": "brevlådan {name} har inte kunnat läsas sedan {since}: {error}",
        "never": "brevlådan {name} har aldrig kunnat läsas: {error}",
    },
    "nb": {
        "": "Dette stopper e-posten, nå eller snart:",
        "secret": "{name}: hemmeligheten utløper {at}, om {days} dager",
        "gone": "{name}: hemmeligheten utløp {at}",
        "mailbox": "postboksen {name} har ikke kunnet leses siden {since}: {error}",
        "never": "postboksen {name} har aldri kunnet leses: {error}",
    },
    "en": {
        "": "This stops mail, now or soon:",
        "secret": "{name}: its secret runs out on {at}, in {days} days",
        "gone": "{name}: its secret ran out on {at}",
        "mailbox": "the mailbox {name} could not be read since {since}: {error}",
        "never": "the mailbox {name} could never be read: {error}",
    },
}
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime) -> int:
    """Tell what is new; return how many were told.

    Of a secret 60, 30 and 7 days before and when it is over, once each; of a mailbox once a day.
    """
    words = _WORDS.get(admins_language(deps), _WORDS["en"])
    with deps.store.write("outages") as conn:
        lines = [*_secrets(conn, deps, words, now), *_mailboxes(conn, deps, words, now)]
        if not lines:
            return 0
        told = alarms(deps, words[""], lines, ["gateway mailbox list"])
        count = notice_all(Commit(conn, deps, None, None, Case(), None, now), told)
    deps.wake.ring("notify")
    _log.warning("mail stops, now or soon", extra={"why": "; ".join(lines)})
    return count


def _secrets(conn: Connection, deps: Deps, words: dict[str, str], now: datetime) -> Iterator[str]:
    for name, at in deps.habits.secrets:
        days = (at - now.date()).days
        passed = [warning for warning in deps.habits.secret_warnings if days <= warning]
        if passed and _untold(conn, deps, f"{name} {at} {min(passed)}", now, _FOR_GOOD):
            yield words["secret" if days >= 0 else "gone"].format(name=name, at=at, days=days)


def _mailboxes(conn: Connection, deps: Deps, words: dict[str, str], now: datetime) -> Iterator[str]:
    if not deps.habits.mailboxes:
        return
    states = mailbox_states.states(conn)
    for name in deps.habits.mailboxes:
        doing = states.get(name)
        if doing is None or not _unread(doing, now) or not _untold(conn, deps, f"mailbox {name}", now, _DAILY):
            continue
        since = f"{doing.last_success:%Y-%m-%d %H:%M} UTC" if doing.last_success else ""
        yield words["mailbox" if since else "never"].format(name=name, since=since, error=doing.error or "?")


def _unread(doing: Doing, now: datetime) -> bool:
    return doing.error is not None and (doing.last_success is None or now - doing.last_success >= UNREAD)


def _untold(conn: Connection, deps: Deps, about: str, now: datetime, lasting: timedelta) -> bool:
    return leases.acquire(conn, f"told of {about}", deps.token(), now, lasting)
