"""The composition root: everything is made here once, by plain constructor calls, and ended in the reverse order."""

from __future__ import annotations

import logging
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from gateway import clock
from gateway.daemon import company, mailboxes, memory, reloading, systemd, watching, wiring
from gateway.daemon.counts import Counts
from gateway.daemon.keyring import Keyring
from gateway.daemon.presence import TIMERS, Alone, Presence, UntilLost
from gateway.daemon.reloading import Watch
from gateway.daemon.rulebook import Rulebook
from gateway.daemon.schedule import Ticker
from gateway.daemon.supervise import Crew
from gateway.daemon.tokens import StoredVault, Tokens
from gateway.daemon.turns import Turns
from gateway.inbound.accept import GroupCommit
from gateway.inbound.imap import MailboxPoller
from gateway.inbound.refusals import Refusals
from gateway.inbound.smtp import Listener
from gateway.mail.received import Accepted, Received
from gateway.settings import Settings
from gateway.store import journal, notices
from gateway.store.claim import release_claims
from gateway.store.engine import Store
from gateway.store.opening import make_state, open_store
from gateway.work import catching_up, deliver, housekeep, ingest, notify, pausing, refused, tick
from gateway.work.deps import Deps, Wake
from gateway.work.parser_pool import ParserPool
from gateway.work.writers import ExecWriter

DRAIN_SECONDS = 8.0
HOUSEKEEPING_SECONDS = 60.0
CATCHING_UP_SECONDS = 30.0
PAUSES_SECONDS = 5.0  # whoever pauses on the command line wants to know that it is heard
REFUSED_SECONDS = 5.0  # between two looks at who was put off
IDLE_SECONDS = 60.0  # then a parser or the writer is ended; the next mail starts it anew, in about a second
TRIM_SECONDS = 5.0  # after which what a large mail took is the system's again
LOOK_SECONDS = 5.0  # between two looks at the files of rules, templates and branding
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class App:
    """A running gateway."""

    settings: Settings
    rulebook: Rulebook
    store: Store
    deps: Deps
    crew: Crew
    commit: GroupCommit
    counts: Counts
    keyring: Keyring
    presence: Presence = field(default_factory=Alone)
    listeners: list[tuple[Listener, str, int]] = field(default_factory=list)
    pollers: list[MailboxPoller] = field(default_factory=list)
    refusals: Refusals = field(default_factory=Refusals)
    metrics: str | None = None  # where they are served

    def is_ours(self, address: str) -> bool:
        """Say whether mail to this address is for a desk: no relaying (A25)."""
        return self.rulebook.terms.policy.desk_of(address) is not None

    def places(self) -> list[str]:
        """Return where it listens, one line each: `smtp 127.0.0.1:2525`."""
        places = [f"{listener.options.protocol} {host}:{port}" for listener, host, port in self.listeners]
        return [*places, f"metrics {self.metrics}"] if self.metrics else places


def build(settings: Settings, environment: Mapping[str, str], stack: ExitStack) -> App:
    """Open the store, start the workers and, last of all, the listeners."""
    rulebook = Rulebook.open(settings)
    make_state(settings)  # before any process is started for nothing
    parser = ParserPool(max(1, settings.run.parse))  # exec'd before any other thread
    stack.callback(parser.close)
    writer = ExecWriter()
    stack.callback(writer.close)
    store = open_store(settings)
    stack.callback(store.close)
    stack.enter_context(store.daemon_lock())
    store.upgrade()
    with store.write("start") as conn:
        notices.release(conn, clock.now())  # templates may have been mended meanwhile
        if store.file is not None:  # the only daemon on this file: what is claimed was claimed by one that died
            release_claims(conn)
    keyring = Keyring(store)
    tokens = Tokens(settings, StoredVault(store))
    relays = [wiring.relay(host, settings, tokens.of(host)) for host in settings.smarthost]
    for relay in relays:
        stack.callback(relay.close)
    deps = Deps(
        store, lambda: rulebook.terms, lambda: rulebook.library, keyring.now, parser, relays,
        wiring.habits(settings, _worker()), clock.token, Wake(), writer, wiring.signer(settings),
    )  # fmt: skip
    with store.write("start") as conn:
        reloading.part_from_leavers(conn, deps, clock.now())
    counts = Counts()
    commit = GroupCommit(partial(_write, store, deps.wake, counts))
    stack.callback(commit.close)
    others = company.join(settings, store, deps.habits.worker, deps.wake, stack)
    app = App(settings, rulebook, store, deps, Crew(), commit, counts, keyring, others.presence)
    stack.callback(_stop_crew, app)
    others.start(app.crew, deps.wake)
    _start_steps(app, stack)
    _start_mailboxes(app, tokens)
    _start_listeners(app, environment, stack)
    app.metrics = watching.serve(settings, deps, counts, app.crew, app.refusals, partial(healthy, app), stack)
    return app


def _write(store: Store, wake: Wake, counts: Counts, items: Sequence[Received]) -> Sequence[Accepted]:
    accepted = journal.write_received(store, items)
    counts.received(items)
    wake.ring("ingest")
    return accepted


def _worker() -> str:
    """Return a name no other daemon has or had: hosts may share a name, and containers the process id 1."""
    return f"{platform.node()}/{os.getpid()}-{clock.token(40)}"


