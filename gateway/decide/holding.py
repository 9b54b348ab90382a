"""What a person decides about a held message: let it in, send it, keep it as a note, drop it, yes it was me."""

from __future__ import annotations

from typing import Final, Literal

from gateway.commands import transcript
from gateway.commands.context import HeldDecision, Performed
from gateway.commands.customer import agrees
from gateway.commands.grammar import read
from gateway.decide.asking import reply_to
from gateway.decide.letter import Letter
from gateway.tickets.effects import Decision, Effect, FileMail, Settle

_KINDS: Final[dict[str, Literal["accept", "send", "note", "drop", "confirm"]]] = {
    "accept": "accept", "send": "send", "note": "note", "drop": "drop", "confirm": "confirm",
}  # fmt: skip


def settle(letter: Letter, choice: HeldDecision, outcome: Performed) -> Decision:
    """Send the held row on its way again with what was decided, or discard it; both stay in the journal."""
    match choice.kind:
        case "drop":
            settled = Settle(choice.journal_id, "discarded", f"dropped by {letter.person}")
        case "confirm":
            settled = Settle(choice.journal_id, "received", "confirmed", _grant(letter, confirmed=letter.person))
        case kind:
            settled = Settle(
                choice.journal_id, "received", f"{kind} by {letter.person}", _grant(letter, as_=kind, on=choice.on)
            )
    effects: list[Effect] = [FileMail(f"decided a held message: {choice.kind}"), settled]
    if _wants_receipt(letter):
        effects.append(reply_to(letter, "transcript", transcript.transcript(outcome, None)))
    return Decision(letter.actor, tuple(effects), (*letter.placement.evidence, f"#{choice.kind}"))


def _grant(
    letter: Letter, *, as_: str | None = None, confirmed: str | None = None, on: int | None = None
) -> dict[str, str | int]:
    """Return what the held message may do when it comes again; a confirmed one may still be held for its text."""
    grant: dict[str, str | int] = {"by": letter.person}
    if as_ is not None:
        grant |= {"as": as_, "confirmed": letter.person}
    if on is not None:
        grant["ticket"] = on
    if confirmed is not None:
        grant["confirmed"] = confirmed
    return grant


def _wants_receipt(letter: Letter) -> bool:
    person = letter.settings
    return person is not None and person.mail.receipts == "all"


def decided_without_ticket(letter: Letter) -> Decision | None:
    """Return what an answer to a question about a held message of no ticket decides; None where it is none."""
    bearer = letter.standing.bearer
    if bearer is None or bearer.journal_id is None or bearer.purpose not in {"held", "confirm"}:
        return None
    verbs = [command.verb for command in read(letter.incoming.mail.new_text).commands]
    verb = next((v for v in verbs if v in _KINDS), None) or (
        "confirm" if bearer.purpose == "confirm" and agrees(letter.incoming.mail.new_text) else None
    )
    if verb is None:
        return None
    return settle(letter, HeldDecision(_KINDS[verb], bearer.journal_id), Performed((), (), ()))
