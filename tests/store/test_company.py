"""What several daemons on one database share: claims, leases, turns, and words to each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.daemon.presence import TIMERS, Among, UntilLost
from gateway.daemon.turns import Turns
from gateway.errors import TryAgainError
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof, Verdict
from gateway.mail.received import Received
from gateway.store import claim, journal, leases
from gateway.store.engine import Store
from gateway.store.signals import Signals, announce
from gateway.store.turns import hold_turns
from gateway.work.deps import Deps, Habits
from gateway.work.parser_pool import InlineParser
from tests.support.waiting import eventually

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def receive(store: Store, count: int) -> None:
    envelope = Envelope("karin@umbrella.example", ("support@acme.example",), "smtp")
    raws = (f"Subject: {number}\r\n\r\nhej\r\n".encode() for number in range(count))
    journal.write_received(store, [Received(envelope, raw, NOW, Proof(Verdict.NONE, "")) for raw in raws])


def take(store: Store, worker: str, limit: int = 10) -> list[int]:
    with store.write() as conn:
        return [row.id for row in journal.claim(conn, NOW, worker, LEASE, limit)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_claim_skips_what_another_is_just_claiming_instead_of_waiting(make_store: Callable[..., Store]):
    one, other = make_store(), make_store()
    receive(one, 4)
    with one.write() as conn:
        mine = [row.id for row in journal.claim(conn, NOW, "one", LEASE, 2)]
        theirs = take(other, "other")
    assert (len(mine), len(theirs)) == (2, 2)
    assert not set(mine) & set(theirs)


def test_only_the_claims_of_the_worker_that_is_named_and_its_threads_are_let_go(store: Store):
    receive(store, 4)
    for worker in ("north/1", "north/1/ingest-0", "north/11", "north/1x/ingest-0"):
        take(store, worker, 1)
    with store.write() as conn:
        claim.release_claims(conn, "north/1")
    assert take(store, "south") == [1, 2]


def test_what_a_turn_in_trouble_had_claimed_is_free_for_the_next_one(
    make_deps: Callable[[Store, Habits], Deps], store: Store
):
    """Without that it would wait until its claim runs out, though its thread is alive."""
    receive(store, 2)
    seen: list[list[int]] = []

    def step(deps: Deps, now: datetime) -> int:
        del now
        seen.append(take(store, deps.habits.worker))
        if len(seen) == 1:
            raise TryAgainError("away")
        return len(seen[-1])

    turns = Turns("ingest-0", step, make_deps(store, Habits("tickets.acme.example", worker="north")))
    with pytest.raises(TryAgainError):
        turns()
    assert take(store, "south") == []
    assert turns() == 2
    assert turns() == 0
    assert seen == [[1, 2], [1, 2], []]


def test_a_turn_that_is_another_daemons_is_not_taken(make_deps: Callable[[Store, Habits], Deps], store: Store):
    turns = Turns("tick-0", lambda _deps, _now: 7, make_deps(store, Habits("h")), lambda: False)
    assert turns() == 0


@pytest.fixture
def make_deps() -> Callable[[Store, Habits], Deps]:
    """What a turn needs of what steps are given: the store and the name of the worker."""

    def nothing() -> Any:
        raise AssertionError("not asked for here")

    return lambda store, habits: Deps(store, nothing, nothing, nothing, InlineParser(), (), habits, nothing)


@pytest.fixture
def daemons(make_store: Callable[..., Store]) -> tuple[Among, Among]:
    """Two daemons that count as dead after a moment without a word."""
    stores = make_store(), make_store()
    return Among(stores[0], "north", [TIMERS], 0.2), Among(stores[1], "south", [TIMERS], 60)


def test_one_of_two_leads_until_it_leaves(daemons: tuple[Among, Among]):
    _, leader = daemons
    second = daemons[0]
    leader.beat()
    second.beat()
    assert (leader.holds(TIMERS), second.holds(TIMERS)) == (True, False)
    leader.leave()
    second.beat()
    assert (leader.holds(TIMERS), second.holds(TIMERS)) == (False, True)


def test_what_a_dead_daemon_had_claimed_and_led_is_taken_over(store: Store, daemons: tuple[Among, Among]):
    dead, heir = daemons
    receive(store, 2)
    dead.beat()
    assert take(store, "north/ingest-0") == [1, 2]
    assert take(store, "south/ingest-0") == []
    eventually(lambda: (heir.beat(), heir.holds(TIMERS))[1], 20)
    assert not dead.holds(TIMERS)
    assert take(store, "south/ingest-0") == [1, 2]


def test_a_poller_stops_when_the_lease_of_its_mailbox_is_lost(daemons: tuple[Among, Among]):
    poller, _ = daemons
    stopping = threading.Event()
    poller.beat()
    stop = UntilLost(poller, TIMERS, stopping)
    ran: list[int] = []
    stop.while_clear(lambda: ran.append(1))
    assert stop.wait(20), "the lease runs out"
    stopping.set()
    stop.while_clear(lambda: ran.append(2))
    assert ran == [1]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_leases_are_compared_by_the_databases_clock(store: Store):
    with store.write() as conn:
        assert abs(leases.its_time(conn, NOW - timedelta(days=900)) - NOW) < timedelta(days=800)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_two_commits_do_not_hand_out_a_groups_tickets_at_the_same_time(make_store: Callable[..., Store]):
    one, other = make_store(), make_store()
    order: list[str] = []

    def hand_out() -> None:
        with other.write() as conn:
            hold_turns(conn, "network")
            order.append("other")

    with one.write() as conn, other.write() as unrelated:
        hold_turns(conn, "network")
        hold_turns(unrelated, "first-line")
        thread = threading.Thread(target=hand_out)
        thread.start()
        thread.join(0.3)
        order.append("one")
    thread.join(30)
    assert order == ["one", "other"]


# --- LISTEN and NOTIFY --------------------------------------------------------------------------------------------


class Ear:
    """A daemon's signals in a thread of their own, run again after trouble as the crew does."""

    def __init__(self, store: Store) -> None:
        self.heard: list[str] = []
        signals = store.signals(("start",), self.heard.append)
        assert signals is not None
        self.signals: Signals = signals
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        eventually(lambda: "start" in self.heard, 20)

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.signals.run(self.stopping)
            except Exception:
                self.stopping.wait(0.05)

    def close(self) -> None:
        self.stopping.set()
        self.thread.join(20)
        self.signals.close()