def _start_steps(app: App, stack: ExitStack) -> None:
    deps, run, crew = app.deps, app.settings.run, app.crew
    steps: list[tuple[str, Callable[..., int], int]] = [
        ("ingest", ingest.run_once, run.work),
        ("notify", notify.run_once, 1 if run.work else 0),
        ("deliver", deliver.run_once, run.deliver if deps.relays else 0),
        ("tick", tick.run_once, 1 if run.timers else 0),
    ]
    leading = partial(app.presence.holds, TIMERS)
    ticker = Ticker()
    if run.timers:
        ticker.every(HOUSEKEEPING_SECONDS, Turns("housekeep", housekeep.run_once, deps, leading), "housekeep")
        ticker.every(CATCHING_UP_SECONDS, Turns("catching-up", catching_up.run_once, deps, leading), "catching-up")
        ticker.every(PAUSES_SECONDS, Turns("pauses", pausing.run_once, deps, leading), "pauses")
    ticker.every(TRIM_SECONDS, partial(_rest, deps), "trim")
    ticker.every(LOOK_SECONDS, app.keyring.refresh, "keys")
    ticker.every(REFUSED_SECONDS, partial(_tell_of_refusals, app), "refused")
    ticker.start()
    stack.callback(ticker.stop)
    for name, step, count in steps:
        for number in range(count):
            turns = Turns(f"{name}-{number}", step, deps, leading if name == "tick" else None)
            crew.loop(f"{name}-{number}", turns, partial(deps.wake.wait, name))


def _tell_of_refusals(app: App) -> None:
    found = ((cause, seen.count, seen.example) for cause, seen in app.refusals.untold().items())
    for cause in refused.tell(app.deps, found, clock.now()):
        app.refusals.told(cause)


def _rest(deps: Deps) -> None:
    """Give back the memory of processes that have nothing to do, and what a large mail took."""
    for worker in (deps.parser, deps.writer):
        if isinstance(worker, ParserPool | ExecWriter):
            worker.rest(IDLE_SECONDS)
    memory.trim()


def _start_mailboxes(app: App, tokens: Tokens) -> None:
    if not app.settings.run.poll:
        return
    for box in app.settings.mailbox:
        stop = UntilLost(app.presence, mailboxes.lease(box.name), app.crew.stopping)
        poller = mailboxes.poller(box, app.settings, app.store, app.commit.submit, stop, tokens)
        app.pollers.append(poller)
        app.crew.run(f"mailbox {box.name}", partial(stop.while_clear, poller.run))


def _start_listeners(app: App, environment: Mapping[str, str], stack: ExitStack) -> None:
    settings, handed = app.settings, systemd.sockets(environment)
    if not settings.run.receive:
        return
    options = []
    if settings.listen.smtp is not None:
        options.append(wiring.smtp_options(settings.listen.smtp, settings, handed))
    if settings.listen.lmtp is not None:
        options.append(wiring.lmtp_options(settings.listen.lmtp, settings, handed))
    for option in options:
        listener = Listener(
            option,
            app.commit.submit,
            app.is_ours,
            has_room=partial(wiring.has_room, settings.paths.state),
            refusals=app.refusals,
        )
        host, port = listener.start()
        stack.callback(listener.drain, DRAIN_SECONDS)
        app.listeners.append((listener, host, port))


def _stop_crew(app: App) -> None:
    app.crew.stop()
    app.deps.wake.ring_all()
    late = app.crew.join(DRAIN_SECONDS)
    if late:
        _log.warning("did not end in time", extra={"why": ", ".join(late)})


def run(settings: Settings, environment: Mapping[str, str]) -> int:
    """Run until SIGTERM or SIGINT; SIGHUP reloads rules, templates and branding. Exit status 0 after a drain."""
    stop, reload = threading.Event(), threading.Event()
    turn = threading.Event()

    def asked(event: threading.Event, *_: object) -> None:
        event.set()
        turn.set()

    for number, event in ((signal.SIGTERM, stop), (signal.SIGINT, stop), (signal.SIGHUP, reload)):
        signal.signal(number, partial(asked, event))
    memory.few_arenas()
    with ExitStack() as stack:
        app = build(settings, environment, stack)
        memory.collect_seldom()
        for place in app.places():
            print(f"listening {place}")  # noqa: T201  # scripts read it
        print("ready")  # noqa: T201
        sys.stdout.flush()
        systemd.notify(environment, "READY=1", "STATUS=ready")
        beat = systemd.watchdog_seconds(environment)
        watch = Watch(app.rulebook)
        while not stop.is_set():
            turn.wait(min(beat or LOOK_SECONDS, LOOK_SECONDS))
            turn.clear()
            if watch.changed() or reload.is_set():
                reload.clear()
                systemd.notify(environment, "RELOADING=1", f"MONOTONIC_USEC={int(clock.monotonic() * 1e6)}")
                reloading.reload(app.rulebook, app.deps, clock.now())
                systemd.notify(environment, "READY=1")
            if beat and healthy(app):
                systemd.notify(environment, "WATCHDOG=1")
        systemd.notify(environment, "STOPPING=1")
    return 0


def healthy(app: App) -> bool:
    """Say whether every listener turns and the committer takes mail; what the watchdog is fed on."""
    return app.commit.healthy() and all(listener.healthy() for listener, _, _ in app.listeners)
