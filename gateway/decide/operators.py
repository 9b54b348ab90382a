"""A message from one of ours: his words go to the customer, his orders are done, whatever is doubtful is held and asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from gateway.commands import relay, transcript
from gateway.commands.authority import Level
from gateway.commands.context import Performed, Refused, field_words
from gateway.commands.grammar import Doubtful, Reading, read
from gateway.commands.verbs import perform
from gateway.decide.answering import answer
from gateway.decide.asking import confirm, hold, reply_to
from gateway.decide.holding import settle
from gateway.decide.letter import Letter
from gateway.mail.message import Attachment
from gateway.tickets.effects import Decision, Effect, FileMail, Settle
from gateway.tickets.model import ActorKind
from gateway.tickets.snapshot import attachment_facts

FILES_A_MAIL: Final = 18_000_000  # bytes: 25 MB as they travel, which most servers take

_DOUBTFUL = {"accept": Doubtful.OBEY, "send": Doubtful.TEXT, "note": Doubtful.TEXT}


def operator_wrote(letter: Letter) -> Decision:
    """Climb the ladder, read, check everything, then do all or nothing."""
    match letter.standing.level:
        case Level.REFUSED:
            return hold(letter, "unproven", {"held": {"why": letter.standing.reason}, "customer_got": ""})
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
        return hold(letter, "near-miss", transcript.near_miss(reading, letter.incoming.journal_id, letter.language))
    outcome = perform(reading, letter.context())
    match outcome:
        case Refused():
            return refused(letter, outcome)
        case Performed(decide=choice) if choice is not None:
            return settle(letter, choice, outcome)
        case Performed(question=question) if question is not None and not (
            outcome.whole(outcome.text) or outcome.effects
        ):
            return questioned(letter, outcome)
        case _:
            return _with_the_held_one(letter, reading, outcome, _said(letter, reading, outcome))


def _with_the_held_one(letter: Letter, reading: Reading, done: Performed, decision: Decision) -> Decision:
    """Let a mail that was held for a missing field come again, when its writer answers with nothing but the field."""
    bearer = letter.standing.bearer
    held = bearer.journal_id if bearer is not None and bearer.purpose == "held" else None
    filled = any(command.verb == "field" for command in reading.commands)
    if held is None or not filled or done.whole(done.text):
        return decision
    grant = {"by": letter.person, "confirmed": letter.person}
    again = Settle(held, "received", f"completed by {letter.person}", grant)
    return replace(decision, effects=(*decision.effects, again))


def _said(letter: Letter, reading: Reading, done: Performed) -> Decision:
    """Relay his words, unless they are doubtful: ambiguous, leaking, colliding; keep them where the mail said so (OP5)."""
    answered = letter.case.answered_mail
    stays = answered is not None and answered.answers_stay and letter.grant is None
    note = done.note or letter.grant == "note" or stays
    if letter.grant is not None or note:
        return answer(letter, reading, done, note=note)
    held = _leaking(letter, done) or _doubtful(letter, done)
    return held or _crossing(letter, reading, done) or answer(letter, reading, done, note=False)


def _leaking(letter: Letter, done: Performed) -> Decision | None:
    """Hold an answer that repeats an internal line of the mail it answers (A71)."""
    answered = letter.case.answered_mail
    found = relay.leak(done.text, answered.internal_lines, answered.public_lines) if answered else None
    if found is None:
        return None
    return hold(letter, "uncertain-quote", transcript.leaked(found.line, done.text, letter.incoming.journal_id))


def _doubtful(letter: Letter, done: Performed) -> Decision | None:
    """Hold an answer that may not be meant for the customer."""
    others = (who for name, who in letter.terms.policy.operators.items() if name != letter.person)
    colleagues = [name for who in others for name in (who.name, who.first_name)]
    customers = [letter.ticket.requester.name, *(p.name for p in letter.ticket.participants)]
    has_files = bool(letter.incoming.mail.attachments) and not (done.effects or done.whole(""))
    found = relay.doubt(done.text, has_files=has_files, colleagues=colleagues, customers=customers)
    if found is None:
        return None
    return hold(letter, "ambiguous", transcript.doubtful(found, done.text, letter.incoming.journal_id, letter.language))


def _crossing(letter: Letter, reading: Reading, done: Performed) -> Decision | None:
    """Return what the desk does with an answer that crosses a colleague's: held, or kept as a note and told so."""
    way = letter.terms.desk(letter.ticket).colliding_answers
    other = _collision(letter, done) if way != "send" else None
    if other is None:
        return None
    if way == "note":
        return answer(letter, reading, done, note=True, told=True)
    by, at, theirs = other
    return hold(
        letter, "collision", transcript.collision(by, at, theirs, done.whole(done.text), letter.incoming.journal_id)
    )


def _collision(letter: Letter, done: Performed) -> tuple[str, datetime, str] | None:
    """Return what a colleague did since the mail he answers was made."""
    bearer = letter.standing.bearer
    if bearer is None or not done.whole(done.text):
        return None
    for entry in letter.case.entries:
        other = entry.author.kind is ActorKind.OPERATOR and entry.author.name != letter.person
        if entry.id > bearer.seen_entry and other and entry.direction == "out":
            return entry.author_name, entry.at, entry.text[:500]
    taken = letter.ticket.owner_at
    seen = next((e.at for e in letter.case.entries if e.id == bearer.seen_entry), None)
    other_owner = letter.ticket.owner not in {None, letter.person}
    if other_owner and taken is not None and seen is not None and taken > seen:
        owner = letter.terms.policy.person(letter.ticket.owner or "")
        return owner.name if owner else str(letter.ticket.owner), taken, ""
    return None


def refused(letter: Letter, outcome: Refused) -> Decision:
    """Nothing was done, nothing was sent: the mail is held, its writer is told each line and gets his text back."""
    if outcome.needs_confirmation:
        return confirm(letter)
    facts = transcript.refused(outcome, letter.incoming.mail.new_text, letter.incoming.journal_id)
    return hold(letter, "near-miss", facts)


def questioned(letter: Letter, outcome: Performed) -> Decision:
    """Answer a question by mail, or by several where files do not fit into one; the ticket is not touched."""
    files = outcome.question.files if outcome.question else ()
    facts = transcript.transcript(outcome, None)
    told = [reply_to(letter, "transcript", facts | ({"sent_files": sent} if sent else {})) for sent in _mails_of(files)]
    effects: tuple[Effect, ...] = (FileMail("a question, answered by mail"), *told)
    return Decision(letter.actor, effects, letter.placement.evidence)


def _mails_of(files: Sequence[Attachment]) -> list[list[dict[str, Any]]]:
    """Spread files over as few mails as take them in order; one that is larger than a mail may be goes alone."""
    mails: list[list[dict[str, Any]]] = [[]]
    size = 0
    for file in files:
        if mails[-1] and size + file.size > FILES_A_MAIL:
            mails.append([])
            size = 0
        mails[-1].append(attachment_facts(file))
        size += file.size
    return mails
