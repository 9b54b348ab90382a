"""What every step is given: made once by the composition root, never by a step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from gateway.decide.terms import Terms
from gateway.mail.identity import Keys
from gateway.outbound.reach import Reach
from gateway.outbound.transport import Relay
from gateway.render.library import Library
from gateway.store.engine import Store
from gateway.work.parser_pool import Parser
from gateway.work.writers import InlineWriter, Writer


class Wake:
    """Stages wake each other: `ring` says there is work, `wait` sleeps until then or a second has gone."""

    STAGES = ("ingest", "notify", "deliver", "tick", "presence")

    def __init__(self) -> None:
        self._bells = {name: threading.Event() for name in self.STAGES}
        self.abroad: Callable[[str], None] | None = None  # tells the daemons on other machines

    def ring(self, stage: str) -> None:
        """Say that `stage` has something to do, here and in the other daemons."""
        self._bells[stage].set()
        if self.abroad is not None:
            self.abroad(stage)

    def hear(self, stage: str) -> None:
        """Wake `stage` here: another daemon rang for it."""
        if stage in self._bells:  # a newer daemon may know further ones
            self._bells[stage].set()

    def wait(self, stage: str, seconds: float = 1.0) -> None:
        """Sleep until `stage` is rung for, at most `seconds`; the poll finds what other daemons left."""
        self._bells[stage].wait(seconds)
        self._bells[stage].clear()

    def ring_all(self) -> None:
        """Wake everybody: reload or stop."""
        for bell in self._bells.values():
            bell.set()


@dataclass(frozen=True, slots=True)
class Habits:
    """Settings the steps need, as plain values."""

    hostname: str
    admin: tuple[str, ...] = ()
    retry_for: timedelta = timedelta(days=5)
    send_delay: timedelta = timedelta(0)
    attach_up_to: int = 8_000_000
    divert_to: str = ""
    verp: frozenset[str] = frozenset()  # names of smarthosts that take envelope senders of our making
    worker: str = "gateway"  # who claims rows
    tries: int = 3  # then a row is parked
    secrets: tuple[tuple[str, date], ...] = ()  # what they are for, and when they run out
    secret_warnings: tuple[int, ...] = ()  # days before; -1 is the day after
    mailboxes: tuple[str, ...] = ()  # that this process reads


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything a step may touch."""

    store: Store
    terms: Callable[[], Terms]
    library: Callable[[], Library]
    keys: Callable[[], Keys]
    parser: Parser
    relays: Sequence[Relay]
    habits: Habits
    token: Callable[[], str]
    wake: Wake = field(default_factory=Wake)
    writer: Writer = field(default_factory=InlineWriter)
    sign: Callable[[str, bytes], bytes] = lambda _, raw: raw  # DKIM: From address and mail to the mail as it leaves
    reach: Reach = field(default_factory=Reach)
