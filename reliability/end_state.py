"""What a house looks like when nothing waits any more, in words that two runs can be compared by."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from gateway.mail.received import Received
from gateway.store import backup, journal, tickets
from tests.work.conftest import House

Faults = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EndState:
    """`copies`: how often one Message-ID left, beyond once; all else must be the same in every run."""

    tickets: list[list[Any]]
    journal: list[list[Any]]
    mails: list[list[str]]
    outbox: list[list[str]]
    lost: list[int]  # handed over and acknowledged, but the bytes are not there
    damaged: list[str]
    copies: int
    differing_copies: int  # one Message-ID with two contents

    @staticmethod
    def waiting(house: House) -> bool:
        """Say whether some row is still to be worked on."""
        with house.store.read() as conn:
            return bool(
                conn.execute(
                    sa.text(
                        "SELECT (SELECT count(*) FROM journal WHERE state = 'received')"
                        " + (SELECT count(*) FROM notices WHERE state = 'ready')"
                        " + (SELECT count(*) FROM outbox WHERE state IN ('ready', 'deferred'))"
                    )
                ).scalar()
            )

    @classmethod
    def of(cls, house: House, items: Sequence[Received]) -> Self:
        """Read it from a house that is quiet."""
        with house.store.read() as conn:
            rows = conn.execute(sa.text("SELECT id, state, ticket_id, copies FROM journal ORDER BY id")).all()
            states = conn.execute(sa.text("SELECT event, rcpt_to, state FROM outbox ORDER BY event, rcpt_to, id")).all()
            found = [_ticket(house, ticket.id) for ticket in house.tickets()]
        raws = Counter(_raw(house, row.id) for row in rows)
        wire: dict[str, list[tuple[str, bytes]]] = {}
        for _, recipient, raw in house.smarthost.sent:
            wire.setdefault(str(_mail(raw)["Message-ID"]), []).append((recipient, raw))
        return cls(
            tickets=found,
            journal=sorted([row.state, row.ticket_id is not None] for row in rows),
            mails=sorted(
                [recipient, str(_mail(raw)["X-Ticket-Event"]), str(_mail(raw)["Subject"])]
                for (recipient, raw), *_ in wire.values()
            ),
            outbox=[[row.event, row.rcpt_to, row.state] for row in states],
            lost=[number for number, item in enumerate(items) if raws[item.raw] != 1],
            damaged=backup.check(house.store),
            copies=sum(len(copies) - 1 for copies in wire.values()),
            differing_copies=sum(len(set(copies)) != 1 for copies in wire.values()),
        )

    def write(self, path: Path) -> None:
        """Keep it for another process."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` kept."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def compare(quiet: EndState, ended: EndState) -> Faults:
    """Return what differs from a run where nothing went wrong; one more copy of one mail is allowed."""
    faults: Faults = {}
    for name in ("tickets", "journal", "mails", "outbox", "lost", "damaged", "differing_copies"):
        wanted, found = getattr(quiet, name), getattr(ended, name)
        if wanted != found:
            faults[name] = {"wanted": wanted, "found": found}
    if ended.copies > quiet.copies + 1:
        faults["copies"] = ended.copies
    return faults


def _ticket(house: House, ticket_id: int) -> list[Any]:
    with house.store.read() as conn:
        case = tickets.load_case(conn, ticket_id)
    ticket = case.ticket
    assert ticket is not None
    entries = [[e.kind.value, e.visibility.value, e.text[:200]] for e in case.entries]
    changes = [[str(line.actor), sorted(line.change)] for line in house.history(ticket)]
    return [ticket.number, ticket.status.value, ticket.priority, ticket.owner, entries, changes]


def _raw(house: House, journal_id: int) -> bytes:
    return journal.load_raw(house.store, house.row(journal_id))


def _mail(raw: bytes) -> Any:
    return message_from_bytes(raw, policy=policy.default)
