"""What is true after a campaign, read from the tables (docs/database.md) and from the peer that got the mails."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reliability.mails import Mail

_MOST_NAMED = 10  # tokens in the report; the counts are whole


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts and, for what must be none, the first tokens or ids. `faults` is what makes the campaign fail."""

    kills: int
    seed: int
    seconds: float
    acked: int
    poison: int
    retries: int
    tickets: int
    entries: int
    notices_sent: int
    notices_suppressed: int
    extra_copies: int  # the same Message-ID again: allowed, at most one for each kill
    most_copies: int
    lost: tuple[str, ...] = ()  # acked, but the journal does not have these bytes
    without_entry: tuple[str, ...] = ()
    double_entries: tuple[str, ...] = ()
    double_tickets: tuple[str, ...] = ()
    stray_replies: tuple[str, ...] = ()  # in another ticket than the mail they answer
    double_numbers: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # answered 5xx
    not_finished: tuple[str, ...] = ()  # journal rows that are still waiting, or parked though the mail is good
    never_left: tuple[str, ...] = ()  # the outbox says sent, the peer has not got it
    double_notices: tuple[str, ...] = ()  # one event, one person, two Message-IDs
    unknown_mails: tuple[str, ...] = ()  # the peer got what no outbox row knows
    unsent: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()  # the database's own check
    others: tuple[str, ...] = field(default=())  # what the campaign itself noticed: orphans, crashes

    @property
    def faults(self) -> dict[str, tuple[str, ...]]:
        """Every list that must be empty and is not; more copies than kills is one, too."""
        found = {name: value for name, value in asdict(self).items() if isinstance(value, tuple) and value}
        if self.extra_copies > self.kills:
            found["extra_copies"] = (f"{self.extra_copies} for {self.kills} kills",)
        return found

    def table(self) -> str:
        """Return the report for people; lists as their length and first members."""
        rows = []
        for name, value in asdict(self).items():
            shown = f"{len(value)}  {' '.join(value[:_MOST_NAMED])}" if isinstance(value, tuple) else f"{value:g}"
            rows.append(f"{name.replace('_', ' '):<20} {shown}".rstrip())
        return "\n".join([*rows, f"{'verdict':<20} {'FAILED: ' + ', '.join(self.faults) if self.faults else 'passed'}"])


def tell(found: Verdict, file: Path | None) -> int:
    """Print table and JSON, write the JSON to `file`, too; return the exit status."""
    report = json.dumps(asdict(found) | {"passed": not found.faults}, ensure_ascii=False)
    sys.stdout.write(f"\n{found.table()}\n\n{report}\n")
    if file:
        file.write_text(report + "\n", encoding="utf-8")
    return 1 if found.faults else 0


