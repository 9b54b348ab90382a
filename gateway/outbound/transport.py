"""Handing mails to a smarthost: kept connections, verified TLS, one recipient per envelope."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway import clock as wall
from gateway.outbound.outcome import PROVIDER_TEMPORARY, Bounced, Deferred, Sent, Untried
from gateway.outbound.pace import Pace
from gateway.outbound.session import Lost, Mail, NoSession, Session, answers, connect, deliver, drop, leave
from gateway.outbound.smarthost import SmarthostOptions
from gateway.outbound.wire import envelope_address

__all__ = [
    "PROVIDER_TEMPORARY", "Bounced", "Deferred", "Relay", "Sent", "SmarthostOptions", "Untried", "choose", "send_by",
]  # fmt: skip

_FRESH: Final = 10.0  # seconds a connection may lie unused before it is asked whether it lives
_STALE: Final = 240.0  # and before it is not worth asking


@dataclass(slots=True)
class _Kept:
    """A connection and when it was last used (monotonic seconds)."""

    session: Session
    used: float


class Relay:
    """A smarthost. Threads may call `send` at once; so many wait as there are no connections for."""

    def __init__(self, options: SmarthostOptions, clock: Callable[[], float] = wall.monotonic) -> None:
        self.options = options
        self._clock = clock
        self._idle: list[_Kept] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(options.connections)
        self._pace = Pace(options.rate)
        self._closing = threading.Event()

    def send(
        self, mail_from: str, rcpt_to: str, raw: bytes, envelope_id: str | None = None
    ) -> Sent | Deferred | Bounced:
        """Deliver finished bytes to one recipient. Never raises for what a network or a server can do.

        A connection lost after the dot is Deferred: the mail may have arrived, and goes again with the same
        Message-ID. `envelope_id` becomes ENVID where DSN is offered (RFC 3461).
        """
        try:
            sender, recipient = envelope_address(mail_from), envelope_address(rcpt_to)
        except ValueError as error:
            return Bounced(553, f"5.1.3 {error}")
        if not recipient:
            return Bounced(553, "5.1.3 no recipient")
        with self._slots:
            if self._closing.wait(self._pace.take(self._clock())) or self._closing.is_set():
                return Deferred(None, "shutting down", reached=False)
            return self._send(Mail(sender, recipient, raw, envelope_id))

    def close(self) -> None:
        """End the kept connections and refuse further mail."""
        self._closing.set()
        with self._lock:
            idle, self._idle = self._idle, []
        for kept in idle:
            leave(kept.session)

    def _send(self, mail: Mail) -> Sent | Deferred | Bounced:
        """Try on a kept connection; if that had died before the mail was sent, once more on a new one."""
        kept = self._take()
        if kept is not None:
            with contextlib.suppress(Lost):
                return self._converse(kept, mail)
        try:
            return self._converse(_Kept(connect(self.options), self._clock()), mail)
        except NoSession as none:
            return none.outcome
        except Lost as lost:
            return Deferred(None, str(lost))

    def _converse(self, kept: _Kept, mail: Mail) -> Sent | Deferred | Bounced:
        """Deliver on this connection and keep it if it is still good for another mail."""
        outcome, reusable = deliver(kept.session, mail, self.options)
        if reusable and not self._closing.is_set():
            kept.used = self._clock()
            with self._lock:
                self._idle.append(kept)
        else:
            leave(kept.session)
        return outcome

    def _take(self) -> _Kept | None:
        """Return a connection that answers, or None."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                kept = self._idle.pop()
            unused = self._clock() - kept.used
            if unused < _FRESH or (unused < _STALE and answers(kept.session)):
                return kept
            drop(kept.session)


def choose(relays: Sequence[Relay], from_address: str) -> tuple[Relay, ...]:
    """Return the smarthosts that may send this From, in the order they are tried."""
    return tuple(relay for relay in relays if relay.options.may_send(from_address))


def send_by(
    relays: Sequence[Relay],
    mail_from: str,
    rcpt_to: str,
    raw: bytes,
    envelope_id: str | None = None,
    *,
    ask: Callable[[Relay], bool] = lambda _: True,
    told: Callable[[Relay, Sent | Deferred | Bounced], None] = lambda *_: None,
) -> Sent | Deferred | Bounced | Untried:
    """Send by the first of the chosen; by the next only where there was no connection or greeting.

    `ask` says whether one may be tried now, asked just before it would be; `told` hears what each one did.
    """
    outcome: Sent | Deferred | Bounced | Untried = Untried()
    if not relays:
        outcome = Deferred(None, "no smarthost may send this From", reached=False)
    for relay in relays:
        if not ask(relay):
            continue
        outcome = relay.send(mail_from, rcpt_to, raw, envelope_id)
        told(relay, outcome)
        match outcome:
            case Deferred(reached=False):
                continue
            case _:
                break
    return outcome
