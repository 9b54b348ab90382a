"""Operators are never cut: what is too much to read mail by mail becomes lines of one list (mails.md: budgets)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.store import folded
from gateway.store.connection import Connection
from gateway.store.folded import Folded
from gateway.tickets.case import Incoming
from gateway.tickets.effects import Tell
from gateway.tickets.model import Entry, Ticket

PER_TICKET: Final = 30  # mails to one of us about one ticket in ten minutes
PER_HOUR: Final = 200  # mails to one of us about anything
EVENT: Final = "digest-of-events"
_ASKED_FOR: Final = frozenset({"confirmation", "transcript", "list", "digest", "report", EVENT})
_HIS_OWN: Final = frozenset({"sender", "writer"})  # reasons: it answers a mail he wrote himself
_WORDS: Final = 110  # characters


def reason(conn: Connection, tell: Tell, ticket: Ticket | None, now: datetime) -> str | None:
    """Say why this mail is folded; None where it leaves as it is.

    What answers a mail of his own always leaves: a confirmation, a transcript, a hold of what he wrote.
    """
    if tell.audience != "operator" or tell.event in _ASKED_FOR or not _HIS_OWN.isdisjoint(tell.reasons):
        return None
    counts = folded.counts(conn, tell.to.address, ticket.id if ticket else None, now)
    if counts.ticket >= PER_TICKET:
        return f"folded: {PER_TICKET} mails in ten minutes about one ticket; a list follows"
    if counts.hour >= PER_HOUR:
        return f"folded: {PER_HOUR} mails in an hour; a list follows"
    return None


def keep(
    conn: Connection,
    tell: Tell,
    ticket: Ticket | None,
    entry: Entry | None,
    incoming: Incoming | None,
    why: str,
    now: datetime,
) -> None:
    """Write down what a line of the list says: which event of which ticket, who, his first words."""
    told = entry if tell.entry else None
    who, words = _said(told, ticket, incoming)
    one = Folded(
        tell.event, tell.to.address, tell.person, tell.language, ticket.reference if ticket else "", who, words,
        ticket.id if ticket else None, told.id if told else None,
    )  # fmt: skip
    folded.add(conn, one, why, now)


def _said(entry: Entry | None, ticket: Ticket | None, incoming: Incoming | None) -> tuple[str, str]:
    """Return who wrote and his first words; without an entry the subject says what it is about."""
    if entry is not None:
        return entry.author_name, _first(entry.text) or (ticket.subject[:_WORDS] if ticket else "")
    if incoming is not None and ticket is None:
        sender = incoming.mail.sender_from
        return (sender.name or sender.address if sender else ""), _first(incoming.mail.subject)
    return "", ticket.subject[:_WORDS] if ticket else ""


def _first(text: str) -> str:
    words = " ".join(text[: _WORDS * 4].split())
    return words if len(words) <= _WORDS else words[: _WORDS - 1].rstrip() + "…"
