"""Rules, templates and branding are taken anew on SIGHUP or when a file changed; wrong ones change nothing but are told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from gateway.daemon.rulebook import Rulebook
from gateway.store import notices, rule_notes
from gateway.tickets.case import Case
from gateway.work.deps import Deps
from gateway.work.housekeep import alarms
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
        rule_notes.clear_rule(conn, NOTE)
        released = notices.release(conn, now) if taken else 0
        if not taken:
            problems = (book.trouble or "").splitlines()[:_LINES]
            rule_notes.note(conn, NOTE, "\n".join(problems), now)
            told = alarms(deps, NOTE, problems, ["gateway check"])
            notice_all(Commit(conn, deps, None, None, Case(), None, now), told)
    if released:
        _log.info("held notices are tried again", extra={"why": str(released)})
    deps.wake.ring("notify")
    return taken
