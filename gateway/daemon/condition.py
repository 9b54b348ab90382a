"""How it is going, from what the database and the disk say: the same beside a running daemon and without one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.daemon import wiring
from gateway.daemon.reloading import NOTE
from gateway.settings import Settings
from gateway.settings.expiry import WARNINGS, running_out
from gateway.store import figures, leases, mailbox_states, rule_notes
from gateway.store.engine import Store
from gateway.store.figures import LastAttempts
from gateway.store.lock import holder
from gateway.store.mailbox_states import Doing
from gateway.store.status import StoreStatus
from gateway.store.status import status as ask

STUCK = timedelta(minutes=5)  # a message or notice nobody works on
UNSENT = timedelta(hours=1)
UNDECIDED = timedelta(days=2)
UNREAD = timedelta(minutes=15)  # or three polls


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person must look at: what, and what to do."""

    what: str
    do: str


@dataclass(frozen=True, slots=True)
class Condition:
    """All that `gateway status` shows. `troubles` is empty while nobody is needed."""

    daemons: tuple[str, ...]  # "process 4711", or the names daemons on one PostgreSQL go by
    store: StoreStatus
    mailboxes: dict[str, Doing | None]  # those of gateway.toml; None: not read yet
    attempts: LastAttempts
    free: int  # bytes on the disk of the state
    troubles: tuple[Trouble, ...]


def condition(settings: Settings, store: Store, now: datetime) -> Condition:
    """Look at everything once."""
    with store.read() as conn:
        found, attempts = ask(conn, now), figures.last_attempts(conn)
        states = mailbox_states.states(conn)
        refused = [note.note for note in rule_notes.list_notes(conn) if note.rule == NOTE]
        daemons = tuple(leases.holders(conn, "daemon ", now)) if store.file is None else ()
    if store.file is not None and (process := holder(store.file)) is not None:
        daemons = (f"process {process}",)
    boxes = {box.name: states.get(box.name) for box in settings.mailbox}
    free = shutil.disk_usage(settings.paths.state).free
    troubles = [
        *_of_daemon(daemons, settings),
        *(Trouble(f"rules.yaml is wrong, the old rules stay in force:\n{told}", "gateway check") for told in refused),
        *_of_queues(found, attempts, now),
        *_of_mailboxes(settings, boxes, now),
        *(Trouble(told, "gateway check") for told in running_out(settings, now.date(), WARNINGS[-1])),
        *(Trouble(f"paused, {scope}: {why}", "gateway outbox resume") for scope, why in found.pauses.items()),
    ]
    return Condition(daemons, found, boxes, attempts, free, tuple(troubles))


def _of_daemon(daemons: tuple[str, ...], settings: Settings) -> Iterator[Trouble]:
    if not daemons:
        yield Trouble("no daemon runs: nothing is received, worked on or sent", "systemctl start gateway")
    if not wiring.has_room(settings.paths.state):
        yield Trouble(f"the disk of {settings.paths.state} is nearly full, mail is refused with 452", "df")


def _of_queues(found: StoreStatus, attempts: LastAttempts, now: datetime) -> Iterator[Trouble]:
    for queue, what, do in (
        ("journal.parked", "messages are parked: the gateway failed at them", "gateway journal list --state parked"),
        ("notices.held", "mails are held by a template that is wrong", "gateway check"),
        ("outbox.failed", "mails could not be delivered", "gateway outbox list --state failed"),
    ):
        if queue in found.queues:
            yield Trouble(f"{found.queues[queue].count} {what}", do)
    for queue, patience, what, do in (
        ("journal.received", STUCK, "a message is not worked on", "the log says why"),
        ("notices.ready", STUCK, "a mail is not written", "the log says why"),
        ("journal.held", UNDECIDED, "a message waits for a person", "gateway journal list --state held"),
        ("outbox.ready", UNSENT, "mail does not leave", "gateway outbox list --state ready"),
        ("outbox.deferred", UNSENT, f"mail does not leave: {attempts.trouble}", "gateway outbox list --state deferred"),
    ):
        oldest = found.oldest(queue)
        if oldest is not None and now - oldest > patience:
            yield Trouble(f"{what}, since {oldest:%Y-%m-%d %H:%M} UTC", do)


def _of_mailboxes(settings: Settings, boxes: dict[str, Doing | None], now: datetime) -> Iterator[Trouble]:
    for box in settings.mailbox:
        doing = boxes[box.name]
        if doing is None or not settings.run.poll:
            continue
        patience = max(UNREAD, 3 * box.poll)
        if doing.error:
            yield Trouble(f"mailbox {box.name}: {doing.error}", "gateway doctor")
        elif doing.last_success is not None and now - max(doing.last_success, doing.updated_at) > patience:
            yield Trouble(f"mailbox {box.name} was read last at {doing.last_success:%Y-%m-%d %H:%M} UTC", "the log")
