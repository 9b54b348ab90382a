"""Every fault of a smarthost, with days in seconds: `python -m reliability.smarthost --mails 5000`.

Two senders with real sockets hand mails to a scripted server while the clock is turned by hand. Afterwards each mail
was taken, or failed because it was refused for good; only a connection lost after the dot may make a second copy,
with the same bytes; a smarthost that is away sees one connection at a time. Exit status 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gateway.outbound.transport import Relay, SmarthostOptions
from gateway.render.library import Library
from gateway.settings import shipped
from gateway.store import outbox, schema
from gateway.store.claim import in_state
from gateway.store.column_types import UTCDateTime
from gateway.store.engine import Store
from gateway.store.outbox import OutboxRow, Outgoing
from gateway.work import deliver
from tests.support.sink import DROP, TAKE_AND_DROP, Sink
from tests.work.conftest import House, open_house

_SENDERS = 2
_LONGEST = timedelta(days=6)
Answer = Callable[[str, str, timedelta], str | None]  # verb, argument, time since the first attempt


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way a smarthost can fail: what it answers when, and what may follow."""

    name: str
    answer: Callable[[random.Random], Answer]
    refused: str = ""  # recipients with this in their address are refused for good
    copies: bool = False  # a second copy may come
    away: timedelta = timedelta(0)  # so long no session comes about


def _never(_: random.Random) -> Answer:
    return lambda *_: None


def _once_each(verb: str, answer: str, minutes: int = 0) -> Callable[[random.Random], Answer]:
    """Answer so to each recipient's first try, or to every try in the first minutes."""

    def made(_: random.Random) -> Answer:
        met: Counter[str] = Counter()

        def say(asked: str, argument: str, since: timedelta) -> str | None:
            if asked != verb:
                return None
            met[argument] += 1
            early = since < timedelta(minutes=minutes) if minutes else met[argument] == 1
            return answer if early else None

        return say

    return made


def _away(answer: str, hours: float) -> Callable[[random.Random], Answer]:
    return lambda _: lambda verb, _a, since: answer if verb == "CONNECT" and since < timedelta(hours=hours) else None


def _refuse_one(_: random.Random) -> Answer:
    return lambda verb, argument, _s: "550 5.1.1 no such user" if verb == "RCPT" and "-2@" in argument else None


def _at_random(chance: random.Random) -> Answer:
    faults = {"CONNECT": "421 4.3.2 busy", "MAIL": "451 4.3.0", "RCPT": "450 4.2.1", "DATA": DROP, ".": "451 4.3.0"}
    return lambda verb, _a, _s: faults[verb] if verb in faults and chance.random() < 0.1 else None


