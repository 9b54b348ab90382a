"""An archive into the store: files listed, then read and committed a few at a time; what is there already is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gateway.daemon.orders import offline
from gateway.decide.past import Conversation
from gateway.errors import ConfigurationError, Problem
from gateway.inbound import archive
from gateway.inbound.trace_fields import return_path
from gateway.mail.message import Envelope
from gateway.mail.received import Received
from gateway.policy.nearest import unknown
from gateway.settings import Settings
from gateway.store import past as journal
from gateway.store.engine import Store
from gateway.work.deps import Deps
from gateway.work.parser_pool import ParserPool
from gateway.work.past import PARSERS, Past, Tally, take

TOGETHER = 50  # mails in a transaction, as long as they are small
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Order:
    """What is imported, where to, and since when a conversation counts as going on."""

    path: Path
    desk: str
    open_since: datetime | None  # None: all is history and closed
    dry_run: bool = False


def bring_in(
    settings: Settings, store: Store, order: Order, now: datetime, progress: Callable[[int, int], None]
) -> tuple[Tally, archive.Contents]:
    """Import an archive; `progress` is told how many of how many are done. What is committed stays when it is broken off."""
    deps = offline(settings, store)
    desks = deps.terms().policy.desks
    if order.desk not in desks:
        raise ConfigurationError([Problem(settings.paths.rules.name, 0, 0, unknown("desk", order.desk, desks))])
    contents, tally = archive.contents(order.path, now), Tally()
    done = 0
    with closing(ParserPool(PARSERS)) as parsers:
        for batch in _batches(contents, order, now):
            if order.dry_run:
                _would(deps, batch, tally)
            else:
                take(replace(deps, parser=parsers), batch, tally, now)
            done += len(batch)
            progress(done, len(contents.mails))
    return tally, contents


def _would(deps: Deps, batch: list[Past], tally: Tally) -> None:
    """Count what would come in."""
    with deps.store.read() as conn:
        known = journal.known(conn, [item.digest for item in batch])
    for item in batch:
        if item.digest in known:
            tally.counts["known"] += 1
            continue
        tally.counts["imported"] += 1
        tally.counts["tickets"] += item.thread not in tally.threads
        tally.threads.setdefault(item.thread, 0)


def _batches(contents: archive.Contents, order: Order, now: datetime) -> Iterator[list[Past]]:
    batch: list[Past] = []
    for mail in contents.mails:
        batch.append(_past(mail, contents, order, now))
        if len(batch) >= TOGETHER or sum(len(item.received.raw) for item in batch) > _MOST_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _past(mail: archive.Kept, contents: archive.Contents, order: Order, now: datetime) -> Past:
    raw = archive.read(mail)
    last = contents.last[mail.thread]
    goes_on = order.open_since is not None and last >= order.open_since
    conversation = Conversation(order.desk, last, goes_on, f"imported on {now:%Y-%m-%d}")
    return Past(Received(Envelope(return_path(raw), (), "import"), raw, mail.written), mail.thread, conversation)
