"""What a person decides about a held message: let it in, send it, keep it as a note, drop it, yes it was me."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.commands import transcript
from gateway.commands.context import HeldDecision, Line, Performed, Refused
from gateway.commands.customer import agrees, denies
from gateway.commands.grammar import read
from gateway.commands.sentences import say
from gateway.commands.verbs import perform
from gateway.decide.asking import reply_to
from gateway.decide.letter import Letter
from gateway.tickets.case import BearerMatch
from gateway.tickets.effects import Decision, Effect, FileMail, Settle, Tell
from gateway.tickets.hearers import Hearer, hearers
from gateway.tickets.model import Status, Ticket

CONFIRM_WITHIN = timedelta(days=1)
_PLAIN_YES = Performed((), (), ())


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


def decided(letter: Letter) -> Decision | None:
    """Return what an answer to a question about a held message decides; None where it is none.

    "Was it you?" is answered by a plain yes or no; those words are never an answer to the customer.
    """
    bearer = letter.standing.bearer
    if bearer is None or bearer.journal_id is None or bearer.purpose not in {"held", "confirm"}:
        return None
    text = letter.incoming.mail.new_text
    reading = read(text)
    if bearer.purpose == "confirm" and agrees(text) and _is_late(bearer, letter.now):
        return _too_late(letter, text)
    if not reading.commands and bearer.purpose == "confirm":
        if agrees(text):
            return settle(letter, HeldDecision("confirm", bearer.journal_id), _PLAIN_YES)
        return _denied(letter, bearer.journal_id) if denies(text) else None
    match perform(reading, letter.context()):
        case Performed(decide=choice) as outcome if choice is not None:
            late = bearer.purpose == "confirm" and choice.kind != "drop" and _is_late(bearer, letter.now)
            return _too_late(letter, text) if late else settle(letter, choice, outcome)
        case _:
            return None


def _is_late(bearer: BearerMatch, now: datetime) -> bool:
    return bearer.made_at is not None and now - bearer.made_at > CONFIRM_WITHIN


def _too_late(letter: Letter, text: str) -> Decision:
    """Do nothing: the yes came after its day; he is told so."""
    line = Line(text.strip().splitlines()[0], "not-done", say("too-late").text(letter.language))
    told = reply_to(letter, "transcript", transcript.transcript(Refused((line,)), ""))
    effects = (FileMail("a yes after its day"), told)
    return Decision(letter.actor, effects, (*letter.placement.evidence, "confirmed too late"))


def _denied(letter: Letter, journal_id: int) -> Decision:
    """Throw away what somebody else wrote in his name, and let the admins know (A05)."""
    title = f"{letter.person}: not my mail"
    alarm = {
        "title": title,
        "text": letter.incoming.mail.subject,
        "items": [],
        "orders": [f"gateway journal show {journal_id}"],
    }
    told = [
        Tell(
            "alarm", "admin", hearer.to, hearer.person, letter.language, ("admin",), entry=False,
            auto="auto-generated", facts={"alarm": alarm, "subject": title},
        )
        for hearer in _admins(letter)
    ]  # fmt: skip
    settled = Settle(journal_id, "discarded", f"{letter.person} did not write it")
    effects: tuple[Effect, ...] = (FileMail("decided a held message: not his"), settled, *told)
    return Decision(letter.actor, effects, (*letter.placement.evidence, "he says it was not him"))


def _admins(letter: Letter) -> tuple[Hearer, ...]:
    """Return the admins, or where rules.yaml names none those who hear of held mails."""
    name, desk = next(iter(letter.terms.policy.desks.items()))
    ticket = letter.case.ticket or Ticket(
        0, 0, desk.prefix, name, "", Status.NEW, letter.home, letter.now, group=desk.group
    )
    words = ("admins",) if letter.terms.policy.admins else desk.hears("held")
    return hearers(words, ticket, letter.terms.policy)
