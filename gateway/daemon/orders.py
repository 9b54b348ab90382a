"""An order on the command line enters at decide like everything else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gateway import clock
from gateway.commands.context import Line
from gateway.daemon import rulebook, wiring
from gateway.decide import decide_order
from gateway.errors import GatewayError
from gateway.policy.nearest import unknown
from gateway.settings import Settings
from gateway.store import keys, tickets
from gateway.store.engine import Store
from gateway.work.commit import apply
from gateway.work.deps import Deps
from gateway.work.parser_pool import InlineParser


class UnknownPersonError(GatewayError):
    """An order is given by somebody rules.yaml knows."""


def order(
    settings: Settings, store: Store, number: int, text: str, person: str, now: datetime
) -> tuple[Line, ...] | None:
    """Do what `text` orders as `person`; None where there is no such ticket. The running daemon sends the mails."""
    deps = offline(settings, store)
    people = {**deps.terms().policy.operators, **deps.terms().policy.people}
    if person not in people:
        raise UnknownPersonError(unknown("operator", person, people))
    with store.write("order") as conn:
        ticket = tickets.by_number(conn, number)
        if ticket is None:
            return None
        case = tickets.load_case(conn, ticket.id)
        decision, lines = decide_order(case, text, person, deps.terms(), now)
        apply(conn, deps, decision, None, case, now)
    return lines


def offline(settings: Settings, store: Store) -> Deps:
    """Return what a commit needs where no daemon runs in this process: nothing is sent from here."""
    book = rulebook.Rulebook.open(settings)
    with store.read() as conn:
        secrets = keys.load_keys(conn)
    return Deps(
        store, lambda: book.terms, lambda: book.library, lambda: secrets, InlineParser(), (),
        wiring.habits(settings, f"command line {Path.cwd().name}"), clock.token,
    )  # fmt: skip