SCENARIOS = (
    Scenario("all is well", _never),
    Scenario("connection dropped at the greeting for an hour", _away(DROP, 1), away=timedelta(hours=1)),
    Scenario("421 banner for an hour", _away("421 4.3.2 closed", 1), away=timedelta(hours=1)),
    *(Scenario(f"4xx once at {verb}", _once_each(verb, "451 4.3.0 later")) for verb in ("RCPT", ".")),
    Scenario("4xx at MAIL for ten minutes", _once_each("MAIL", "451 4.3.0 later", 10)),
    Scenario("4xx at DATA for ten minutes", _once_each("DATA", "451 4.3.0 later", 10)),
    Scenario("greylisted for 300 s", _once_each("RCPT", "450 4.7.1 greylisted", 5)),
    Scenario("5xx for one recipient of three", _refuse_one, refused="-2@"),
    Scenario("dropped after the dot, mail kept", _once_each(".", TAKE_AND_DROP), copies=True),
    Scenario("10 % at random", _at_random),
    Scenario("away for 24 h", _away(DROP, 24), away=timedelta(hours=24)),
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """What came of one scenario."""

    scenario: str
    mails: int
    taken: int = 0
    failed: int = 0
    copies: int = 0
    attempts: int = 0
    most_connections: int = 0  # in one turn of the clock, while the smarthost was away
    most_once_known: int = 0  # the same after the first of those turns
    drained_seconds: float = 0.0  # from the turn it was back to the last mail
    clock_hours: float = 0.0
    faults: list[str] = field(default_factory=list)


class Campaign:
    """One scenario with its house, its server and its clock."""

    def __init__(self, house: House, sink: Sink, scenario: Scenario, mails: int, seed: int) -> None:
        options = SmarthostOptions("sink", "127.0.0.1", sink.port, "none", connections=_SENDERS, timeout=10)
        self.relay = Relay(options)
        self.house, self.sink, self.scenario = house, sink, scenario
        house.deps = replace(house.deps, relays=[self.relay])
        self.began = house.now
        self.connections: Counter[datetime] = Counter()
        self._lock = threading.Lock()
        self._answer = scenario.answer(random.Random(seed))  # noqa: S311  # which fault comes, not a secret
        self.ids = _fill(house, mails)
        sink.script = self._say

    def _say(self, verb: str, argument: str) -> str | None:
        with self._lock:
            self.connections[self.house.now] += verb == "CONNECT"
            return self._answer(verb, argument, self.house.now - self.began)

    def run(self) -> Found:
        """Turn the clock until nothing waits."""
        found = Found(self.scenario.name, len(self.ids))
        back: float | None = None
        while self.house.now - self.began < _LONGEST:
            if back is None and self.house.now - self.began >= self.scenario.away:
                back = time.monotonic()
            self._turn()
            waiting, due = self._waiting()
            if not waiting:
                break
            self.house.now = self._next(due)
        found.drained_seconds = round(time.monotonic() - (back or time.monotonic()), 2)
        self.relay.close()
        return self._judge(found)

    def _turn(self) -> None:
        """Let both senders work at this moment until neither finds anything."""

        def work() -> None:
            while deliver.run_once(self.house.deps, self.house.now):
                pass

        senders = [threading.Thread(target=work) for _ in range(_SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    def _waiting(self) -> tuple[int, datetime | None]:
        """Return how many mails wait, and when the next one that is not due yet will be."""
        mails = schema.outbox.c
        waiting = in_state(schema.outbox, "ready", "deferred")
        with self.house.store.read() as conn:
            count = conn.execute(sa.select(sa.func.count()).where(waiting)).scalar_one()
            later = sa.select(sa.func.min(mails.ready_at, type_=UTCDateTime)).where(
                waiting, mails.ready_at > self.house.now
            )
            return count, conn.execute(later).scalar_one()

    def _next(self, due: datetime | None) -> datetime:
        ask = self.house.deps.reach.ask_at(["sink"], self.house.now)
        times = [at for at in (due, ask) if at is not None and at > self.house.now]
        return min(times, default=self.house.now + timedelta(seconds=1))

    def _rows(self) -> list[OutboxRow]:
        with self.house.store.read() as conn:
            return outbox.list_rows(conn, limit=1_000_000)

    def _judge(self, found: Found) -> Found:
        rows = {row.message_id: row for row in self._rows()}
        copies: dict[str, list[bytes]] = {}
        for mail in self.sink.mails:
            copies.setdefault(mail.message_id, []).append(mail.raw)
        states = Counter(row.state for row in rows.values())
        found.taken, found.failed = states["sent"], states["failed"]
        found.attempts = sum(row.attempts for row in rows.values())
        found.copies = sum(len(each) - 1 for each in copies.values())
        found.clock_hours = round((self.house.now - self.began).total_seconds() / 3600, 2)
        away = [n for at, n in self.connections.items() if at - self.began < self.scenario.away]
        found.most_connections = max(away, default=0)
        found.most_once_known = max(away[1:], default=0)
        found.faults += _faults(self.scenario, rows, copies, found)
        found.faults += [f"on the wire: {fault}" for fault in sorted(set(self.sink.faults))]
        return found


def _faults(
    scenario: Scenario, rows: dict[str | None, OutboxRow], copies: dict[str, list[bytes]], found: Found
) -> Iterator[str]:
    for name, row in rows.items():
        meant = "failed" if scenario.refused and scenario.refused in row.rcpt_to else "sent"
        if row.state != meant:
            yield f"{row.rcpt_to}: {row.state}, not {meant}: {row.error}"
        if (meant == "sent") != (name in copies):
            yield f"{row.rcpt_to}: {meant}, came {len(copies.get(str(name), []))} times"
    most = 2 if scenario.copies else 1
    yield from (f"{name}: {len(each)} copies" for name, each in copies.items() if len(each) > most)
    yield from (f"{name}: copies differ" for name, each in copies.items() if len(set(each)) > 1)
    if found.most_connections > _SENDERS:
        yield f"{found.most_connections} connections at once to a smarthost that was away"


def _fill(house: House, mails: int) -> list[str]:
    """Put mails into the outbox as notify leaves them; each third one goes to one of three recipients."""
    names = [f"<{number}.0.campaign@tickets.acme.example>" for number in range(mails)]
    with house.store.write("fill") as conn:
        for number, name in enumerate(names):
            to = f"karin-{number % 3}@kund{number}.example"
            raw = f"From: support@acme.example\r\nTo: {to}\r\nMessage-ID: {name}\r\n\r\n.Hej {number}\r\n".encode()
            outbox.add(
                conn,
                Outgoing(None, None, None, "registered", "requester", "support@acme.example", to, "support@acme.example", name, raw, house.now),
                house.now,
            )  # fmt: skip
    return names


@contextmanager
def _house(folder: Path, library: Library) -> Iterator[House]:
    folder.mkdir()
    store = Store(f"sqlite:///{folder}/gateway.db", folder / "state")
    store.upgrade()
    store.close()
    house = open_house(folder, library)
    try:
        yield house
    finally:
        house.store.close()


def run(folder: Path, scenario: Scenario, mails: int, seed: int, library: Library) -> Found:
    """Play one scenario in a folder that does not exist yet."""
    with _house(folder, library) as house, Sink() as sink:
        return Campaign(house, sink, scenario, mails, seed).run()


def shipped_library() -> Library:
    """Return the shipped templates: what a bounce is told with."""
    return Library.load([shipped() / "templates" / "mail"], [shipped() / "branding"])


def main() -> int:
    """Parse the command line, play every scenario, print a line of JSON for each."""
    parser = argparse.ArgumentParser(description="Every fault of a smarthost: nothing lost, nothing changed, no storm.")
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="scenarios with these words in their name")
    arguments = parser.parse_args()
    logging.disable(logging.ERROR)  # each deferral is a line
    wrong = 0
    library = shipped_library()
    with tempfile.TemporaryDirectory() as temporary:
        for number, scenario in enumerate(each for each in SCENARIOS if arguments.only in each.name):
            folder = Path(temporary) / str(number)
            found = run(folder, scenario, arguments.mails, arguments.seed + number, library)
            shutil.rmtree(folder)
            facts: dict[str, Any] = {name: getattr(found, name) for name in Found.__slots__}
            sys.stdout.write(json.dumps(facts | {"faults": found.faults[:5]}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            wrong += bool(found.faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
