"""What the daily mail to the admins lists one by one: held messages, and delivery reports about no ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.store import journal
from gateway.store.journal import JournalRow
from gateway.tickets.effects import UNPLACED_REPORT
from gateway.work.deps import Deps
from gateway.work.parser_pool import Unparsable

LISTED: Final = 30
_HEAD: Final = 64 * 1024  # bytes of a message nobody has read yet that are looked at for its subject
_REASONS: Final[dict[str, dict[str, str]]] = {
    "sv": {
        "spam": "skräppost", "junk": "låg i skräpposten", "oversize": "för stort", "unproven": "avsändaren är inte bekräftad",
        "stranger": "okänd avsändare", "near-miss": "kommando som inte gick att tolka", "ambiguous": "går att läsa på flera sätt",
        "uncertain-quote": "osäkert vad som är citat", "collision": "en kollega hann före", "limit": "över en gräns",
        "rule": "en regel", "report": "leveransrapport",
    },
    "nb": {
        "spam": "søppelpost", "junk": "lå i søppelposten", "oversize": "for stor", "unproven": "avsenderen er ikke bekreftet",
        "stranger": "ukjent avsender", "near-miss": "kommando som ikke lot seg tolke", "ambiguous": "kan leses på flere måter",
        "uncertain-quote": "usikkert hva som er sitat", "collision": "en kollega kom først", "limit": "over en grense",
        "rule": "en regel", "report": "leveringsrapport",
    },
    "en": {
        "spam": "spam", "junk": "lay in the junk folder", "oversize": "too large", "unproven": "sender not confirmed",
        "stranger": "unknown sender", "near-miss": "command not understood", "ambiguous": "can be read in several ways",
        "uncertain-quote": "not sure what is quoted", "collision": "a colleague was first", "limit": "over a limit",
        "rule": "a rule", "report": "delivery report",
    },
}  # fmt: skip


def held(deps: Deps, language: str) -> list[str]:
    """Return a line for each message that waits for a decision, newest first: number, reason, sender, subject."""
    with deps.store.read() as conn:
        rows = journal.list_rows(conn, "held", LISTED)
    return [_line(row, row.reason, language, *_told(deps, row)) for row in rows]


def reports(deps: Deps, since: datetime, language: str) -> list[str]:
    """Return a line for each delivery report since then that belongs to no ticket."""
    with deps.store.read() as conn:
        rows = journal.filed_since(conn, UNPLACED_REPORT, since, LISTED)
    return [_line(row, "report", language, *_told(deps, row)) for row in rows]


def _line(row: JournalRow, reason: str, language: str, sender: str, subject: str) -> str:
    words = _REASONS.get(language, _REASONS["en"])
    return f"#{row.id} {words.get(reason, reason)}: {sender or '<>'} – {subject[:120]}"


def _told(deps: Deps, row: JournalRow) -> tuple[str, str]:
    """Return who wrote and the subject: as it was judged, else as the header section says that nobody has read yet."""
    if row.facts.get("from"):
        return str(row.facts["from"].get("address", "")), str(row.facts.get("subject", ""))
    try:
        raw = journal.load_raw(deps.store, row)
    except KeyError:
        return row.envelope.mail_from, ""
    head = raw[:_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    read = deps.parser.parse(head + b"\n\n", row.envelope)
    mail = read.mail if isinstance(read, Unparsable) else read
    return (mail.sender_from.address if mail.sender_from else row.envelope.mail_from), mail.subject
