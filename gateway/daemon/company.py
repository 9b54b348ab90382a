"""Several daemons on one PostgreSQL: joining them, hearing them, leaving them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from gateway.daemon.mailboxes import lease
from gateway.daemon.presence import EVERY, TIMERS, Alone, Among, Presence
from gateway.daemon.supervise import Crew
from gateway.settings import Settings
from gateway.store.engine import Store
from gateway.store.signals import Signals
from gateway.work.deps import Wake


@dataclass(frozen=True, slots=True)
class Company:
    """What this daemon may do that only one of all may do, and how it hears the others."""

    presence: Presence
    signals: Signals | None

    def start(self, crew: Crew, wake: Wake) -> None:
        """Keep saying that we live, and wake our stages when the others have something to do for them."""
        presence = self.presence
        if isinstance(presence, Among):
            crew.loop("presence", partial(_beat, presence), partial(wake.wait, "presence", EVERY))
        if self.signals is not None:
            crew.run("signals", partial(self.signals.run, crew.stopping))
            wake.abroad = self.signals.tell


def join(settings: Settings, store: Store, worker: str, wake: Wake, stack: ExitStack) -> Company:
    """Become one of the daemons that share this database; with SQLite there is nobody to join."""
    signals = store.signals(wake.STAGES, wake.hear)
    if signals is None:
        return Company(Alone(), None)
    stack.callback(signals.close)
    wanted = [TIMERS] if settings.run.timers else []
    wanted += [lease(box.name) for box in settings.mailbox] if settings.run.poll else []
    among = Among(store, worker, wanted)
    among.beat()
    stack.callback(among.leave)
    return Company(among, signals)


def _beat(presence: Among) -> int:
    presence.beat()
    return 0
