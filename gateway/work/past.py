"""Imported mail into tickets: a few mails in a transaction, journal row and entry together, nothing to anybody."""

from __future__ import annotations

import hashlib
import logging
from collections import ChainMap, Counter
from collections.abc import MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.decide.past import Conversation, aliases_of, decide_past
from gateway.errors import TryAgainError
from gateway.mail import identity
from gateway.mail.address import key
from gateway.mail.received import Received
from gateway.store import lookup, past, tickets
from gateway.store.connection import Connection
from gateway.store.intake import INLINE
from gateway.tickets.case import Case, Found, Incoming
from gateway.tickets.thread import Clues
from gateway.work.commit import apply
from gateway.work.deps import Deps
from gateway.work.parser_pool import Unparsable

PARSERS = 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Past:
    """A mail of an archive: `received_at` is when it was written."""

    received: Received
    thread: int
    conversation: Conversation

    @property
    def digest(self) -> str:
        """Return what the journal knows these bytes by."""
        return hashlib.sha256(self.received.raw).hexdigest()


@dataclass(slots=True)
class Tally:
    """What became of the mails so far, and which ticket each conversation is."""

    counts: Counter[str] = field(default_factory=Counter)  # imported | known | filed | failed | tickets
    threads: dict[int, int] = field(default_factory=dict)


_Read = tuple[Past, str, Incoming]  # with its sha256


@dataclass(frozen=True, slots=True)
class _Done:
    ticket: int | None  # None: filed without one
    opened: bool


def take(deps: Deps, items: Sequence[Past], tally: Tally, now: datetime) -> None:
    """Bring the mails in; those the journal has already are only counted. One that fails fails alone."""
    fresh = _fresh(deps, items, tally)
    with ThreadPoolExecutor(PARSERS) as pool:
        incoming = list(pool.map(lambda one: _read(deps, one[0]), fresh))
    read = [(*one, mail) for one, mail in zip(fresh, incoming, strict=True) if mail is not None]
    tally.counts["failed"] += len(fresh) - len(read)
    try:
        done = _together(deps, read, tally, now)
    except TryAgainError:
        raise
    except Exception:  # noqa: BLE001  # whichever it was fails alone
        done = [outcome for one in read for outcome in _alone(deps, one, tally, now)]
    for outcome in done:
        tally.counts["imported" if outcome.ticket is not None else "filed"] += 1
        tally.counts["tickets"] += outcome.opened


def _together(deps: Deps, read: Sequence[_Read], tally: Tally, now: datetime) -> list[_Done]:
    """Commit all in one transaction; what a conversation became is known only when that holds."""
    threads = ChainMap[int, int]({}, tally.threads)
    with deps.store.write("import") as conn:
        done = [_commit(conn, deps, *one, threads, now) for one in read]
    tally.threads.update(threads.maps[0])
    return done


def _fresh(deps: Deps, items: Sequence[Past], tally: Tally) -> list[tuple[Past, str]]:
    """Return what is not in the journal yet; what is there tells which ticket its conversation became."""
    digests = [item.digest for item in items]
    with deps.store.read() as conn:
        known = past.known(conn, digests)
    fresh: dict[str, Past] = {}
    for item, digest in zip(items, digests, strict=True):
        if digest in known:
            tally.counts["known"] += 1
            if (ticket := known[digest]) is not None:
                tally.threads.setdefault(item.thread, ticket)
        elif digest in fresh:
            tally.counts["known"] += 1
        else:
            fresh[digest] = item
    return [(item, digest) for digest, item in fresh.items()]


def _read(deps: Deps, item: Past) -> Incoming | None:
    raw, envelope = item.received.raw, item.received.envelope
    outcome = deps.parser.parse(raw, envelope)
    if isinstance(outcome, Unparsable):
        _log.warning("not imported", extra={"why": outcome.reason, "mail": outcome.mail.message_id})
        return None
    for attachment in outcome.attachments:
        if attachment.content is not None:
            deps.store.blobs.put(attachment.content)
    if len(raw) > INLINE:
        deps.store.blobs.put(raw)
    mail = replace(outcome, attachments=tuple(replace(file, content=None) for file in outcome.attachments))
    own = mail.message_id is not None and identity.own_message_id(deps.keys(), mail.message_id)
    return Incoming(0, mail, envelope, item.received.proof, item.received.received_at, Found(), own=own)


def _alone(deps: Deps, one: _Read, tally: Tally, now: datetime) -> list[_Done]:
    try:
        return _together(deps, [one], tally, now)
    except TryAgainError:
        raise
    except Exception:  # noqa: BLE001  # a bug costs one mail its import, never those behind it
        tally.counts["failed"] += 1
        _log.exception("import failed", extra={"mail": one[2].mail.message_id})
        return []


def _commit(
    conn: Connection,
    deps: Deps,
    item: Past,
    digest: str,
    incoming: Incoming,
    threads: MutableMapping[int, int],
    now: datetime,
) -> _Done:
    number = past.add(conn, item.received, digest, now)
    terms, desk = deps.terms(), item.conversation.desk
    mail = incoming.mail
    names = tuple(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references))))
    clues = Clues((), names, (), aliases_of(incoming, desk, terms), mail.content_key)
    sender = key(mail.sender_from.address) if mail.sender_from else None
    found = lookup.find(conn, clues, sender, incoming.received_at)
    incoming = replace(incoming, journal_id=number, found=found)
    placed = _ticket(found, names, threads.get(item.thread))
    case = tickets.load_case(conn, placed) if placed is not None else Case()
    decision = decide_past(incoming, item.conversation, case, terms)
    committed = apply(conn, deps, decision, incoming, case, incoming.received_at)
    if committed.ticket is not None:
        threads.setdefault(item.thread, committed.ticket.id)
    ticket = committed.ticket
    return _Done(ticket.id if ticket else None, ticket is not None and case.ticket is None)


def _ticket(found: Found, names: Sequence[str], thread: int | None) -> int | None:
    """Return the ticket: of the nearest message it answers, of its conversation, of the old system's number."""
    answered = (m.ticket_id for name in names for m in found.messages if m.message_id == name)
    number = next(answered, thread)
    number = number if number is not None else next(iter(found.foreign.values()), None)
    while number is not None and number in found.tickets and (into := found.tickets[number].merged_into):
        number = into
    return number
