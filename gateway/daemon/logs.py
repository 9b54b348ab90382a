"""One line a happening, with message and ticket on it; no bodies, no secrets, nothing a sender can forge (A49)."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

LONGEST = 200  # characters of any value
_FACTS = (
    "journal",
    "ticket",
    "ticket_id",
    "notice",
    "notices",
    "mail",
    "to",
    "mailbox",
    "peer",
    "error_id",
    "why",
    "step",
)
_FACTS_OF_EVERY_DAY = tuple(name for name in _FACTS if name != "to")  # people's addresses only where there is trouble
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LEVELS = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def neutral(value: object) -> str:
    """Return a value as one short printable piece: control, bidi and line characters escaped."""
    text = _UNPRINTABLE.sub(lambda match: f"\\x{ord(match.group()):02x}", str(value)[: LONGEST + 1])
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


class TextLines(logging.Formatter):
    """`2026-11-21 22:30:01 info ingest: ingested journal=5 ticket=ACME-1042`; a journald level in front under systemd."""

    def __init__(self, *, journald: bool) -> None:
        super().__init__()
        self._journald = journald

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback follows indented."""
        facts = "".join(f" {name}={neutral(value)}" for name, value in _facts(record))
        line = f"{record.levelname.lower()} {_source(record)}: {neutral(record.getMessage())}{facts}"
        if record.exc_info:
            line += "\n" + "\n".join(f"    {part}" for part in _trace(self, record))
        return f"<{_LEVELS.get(record.levelno, 6)}>{line}" if self._journald else f"{_time(record)} {line}"


class JsonLines(logging.Formatter):
    """The same as JSON Lines, times RFC 3339 UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON object."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "source": _source(record),
            "message": neutral(record.getMessage()),
            **{name: value if isinstance(value, int) else neutral(value) for name, value in _facts(record)},
        }
        if record.exc_info:
            line["trace"] = _trace(self, record)
        return json.dumps(line, ensure_ascii=False)


def _facts(record: logging.LogRecord) -> list[tuple[str, object]]:
    told = _FACTS if record.levelno > logging.INFO else _FACTS_OF_EVERY_DAY
    return [(name, record.__dict__[name]) for name in told if record.__dict__.get(name) is not None]


def _source(record: logging.LogRecord) -> str:
    return record.name.removeprefix("gateway.")


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    assert record.exc_info is not None
    return [neutral(line) for line in formatter.formatException(record.exc_info).split("\n")[-40:]]


def start(form: str, level: str, *, journald: bool) -> None:
    """Send everything to stderr in one form; libraries that print envelopes and bodies are kept quiet."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(JsonLines() if form == "json" else TextLines(journald=journald))
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level.upper())
    for name in ("mail", "mail.log", "mail.debug", "apscheduler", "imapclient", "asyncio", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
