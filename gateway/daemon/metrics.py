"""How it is going, for Prometheus: what is told is this one table, docs/metrics.md is compared with it."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Protocol

from gateway import clock
from gateway.daemon.counts import Counts
from gateway.store import figures, mailbox_states
from gateway.store.engine import Store
from gateway.store.status import StoreStatus
from gateway.store.status import status as ask

AT_MOST_EVERY: Final = 5.0  # seconds between two looks into the database, however often it is scraped
_ESCAPED: Final = {"\\": r"\\", '"': r"\"", "\n": r"\n"}

METRICS: Final[tuple[tuple[str, str, tuple[str, ...], str], ...]] = (
    ("gateway_build_info", "gauge", ("version",), "always 1; which version runs"),
    ("gateway_journal_rows", "gauge", ("state",), "received messages that are not done"),
    ("gateway_journal_oldest_seconds", "gauge", ("state",), "age of the oldest of them"),
    ("gateway_notices_rows", "gauge", ("state",), "mails that are decided and not written yet"),
    ("gateway_notices_oldest_seconds", "gauge", ("state",), "age of the oldest of them"),
    ("gateway_outbox_rows", "gauge", ("state",), "written mails that did not leave"),
    ("gateway_outbox_oldest_seconds", "gauge", ("state",), "age of the oldest of them"),
    ("gateway_oldest_unprocessed_seconds", "gauge", (), "age of the oldest message or notice nobody worked on"),
    ("gateway_oldest_hold_seconds", "gauge", (), "age of the oldest message that waits for a person"),
    ("gateway_tickets_open", "gauge", ("desk",), "tickets neither resolved nor closed"),
    ("gateway_timers_due", "gauge", (), "timers whose time has come"),
    ("gateway_pauses", "gauge", ("scope",), "1 for each pause of what leaves"),
    ("gateway_mailbox_up", "gauge", ("mailbox",), "1 while the mailbox is read without trouble"),
    ("gateway_mailbox_last_success_timestamp_seconds", "gauge", ("mailbox",), "when all its folders were read last"),
    ("gateway_messages_received_total", "counter", ("source",), "messages on disk: smtp, lmtp, imap"),
    ("gateway_smtp_refusals_total", "counter", ("cause",), "clients put off: connections, sender, recipients"),
    ("gateway_delivery_attempts_total", "counter", ("outcome",), "sent, deferred, failed"),
    ("gateway_parser_deaths_total", "counter", (), "parser processes lost to a mail"),
    ("gateway_rule_troubles", "gauge", ("rule",), "patterns out of time and the like, of the last days"),
    ("gateway_step_failures", "gauge", ("step",), "failures in a row of a thread that is in trouble now"),
    ("gateway_memory_bytes", "gauge", ("part",), "proportional set size of the daemon and of its workers"),
    ("gateway_disk_free_bytes", "gauge", (), "free where the state lies"),
)
"""Name, type, labels, meaning."""

_TYPES: Final = {name: (kind, labels, text) for name, kind, labels, text in METRICS}
Sample = tuple[str, tuple[str, ...], float]


class _Beat(Protocol):
    name: str
    error: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Watched:
    """What of the running daemon is looked at; each is asked at every scrape."""

    store: Store
    state: Path
    counts: Counts
    beats: Callable[[], Sequence[_Beat]]
    refusals: Callable[[], dict[str, int]]
    parser_deaths: Callable[[], int]
    workers: Callable[[], Sequence[int]]  # process ids


class Exposition:
    """Writes the text format of Prometheus, version 0.0.4."""

    def __init__(self, watched: Watched, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._watched = watched
        self._monotonic = monotonic
        self._kept: tuple[float, list[Sample]] | None = None
        self._lock = threading.Lock()
        with watched.store.read() as conn:
            self._attempts = figures.AttemptsCounted(conn)

    def text(self, now: datetime) -> str:
        """Return all families; the part that asks the database is at most `AT_MOST_EVERY` old."""
        with self._lock:
            if self._kept is None or self._monotonic() - self._kept[0] >= AT_MOST_EVERY:
                self._kept = (self._monotonic(), list(self._stored(now)))
            samples = [*self._kept[1], *self._own()]
        return render(samples)

    def _stored(self, now: datetime) -> Iterator[Sample]:
        with self._watched.store.read() as conn:
            found = ask(conn, now)
            self._attempts.look(conn)
            troubles = figures.rule_troubles(conn)
            boxes = mailbox_states.states(conn)
        yield from _queues(found, now)
        yield from (("gateway_tickets_open", (desk,), count) for desk, count in found.open_tickets.items())
        yield "gateway_timers_due", (), found.timers_due
        yield from (("gateway_pauses", (scope,), 1) for scope in found.pauses)
        yield from (("gateway_rule_troubles", (rule,), times) for rule, times in troubles.items())
        for name, doing in boxes.items():
            yield "gateway_mailbox_up", (name,), 0 if doing.error else 1
            if doing.last_success is not None:
                yield "gateway_mailbox_last_success_timestamp_seconds", (name,), doing.last_success.timestamp()
        for outcome in ("sent", "deferred", "failed"):
            yield "gateway_delivery_attempts_total", (outcome,), self._attempts.counts[outcome]

    def _own(self) -> Iterator[Sample]:
        watched = self._watched
        yield "gateway_build_info", (_version(),), 1
        counted = watched.counts.by_source().items()
        yield from (("gateway_messages_received_total", (source,), count) for source, count in counted)
        yield from (("gateway_smtp_refusals_total", (cause,), n) for cause, n in watched.refusals().items())
        yield "gateway_parser_deaths_total", (), watched.parser_deaths()
        yield from (("gateway_step_failures", (b.name,), b.failures) for b in watched.beats() if b.failures)
        yield "gateway_memory_bytes", ("daemon",), _pss("self")
        yield "gateway_memory_bytes", ("workers",), sum(_pss(str(pid)) for pid in watched.workers())
        yield "gateway_disk_free_bytes", (), shutil.disk_usage(watched.state).free


def render(samples: Iterable[Sample]) -> str:
    """Return samples as text, family by family in the order of METRICS; KeyError for one that is not in it."""
    by_name: dict[str, list[str]] = {name: [] for name in _TYPES}
    for name, values, value in samples:
        labels = ",".join(f'{key}="{_escaped(text)}"' for key, text in zip(_TYPES[name][1], values, strict=True))
        by_name[name].append(f"{name}{{{labels}}} {value:.10g}" if labels else f"{name} {value:.10g}")
    lines = []
    for name, found in by_name.items():
        kind, _, text = _TYPES[name]
        if found:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *sorted(found)]
    return "\n".join(lines) + "\n"


def _queues(found: StoreStatus, now: datetime) -> Iterator[Sample]:
    ages: dict[str, float] = {}
    for name, queue in found.queues.items():
        table, _, state = name.partition(".")
        ages[name] = max(0.0, (now - queue.oldest).total_seconds()) if queue.oldest else 0.0
        yield f"gateway_{table}_rows", (state,), queue.count
        yield f"gateway_{table}_oldest_seconds", (state,), ages[name]
    waiting = max(ages.get("journal.received", 0.0), ages.get("notices.ready", 0.0))
    yield "gateway_oldest_unprocessed_seconds", (), waiting
    yield "gateway_oldest_hold_seconds", (), ages.get("journal.held", 0.0)


def _escaped(text: str) -> str:
    return re.sub(r'[\\"\n]', lambda found: _ESCAPED[found[0]], text)


def _pss(process: str) -> int:
    """Return a process's share of memory in bytes; 0 where it has gone or the kernel does not tell."""
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text("ascii"), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    return 0


def _version() -> str:
    try:
        return version("mail-gateway")
    except PackageNotFoundError:
        return "unknown"
