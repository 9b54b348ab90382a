"""Whether a provider delivers subaddresses (`support+token@`): asked by a mail to oneself, answered when it comes back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.mail.message import Address
from gateway.policy.schema_desk import Desk
from gateway.store import probes
from gateway.store.connection import Connection
from gateway.tickets.case import Case, Incoming
from gateway.tickets.effects import Tell
from gateway.tickets.thread import recipients
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all

_TAG: Final = "probe-"
_TEXT: Final = "This mail asks whether subaddresses of the desk arrive. Nobody needs to do anything."


def ask(conn: Connection, deps: Deps, now: datetime) -> list[str]:
    """Send a mail to a subaddress of each desk whose operators answer to one; return the addresses."""
    told, asked = [], []
    for name, desk in deps.terms().policy.desks.items():
        mark = deps.token()
        to = desk.reply_address(_TAG + mark)
        if to is None:
            continue
        probes.begin(conn, desk.addresses[0], mark, now)
        facts = {"alarm": {"text": _TEXT, "items": [], "orders": []}, "subject": f"subaddresses of {name}"}
        told.append(
            Tell("alarm", "admin", Address("", to), None, desk.languages[0], ("probe",), entry=False,
                 auto="auto-generated", null_sender=True, facts=facts)
        )  # fmt: skip
        asked.append(to)
    notice_all(Commit(conn, deps, None, None, Case(), None, now), told)
    return asked


def came_back(conn: Connection, deps: Deps, incoming: Incoming, now: datetime) -> None:
    """Note that one of our own mails came back to the subaddress it was sent to."""
    addresses = (*(each.address for each in incoming.mail.to), *recipients(incoming.mail, incoming.envelope))
    for address in dict.fromkeys(addresses):
        found = deps.terms().policy.desk_of(address)
        if found is not None and (found[1] or "").startswith(_TAG):
            probes.came(conn, (found[1] or "").removeprefix(_TAG), now)


def known(conn: Connection, desk: Desk, now: datetime) -> bool | None:
    """Say whether they arrive at this desk; None where nobody asked, or it is too soon to say."""
    return probes.arrive(conn, desk.addresses[0], now)
