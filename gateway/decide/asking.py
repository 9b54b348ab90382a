"""What an operator is told beside the ticket: his mail is held, was it you, what became of your lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.commands import transcript
from gateway.commands.grammar import read
from gateway.decide.letter import Letter
from gateway.tickets.effects import Decision, Effect, Hold, Tell


def reply_to(letter: Letter, event: str, facts: Mapping[str, Any]) -> Tell:
    """Return a mail to the operator's registered address that answers his own (RFC 3834).

    Transcripts and confirmations have the null envelope sender; a `held` that does not arrive must come back.
    """
    own = {"text": letter.incoming.mail.new_text, "journal_id": letter.incoming.journal_id}
    return Tell(
        event,
        "operator",
        letter.home,
        letter.person,
        letter.language,
        ("sender",),
        entry=False,
        auto="auto-replied",
        null_sender=event in {"transcript", "confirmation"},
        in_reply_to=letter.incoming.mail.message_id,
        facts={**own, **facts, "where_answer_goes": "internal"},
    )


def hold(letter: Letter, reason: str, facts: Mapping[str, Any]) -> Decision:
    """Keep the message until its writer decides; nothing of it reached anybody."""
    own = {"reason": reason, "journal_id": letter.incoming.journal_id, "text": letter.incoming.mail.new_text}
    held = {**own, **facts.get("held", {})}
    told = reply_to(letter, "held", {**facts, "held": held})
    effects: list[Effect] = [
        Hold(reason, held, letter.home, letter.person, letter.ticket.id if letter.case.ticket else None),
        told,
    ]
    return Decision(letter.actor, tuple(effects), (*letter.placement.evidence, f"held: {reason}"))


def confirm(letter: Letter) -> Decision:
    """Hold an unproven message and ask at the registered address: was it you? (A05)."""
    reading = read(letter.incoming.mail.new_text)
    facts = transcript.confirmation(reading, letter.incoming.journal_id, letter.language)
    held = {**facts["held"], "why": letter.standing.reason}
    asked = reply_to(letter, "confirmation", {**facts, "held": held})
    about = letter.case.ticket.id if letter.case.ticket else None
    effects: tuple[Effect, ...] = (
        Hold("unproven", held, letter.home, letter.person, about),
        asked,
    )
    return Decision(letter.actor, effects, (*letter.placement.evidence, f"unproven: {letter.standing.reason}"))
