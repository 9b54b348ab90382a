"""One real mail past the outbox: whether what is configured reaches a mailbox, signed and in the house's own look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from gateway import clock
from gateway.daemon import rulebook, wiring
from gateway.daemon.tokens import StoredVault, Tokens
from gateway.outbound.transport import Bounced, Deferred, Sent, choose
from gateway.policy.schema import Policy
from gateway.render import samples
from gateway.render.compose import compose
from gateway.settings import Settings
from gateway.store.engine import Store


@dataclass(frozen=True, slots=True)
class Tried:
    """What one smarthost did with it."""

    smarthost: str
    outcome: Sent | Deferred | Bounced


def sample(settings: Settings, policy: Policy, desk: str, to: str, now: datetime) -> tuple[str, bytes]:
    """Return the From address and the bytes: a receipt of an invented ticket, in the desk's look and language."""
    entry = policy.desks[desk]
    sender, name = entry.addresses[0], f"<test.{clock.token()}@{settings.hostname}>"
    notice = samples.notice("registered", "requester", entry.languages[0], entry.brand or desk) | {
        "from": {"name": entry.name, "address": sender}, "to": {"name": "", "address": to}, "cc": [],
        "reference": None, "references": [], "in_reply_to": None, "message_id": name, "date": now.isoformat(),
        "attachments": [], "fallbacks": [*entry.languages, "en"], "desk": desk,
    }  # fmt: skip
    raw = compose(notice, rulebook.library(settings), lambda _: b"").raw
    return sender, wiring.signer(settings)(sender, raw)


def send_test(settings: Settings, store: Store, sender: str, to: str, raw: bytes) -> Iterator[Tried]:
    """Hand the mail to the smarthosts as delivery would: the next only where the one before was not reached."""
    tokens = Tokens(settings, StoredVault(store))
    relays = [wiring.relay(host, settings, tokens.of(host)) for host in settings.smarthost]
    for relay in choose(relays, sender):
        with closing(relay):
            outcome = relay.send(sender, to, raw)
        yield Tried(relay.options.name, outcome)
        if not (isinstance(outcome, Deferred) and not outcome.reached):
            return
