"""One list mail for all that was folded: ten minutes after the first of it, to each operator or group it was meant for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gateway.mail.address import key
from gateway.mail.message import Address
from gateway.policy.schema import Policy
from gateway.store import folded
from gateway.store.connection import Connection
from gateway.store.folded import Folded
from gateway.tickets.case import Case
from gateway.tickets.effects import Tell
from gateway.work.deps import Deps
from gateway.work.folding import EVENT
from gateway.work.noticing import Commit, notice_all

LINES: Final = 150  # of one list; of what is beyond the references alone are told
REFERENCES: Final = 5_000  # of those
_log = logging.getLogger(__name__)


def run_once(deps: Deps, now: datetime) -> int:
    """Tell everybody whose first folded mail is ten minutes old; return how many were told."""
    with deps.store.read() as conn:
        waiting = folded.due(conn, now - folded.TICKET_WINDOW)
    count = sum(_tell(deps, who, now) for who in waiting)
    if count:
        deps.wake.ring("notify")
    return count


def _tell(deps: Deps, who: str, now: datetime) -> int:
    """Write his list and take the lines out in one transaction, so that no second daemon can send another."""
    with deps.store.write("list of folded mails") as conn:
        lines = folded.take(conn, who)
        if not lines:
            return 0
        return _write(conn, deps, lines, now)


def _write(conn: Connection, deps: Deps, lines: dict[int, Folded], now: datetime) -> int:
    last = next(reversed(lines.values()))
    to = _reader(last, deps.terms().policy)
    if to is None:
        folded.told(conn, list(lines), "folded: the address is nobody's here any more")
        return 0
    facts = _facts(list(lines.values()))
    told = Tell(
        EVENT, "operator", to, last.person, last.language, ("folded",), entry=False, auto="auto-generated",
        group_bearer=last.person in deps.terms().policy.groups, facts=facts,
    )  # fmt: skip
    count = notice_all(Commit(conn, deps, None, None, Case(), None, now), [told])
    folded.told(conn, list(lines), f"folded: told in the list of {now:%Y-%m-%d %H:%M} UTC")
    _log.info("mails folded into a list", extra={"to": last.address, "count": len(lines)})
    return count


def _reader(one: Folded, policy: Policy) -> Address | None:
    """Return whom the list goes to: who is an operator or a group with this address still."""
    group = policy.groups.get(one.person or "")
    if group is not None:
        return Address(group.name, one.address) if key(one.address) in map(key, group.addresses) else None
    person = policy.operators.get(one.person or "") or policy.people.get(one.person or "")
    if person is None or key(one.address) not in map(key, person.addresses):
        return None
    return Address(person.name, one.address)


def _facts(lines: Sequence[Folded]) -> dict[str, object]:
    rest = dict.fromkeys(one.reference for one in lines[LINES:] if one.reference)
    beyond = list(rest)[:REFERENCES]
    return {
        "happenings": [_line(one) for one in lines[:LINES]],
        "folded": {
            "count": len(lines),
            "tickets": len({one.reference for one in lines if one.reference}),
            "more": max(0, len(lines) - LINES),
            "references": ", ".join(beyond) + (" …" if len(rest) > len(beyond) else ""),
            "example": next((one.reference for one in lines if one.reference), ""),
        },
        "subject": "",
        "where_answer_goes": None,  # it is about many tickets: a command needs the number of one
    }


def _line(one: Folded) -> dict[str, str]:
    at = one.at.isoformat() if one.at else ""
    return {"at": at, "reference": one.reference, "event": one.event, "author": one.who, "text": one.words}