@pytest.fixture
def ears(make_store: Callable[..., Store], request: pytest.FixtureRequest) -> Iterator[tuple[Ear, Ear]]:
    both = Ear(make_store()), Ear(make_store())
    yield both
    for ear in both:
        ear.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_word_reaches_the_other_daemons_and_not_its_own(ears: tuple[Ear, Ear]):
    here, there = ears
    for _ in range(100):
        here.signals.tell("ingest")
    eventually(lambda: "ingest" in there.heard, 20)
    there.signals.tell("deliver")
    eventually(lambda: "deliver" in here.heard, 20)
    assert "ingest" not in here.heard
    assert there.heard.count("ingest") < 100, "a flood of mail is no flood of signals"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_word_in_a_transaction_is_heard_when_it_commits(ears: tuple[Ear, Ear], store: Store):
    with store.write() as conn:
        announce(conn, "presence")
    eventually(lambda: all("presence" in ear.heard for ear in ears), 20)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_lost_connection_is_made_again_and_everything_is_looked_at(ears: tuple[Ear, Ear], store: Store):
    here, there = ears
    with store.write() as conn:
        conn.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
        )
    eventually(lambda: there.heard.count("start") == 2 and here.heard.count("start") == 2, 20)
    here.signals.tell("notify")
    eventually(lambda: "notify" in there.heard, 20)


def test_alone_on_sqlite_there_is_nobody_to_listen_to(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path}/gateway.db", tmp_path)
    assert store.signals(("ingest",), print) is None
    with store.write() as conn:
        announce(conn, "ingest")
    store.close()
