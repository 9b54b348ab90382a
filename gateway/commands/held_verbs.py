"""`#accept #send #drop #confirm`: what becomes of a held mail; the bearer of the answer says which one is meant."""

from __future__ import annotations

import re
from typing import Literal

from gateway.commands import vocabulary
from gateway.commands.context import Context, HeldDecision, Outcome, Step
from gateway.commands.sentences import say

_ON = re.compile(r"(?:(?:on|på|i|in|to|till|til) +)?#?(?:[^\W\d_][\w]{0,15}-)?(\d{1,12})", re.IGNORECASE)


def accept(context: Context, argument: str, word: str) -> Outcome:
    """Let it in: as it was understood, or on a ticket that is named."""
    if not argument:
        return _decide(context, "accept", "accepted")
    match = _ON.fullmatch(argument)
    if match is None:
        return say("needs", word=word, form=vocabulary.VERBS["accept"].shape(context.language))
    return _decide(context, "accept", "accepted-on", int(match[1]))


def send(context: Context, argument: str, word: str) -> Outcome:
    """Send the text as it is."""
    return _plain(context, argument, word, "send", "sent")


def drop(context: Context, argument: str, word: str) -> Outcome:
    """Throw it away; the journal keeps it."""
    return _plain(context, argument, word, "drop", "dropped")


def confirm(context: Context, argument: str, word: str) -> Outcome:
    """Yes, that mail was mine."""
    return _plain(context, argument, word, "confirm", "confirmed")


def note(context: Context) -> Outcome:
    """Keep it as an internal note: `#note` in answer to a question about a held mail."""
    return _decide(context, "note", "noted")


def journal_id(context: Context) -> int | None:
    """Return the held mail that the bearer of this mail decides about."""
    bearer = context.standing.bearer
    return bearer.journal_id if bearer is not None and bearer.purpose in {"held", "confirm"} else None


Kind = Literal["accept", "send", "note", "drop", "confirm"]


def _plain(context: Context, argument: str, word: str, kind: Kind, code: str) -> Outcome:
    if argument:
        return say("no-argument", word=word, value=argument)
    return _decide(context, kind, code)


def _decide(context: Context, kind: Kind, code: str, on: int | None = None) -> Outcome:
    held = journal_id(context)
    if held is None:
        return say("no-held-mail")
    said = say(code, value=on) if on is not None else say(code)
    return Step(said, decide=HeldDecision(kind, held, on))
