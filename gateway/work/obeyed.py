"""An operator's message that was obeyed and left no entry is remembered, so that it is never obeyed again (A08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.store import orders
from gateway.store.connection import Connection
from gateway.tickets.case import Incoming
from gateway.tickets.effects import AddEntry, Decision, Hold
from gateway.tickets.model import ActorKind, Ticket


def remember(
    conn: Connection, effects: Sequence[Any], incoming: Incoming, ticket: Ticket | None, decision: Decision
) -> None:
    """Know it by its Message-ID; what became an entry is known by that."""
    obeyed = decision.actor.kind is ActorKind.OPERATOR and not any(isinstance(e, AddEntry | Hold) for e in effects)
    if obeyed and ticket is not None and incoming.mail.message_id:
        orders.remember(conn, ticket.id, incoming.mail.message_id)
