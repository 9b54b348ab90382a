"""Rules, templates and branding are taken anew on SIGHUP or when a file changed; wrong ones change nothing but are told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from gateway.daemon.rulebook import Rulebook
from gateway.store import bearers, notices, rule_notes
from gateway.store.connection import Connection
from gateway.tickets.case import Case
from gateway.work.alarm import alarms
from gateway.work.deps import Deps
from gateway.work.noticing import Commit, notice_all

NOTE = "rules.yaml"  # under which `gateway status` finds why a reload was refused
_LINES = 20
_log = logging.getLogger(__name__)


class Watch:
    """Knows how the files looked when they were last taken."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._seen = self._look()

    def changed(self) -> bool:
        """Say whether a file was written, came or went since the last look."""
        now = self._look()
        different = now != self._seen
        self._seen = now
        return different

    def _look(self) -> frozenset[tuple[str, int, int]]:
        return frozenset(
            (str(file), status.st_mtime_ns, status.st_size) for file in self._files() for status in [file.stat()]
        )

    def _files(self) -> Iterator[Path]:
        paths = self._book.settings.paths
        yield from (file for file in paths.rules.parent.glob("*.yaml") if file.is_file())
        for folder in (paths.rules.parent / "desks", paths.templates, paths.branding):
            yield from (file for file in folder.rglob("*") if file.is_file())


def reload(book: Rulebook, deps: Deps, now: datetime) -> bool:
    """Take the files as they are; where they are wrong the old ones stay, and log, status and admins say so (RU5).

    What a broken template held is tried again with the new ones (OUT2).
    """
    taken = book.reload()
    with deps.store.write("reload") as conn:
        before = {note.note for note in rule_notes.list_notes(conn) if note.rule == NOTE}
        rule_notes.clear_rule(conn, NOTE)
        released = notices.release(conn, now) if taken else 0
        if taken:
            part_from_leavers(conn, deps, now)
        if not taken:
            problems = (book.trouble or "").splitlines()[:_LINES]
            rule_notes.note(conn, NOTE, "\n".join(problems), now)
            if "\n".join(problems) not in before:  # the same mistakes are told once, however often they are tried
                told = alarms(deps, NOTE, problems, ["gateway check"])
                notice_all(Commit(conn, deps, None, None, Case(), None, now), told)
    if released:
        _log.info("held notices are tried again", extra={"why": str(released)})
    deps.wake.ring("notify")
    return taken


def part_from_leavers(conn: Connection, deps: Deps, now: datetime) -> None:
    """Make the keys of operators and groups worthless that the rules no longer know; who comes back begins anew."""
    policy = deps.terms().policy
    known = {*policy.operators, *policy.people, *policy.groups}
    gone = bearers.revoke_all_but(conn, known, "no longer in the rules", now)
    if gone:
        _log.info("keys of people who left are worthless now", extra={"why": str(gone)})
