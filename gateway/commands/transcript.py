"""Facts for the mails an operator gets about his own mail: transcript, held, confirmation (docs/templates.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.commands import vocabulary
from gateway.commands.context import Line, Performed, Refused
from gateway.commands.grammar import Command, Reading, Suspect
from gateway.commands.relay import Doubt
from gateway.commands.sentences import say

Facts = dict[str, Any]


def lines(of: Performed | Refused | Sequence[Line]) -> list[dict[str, str]]:
    """Return each line with its result: `{line, result, message}`."""
    found = of if isinstance(of, Sequence) else of.lines
    return [{"line": line.line, "result": line.result, "message": line.message} for line in found]


def transcript(of: Performed | Refused, customer_got: str | None) -> Facts:
    """Return the facts of a transcript; `customer_got` is "" where nothing was sent to the customer."""
    facts: Facts = {"transcript": lines(of), "customer_got": customer_got}
    if isinstance(of, Performed) and of.question is not None:
        facts["help"] = [dict(row) for row in of.question.answer]
    if isinstance(of, Refused) and of.missing:
        facts["missing"] = [{"field": label, "line": line} for label, line in of.missing]
    return facts


def wanted(of: Performed | Refused, receipts: str) -> bool:
    """Say whether the operator gets a transcript by his `mail: {receipts: problems | all | none}`.

    Questions are answered, and what was not done is told, whatever he chose; `none` silences what went well only.
    """
    return isinstance(of, Refused) or of.question is not None or receipts == "all"


def not_done(reading: Reading, language: str) -> list[dict[str, str]]:
    """Return the commands of a held mail: each is held with it."""
    message = say("not-done").text(language)
    return lines([Line(command.line, "held", message) for command in reading.commands])


def near_miss(reading: Reading, journal_id: int, language: str) -> Facts:
    """Return the facts of a mail that is held for lines that look like commands; the first one is shown on top."""
    suspects = [_suspect(suspect, language) for suspect in reading.suspects]
    return {
        "held": {
            "reason": "near-miss",
            "journal_id": journal_id,
            "near_miss": suspects[0] if suspects else None,
            "near_misses": suspects,
            "text": reading.text,
        },
        "transcript": not_done(reading, language),
        "customer_got": "",
    }


def leaked(line: str, text: str, journal_id: int) -> Facts:
    """Return the facts of an answer that holds an internal line."""
    return _held("leak", journal_id, text, leak={"line": line})


def doubtful(found: Doubt, text: str, journal_id: int, language: str) -> Facts:
    """Return the facts of an answer that may not be meant for the customer."""
    explanation = say(f"doubt-{found.kind}", line=found.line).text(language)
    return _held("ambiguous", journal_id, text, explanation=explanation)


def refused(of: Refused, text: str, journal_id: int) -> Facts:
    """Return the facts of a mail of which nothing was done: the ready line where a field is missing, else each reason."""
    if of.missing:
        label, line = of.missing[0]
        held = _held("missing", journal_id, text, missing={"field": label, "label": label, "line": line})
    else:
        failed = " · ".join(f"{one.line}: {one.message}" for one in of.lines if one.result == "failed")
        held = _held("refused", journal_id, text, explanation=failed)
    return {**transcript(of, ""), **held}


def collision(by: str, at: datetime, theirs: str, text: str, journal_id: int) -> Facts:
    """Return the facts of an answer that crossed a colleague's."""
    return _held("collision", journal_id, text, collision={"by": by, "at": at.isoformat(), "text": theirs})


def confirmation(reading: Reading, journal_id: int, language: str) -> Facts:
    """Return the facts of "was it you?": what would be done, and the text that would go out."""
    return {
        "held": {"reason": "unproven", "journal_id": journal_id, "text": reading.text},
        "confirmation": {"orders": [_order(command, language) for command in reading.commands], "text": reading.text},
        "customer_got": "",
    }


def _held(reason: str, journal_id: int, text: str, **why: Mapping[str, str] | str) -> Facts:
    return {"held": {"reason": reason, "journal_id": journal_id, "text": text, **why}, "customer_got": ""}


def _suspect(suspect: Suspect, language: str) -> dict[str, Any]:
    near = vocabulary.VERBS[suspect.nearest].word(language) if suspect.nearest is not None else None
    return {
        "line": suspect.line,
        "line_number": suspect.line_number,
        "nearest": f"#{near}" if near is not None else None,
        "kind": suspect.kind.value,
    }


def _order(command: Command, language: str) -> str:
    return f"#{vocabulary.VERBS[command.verb].word(language)} {command.argument}".rstrip()
