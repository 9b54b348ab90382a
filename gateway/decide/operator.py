"""A message from one of ours: his words go to the customer, his orders are done, whatever is doubtful is held and asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.commands import relay, transcript
from gateway.commands.authority import Level
from gateway.commands.context import Performed, Refused, field_words
from gateway.commands.grammar import Doubtful, Reading, read
from gateway.commands.verbs import perform
from gateway.decide.answering import answer
from gateway.decide.asking import confirm, hold, reply_to
from gateway.decide.holding import settle
from gateway.decide.letter import Letter
from gateway.tickets.effects import Decision, Effect, FileMail
from gateway.tickets.model import ActorKind

_DOUBTFUL = {"accept": Doubtful.OBEY, "send": Doubtful.TEXT, "note": Doubtful.TEXT}


def operator_wrote(letter: Letter) -> Decision:
    """Climb the ladder, read, check everything, then do all or nothing."""
    match letter.standing.level:
        case Level.REFUSED:
            return hold(letter, "unproven", {"explanation": "refused", "why": letter.standing.reason})
        case Level.UNPROVEN:
            return confirm(letter)
        case _:
            return _known(letter)


def _known(letter: Letter) -> Decision:
    desk = letter.terms.desk(letter.ticket)
    person = letter.terms.policy.operators.get(letter.person)
    reading = read(
        letter.incoming.mail.new_text,
        (person.signature or "") if person and person.signature != "ours" else "",
        field_words(desk),
        own_names=(person.name, person.first_name) if person else (),
        doubtful=_DOUBTFUL.get(letter.grant or "", Doubtful.HOLD),
    )
    if reading.suspects:
        return hold(letter, "near-miss", transcript.near_miss(reading, letter.language))
    outcome = perform(reading, letter.context())
    match outcome:
        case Refused():
            return refused(letter, outcome)
        case Performed(decide=choice) if choice is not None:
            return settle(letter, choice, outcome)
        case Performed(question=question) if question is not None and not outcome.text and not outcome.effects:
            return questioned(letter, outcome)
        case _:
            return _said(letter, reading, outcome)


def _said(letter: Letter, reading: Reading, done: Performed) -> Decision:
    """Relay his words, unless they are doubtful: ambiguous, leaking, colliding."""
    note = done.note or letter.grant == "note"
    if letter.grant is None and not note:
        doubt = relay.doubt(letter.incoming.mail, reading, done, letter.case, letter.terms.policy, letter.person)
        if doubt is not None:
            return hold(letter, doubt.reason, doubt.facts)
        collision = _collision(letter, done)
        if collision is not None:
            return hold(letter, "collision", collision)
    return answer(letter, reading, done, note=note)


def _collision(letter: Letter, done: Performed) -> Mapping[str, Any] | None:
    """Return what a colleague did since the mail he answers was made, where the desk holds such answers."""
    bearer = letter.standing.bearer
    desk = letter.terms.desk(letter.ticket)
    if bearer is None or not done.text or desk.colliding_answers != "hold":
        return None
    for entry in letter.case.entries:
        other = entry.author.kind is ActorKind.OPERATOR and entry.author.name != letter.person
        if entry.id > bearer.seen_entry and other and entry.direction == "out":
            return {"collision": {"by": entry.author_name, "at": entry.at.isoformat(), "text": entry.text[:500]}}
    taken = letter.ticket.owner_at
    seen = next((e.at for e in letter.case.entries if e.id == bearer.seen_entry), None)
    other_owner = letter.ticket.owner not in {None, letter.person}
    if other_owner and taken is not None and seen is not None and taken > seen:
        return {"collision": {"by": letter.ticket.owner, "at": taken.isoformat(), "text": ""}}
    return None


def refused(letter: Letter, outcome: Refused) -> Decision:
    """Nothing was done, nothing was sent: the mail is held, its writer is told each line and gets his text back."""
    facts = transcript.refused(outcome, letter.language)
    if outcome.needs_confirmation:
        return confirm(letter)
    return hold(letter, "near-miss", {**facts, "explanation": "refused-command"})


def questioned(letter: Letter, outcome: Performed) -> Decision:
    """Answer a question by mail; the ticket is not touched."""
    told = reply_to(letter, "transcript", transcript.answered(outcome, letter.language))
    effects: tuple[Effect, ...] = (FileMail("a question, answered by mail"), told)
    return Decision(letter.actor, effects, letter.placement.evidence)