def judge(
    database: Path | str,
    acked: Mapping[str, Mail],
    refused: Mapping[str, str],
    delivered: Iterable[str],
    campaign: Mapping[str, float],
    others: Iterable[str],
) -> Verdict:
    """Compare what clients were promised with what is there. `delivered`: Message-IDs at the peer, one per copy.

    `database`: a SQLite file, or a PostgreSQL address as gateway.toml has it.
    """
    with closing(_open(database)) as db:
        copies = Counter(delivered)
        journal = {
            sha: (state, reason) for sha, state, reason in db.execute("SELECT sha256, state, reason FROM journal")
        }
        placed = db.execute(
            "SELECT message_id, ticket_id FROM entries WHERE message_id LIKE '<t%@camp.example>'"
        ).fetchall()
        entries = Counter(message_id for message_id, _ in placed)
        strays = _strays(acked, dict(placed))
        subjects = Counter(row[0] for row in db.execute("SELECT subject FROM tickets"))
        sent = {row[0] for row in db.execute("SELECT message_id FROM outbox WHERE state = 'sent'")}
        known = {row[0] for row in db.execute("SELECT message_id FROM outbox")}
        states = {token: journal.get(hashlib.sha256(mail.raw).hexdigest()) for token, mail in acked.items()}
        good = {token: mail for token, mail in acked.items() if not mail.poison}
        return Verdict(
            kills=int(campaign["kills"]),
            seed=int(campaign["seed"]),
            seconds=round(campaign["seconds"], 1),
            acked=len(acked),
            poison=len(acked) - len(good),
            retries=int(campaign["retries"]),
            tickets=_one(db, "SELECT count(*) FROM tickets"),
            entries=_one(db, "SELECT count(*) FROM entries"),
            notices_sent=len(sent),
            notices_suppressed=_one(db, "SELECT count(*) FROM outbox WHERE state = 'suppressed'"),
            extra_copies=sum(count - 1 for count in copies.values()),
            most_copies=max(copies.values(), default=0),
            lost=tuple(token for token, state in states.items() if state is None),
            without_entry=tuple(token for token, mail in good.items() if not entries[mail.message_id]),
            double_entries=tuple(name for name, count in entries.items() if count > 1),
            # A stray has a ticket of its own, named after the mail it answers.
            double_tickets=tuple(
                token
                for token, mail in acked.items()
                if subjects[token] > (mail.answers is None) + sum(acked[stray].answers == token for stray in strays)
            ),
            stray_replies=strays,
            double_numbers=_ids(db, "SELECT number FROM tickets GROUP BY number HAVING count(*) > 1"),
            refused=tuple(f"{token}: {answer}" for token, answer in refused.items()),
            not_finished=tuple(
                f"{token}: {state[0]} {state[1]}".rstrip()
                for token, state in states.items()
                if state and (state[0] == "received" or (state[0] != "done" and token in good))
            ),
            never_left=tuple(sent - set(copies)),
            double_notices=_ids(
                db,
                "SELECT ticket_id || ' ' || entry_id || ' ' || event || ' ' || rcpt_to FROM outbox WHERE state <> 'suppressed'"
                " AND ticket_id IS NOT NULL AND entry_id IS NOT NULL GROUP BY ticket_id, entry_id, event, rcpt_to HAVING count(*) > 1",
            ),
            unknown_mails=tuple(set(copies) - known),
            unsent=_ids(
                db,
                "SELECT id || ' ' || state || ' ' || error FROM outbox WHERE state NOT IN ('sent', 'suppressed', 'cancelled')",
            ),
            damaged=_damage(db),
            others=tuple(others),
        )


def _strays(acked: Mapping[str, Mail], ticket_of: Mapping[str, int]) -> tuple[str, ...]:
    """Return the replies that lie in another ticket than the mail they answer; both must have an entry."""
    found = []
    for token, mail in acked.items():
        if mail.answers is not None and mail.answers in acked:
            mine, theirs = ticket_of.get(mail.message_id), ticket_of.get(acked[mail.answers].message_id)
            if None not in {mine, theirs} and mine != theirs:
                found.append(token)
    return tuple(found)


def waiting(database: Path | str) -> int:
    """Return how many rows still wait for a step of the gateway: mails to read, notices to write, mails to deliver."""
    with closing(_open(database)) as db:
        return _one(
            db,
            "SELECT (SELECT count(*) FROM journal WHERE state = 'received') + (SELECT count(*) FROM notices WHERE state = 'ready')"
            " + (SELECT count(*) FROM outbox WHERE state IN ('ready', 'deferred'))",
        )


def unread(database: Path | str) -> int:
    """Return how many mails are received and not yet worked on."""
    with closing(_open(database)) as db:
        return _one(db, "SELECT count(*) FROM journal WHERE state = 'received'")


def journalled(database: Path | str) -> int:
    """Return how many different mails have come in."""
    with closing(_open(database)) as db:
        return _one(db, "SELECT count(*) FROM journal")


def _open(database: Path | str) -> Any:
    """Open the database that is there; connections of both drivers are asked in the same words."""
    if isinstance(database, Path):
        return sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=20)
    import psycopg  # only where it is asked for

    return psycopg.connect(database.replace("postgresql+psycopg://", "postgresql://"))


def _damage(db: Any) -> tuple[str, ...]:
    """Return what SQLite finds wrong in its file; PostgreSQL is read whole by `gateway db check`."""
    if not isinstance(db, sqlite3.Connection):
        return ()
    return tuple(row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok")


def _one(db: Any, query: str) -> int:
    number: int = db.execute(query).fetchone()[0]
    return number


def _ids(db: Any, query: str) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in db.execute(query))
