"""Carries out what was read: all lines are checked and all done, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from gateway.commands import arguments, authority, field_values, held_verbs, help_texts, ready, vocabulary
from gateway.commands import field_verbs as fields
from gateway.commands import people_verbs as people
from gateway.commands import status_verbs as statuses
from gateway.commands.context import Context, Line, Outcome, Performed, Query, Refused, Scene, Step
from gateway.commands.grammar import Command, Reading
from gateway.commands.sentences import Said, say
from gateway.commands.spelling import bare
from gateway.tickets.effects import project
from gateway.tickets.model import Status, Ticket

IN_A_TICKET: Mapping[str, Callable[[Scene], Outcome]] = MappingProxyType(
    {
        "resolve": statuses.resolve,
        "close": statuses.close,
        "reopen": statuses.reopen,
        "wait": statuses.wait,
        "pause": statuses.pause,
        "status": statuses.status,
        "spam": statuses.spam,
        "take": people.take,
        "assign": people.assign,
        "unassign": people.unassign,
        "group": people.group,
        "cc": people.cc,
        "priority": fields.level,
        "impact": fields.level,
        "urgency": fields.level,
        "type": fields.kind,
        "category": fields.category,
        "tag": fields.tag,
        "field": fields.field,
        "title": fields.title,
        "template": fields.template,
        "answer": ready.answer,
        "time": fields.time,
    }
)
"""Verbs that change the ticket of the mail."""

ANYWHERE: Mapping[str, Callable[[Context, str, str], Outcome]] = MappingProxyType(
    {
        "accept": held_verbs.accept,
        "send": held_verbs.send,
        "drop": held_verbs.drop,
        "confirm": held_verbs.confirm,
        "help": lambda context, argument, _: _help(context, argument),
        "files": lambda context, argument, _: _files(context, argument),
    }
)
"""Verbs that need no ticket."""

NEED_ARGUMENT = frozenset(
    {
        "assign",
        "group",
        "priority",
        "impact",
        "urgency",
        "type",
        "category",
        "tag",
        "field",
        "title",
        "template",
        "answer",
    }
    | {"cc", "time", "status"}
)
"""Verbs that mean nothing alone."""

_FINISHED = frozenset({Status.RESOLVED, Status.CLOSED})


@dataclass(frozen=True, slots=True)
class _Tried:
    """A command with what came of it; `ticket` is as this and the commands above it leave it."""

    command: Command
    outcome: Outcome
    ticket: Ticket | None


def perform(reading: Reading, context: Context) -> Performed | Refused:
    """Carry out every command of the reading, in the order written, or none of them.

    Suspects are the caller's: a reading that has some must be held, not performed.
    """
    tried = _try_all(reading, context)
    tried = _complete(tried, context)
    if any(isinstance(attempt.outcome, Said) for attempt in tried):
        return _refused(tried, context)
    return _performed(tried, reading, context)


def _try_all(reading: Reading, context: Context) -> list[_Tried]:
    ticket, tried = context.case.ticket, list[_Tried]()
    for command in reading.commands:
        outcome = _try(command, reading, context, ticket)
        if isinstance(outcome, Step) and ticket is not None:
            ticket = project(ticket, outcome.effects)
        if isinstance(outcome, Step) and outcome.decide and any(_decides(attempt) for attempt in tried):
            outcome = say("one-decision")
        tried.append(_Tried(command, outcome, ticket))
    return tried


def _try(command: Command, reading: Reading, context: Context, ticket: Ticket | None) -> Outcome:
    verb, word = command.verb, word_of(command, context.language)
    if vocabulary.VERBS[verb].later:
        return say("later", word=word)
    forbidden = authority.may(context.standing, verb, context.policy, context.desk, word)
    if forbidden is not None:
        return forbidden
    if verb in NEED_ARGUMENT and not command.argument:
        return say("needs", word=word, form=vocabulary.VERBS[verb].shape(context.language))
    if verb in ANYWHERE:
        return ANYWHERE[verb](context, command.argument, word)
    if verb in {"note", "spam"} and _about_held(reading, context):
        return held_verbs.note(context) if verb == "note" else held_verbs.drop(context, "", word)
    if ticket is None:
        return say("no-ticket")
    if verb == "note":
        return Step(say("noted"))
    cause = f"#{verb} {command.argument}".rstrip()
    scene = Scene(context, ticket, reading.text, reading.note, verb, command.argument, word, cause)
    return IN_A_TICKET[verb](scene)


def word_of(command: Command, language: str) -> str:
    """Return the verb as the operator knows it: his own word if he wrote one, else his language's."""
    verb = vocabulary.VERBS[command.verb]
    written = command.line.lstrip("*_•-1234567890. ").removeprefix("#").split(" ")[0].rstrip(".:,;!*_")
    return written if vocabulary.find(written) == command.verb and bare(written) else verb.word(language)


def _about_held(reading: Reading, context: Context) -> bool:
    """Say whether `#note` or `#spam` answers a question about a held mail: nothing else stands in the answer."""
    alone = len(reading.commands) == 1 and not reading.text and not reading.commands[0].argument
    return alone and held_verbs.journal_id(context) is not None


def _decides(attempt: _Tried) -> bool:
    return isinstance(attempt.outcome, Step) and attempt.outcome.decide is not None


def _complete(tried: list[_Tried], context: Context) -> list[_Tried]:
    """Refuse to finish a ticket while a required field is empty; lines below may have filled it."""
    before, after = context.case.ticket, tried[-1].ticket if tried else None
    if before is None or after is None or after.status not in _FINISHED or before.status in _FINISHED:
        return tried
    word = vocabulary.VERBS["field"].word(context.language)
    missing = field_values.missing(context.policy, context.settings, after, context.language, word)
    if not missing:
        return tried
    said = say("missing-field", field=", ".join(label for label, _ in missing), line=" ".join(dict(missing).values()))
    if len(missing) > 1:
        said = say("missing-field", field=", ".join(dict(missing)), line=" · ".join(line for _, line in missing))
    return [
        replace(attempt, outcome=said) if attempt.ticket is not None and _finishes(attempt) else attempt
        for attempt in tried
    ]


def _finishes(attempt: _Tried) -> bool:
    return attempt.command.verb in {"resolve", "close", "status"} and isinstance(attempt.outcome, Step)


def _performed(tried: list[_Tried], reading: Reading, context: Context) -> Performed:
    steps = [(attempt.command, attempt.outcome) for attempt in tried if isinstance(attempt.outcome, Step)]
    return Performed(
        effects=tuple(effect for _, step in steps for effect in step.effects),
        events=tuple(dict.fromkeys(event for _, step in steps for event in step.events)),
        lines=tuple(Line(command.line, "done", step.said.text(context.language)) for command, step in steps),
        text=_said(reading),
        before=_ready(step for command, step in steps if command.line_number < reading.first_line),
        after=_ready(step for command, step in steps if command.line_number >= reading.first_line),
        note=reading.note and not any(step.decide for _, step in steps),
        question=next((step.question for _, step in steps if step.question), None),
        decide=next((step.decide for _, step in steps if step.decide), None),
        ticket=tried[-1].ticket if tried else context.case.ticket,
    )


def _ready(steps: Iterable[Step]) -> str:
    return "\n\n".join(step.ready for step in steps if step.ready)


def _said(reading: Reading) -> str:
    """Return the text with what stands behind `#note` in front of it."""
    notes = [command.argument for command in reading.commands if command.verb == "note" and command.argument]
    return "\n\n".join(filter(None, (*notes, reading.text)))


def _refused(tried: list[_Tried], context: Context) -> Refused:
    lines = tuple(_line(attempt, context.language) for attempt in tried)
    codes = {attempt.outcome.code for attempt in tried if isinstance(attempt.outcome, Said)}
    missing: tuple[tuple[str, str], ...] = ()
    if "missing-field" in codes and (ticket := tried[-1].ticket) is not None:
        word = vocabulary.VERBS["field"].word(context.language)
        missing = field_values.missing(context.policy, context.settings, ticket, context.language, word)
    return Refused(lines, needs_confirmation=codes <= {"needs-proven", "unproven"}, missing=missing)


def _line(attempt: _Tried, language: str) -> Line:
    if isinstance(attempt.outcome, Said):
        return Line(attempt.command.line, "failed", attempt.outcome.text(language))
    return Line(attempt.command.line, "not-done", say("not-done").text(language))


def _files(context: Context, argument: str) -> Outcome:
    """Send the ticket's files, or those with these words in their name; pictures of the text only by their name."""
    if context.case.ticket is None:
        return say("no-ticket")
    words = arguments.unquoted(argument).casefold()
    every = (file for entry in context.case.entries for file in entry.attachments)
    found = {file.sha256: file for file in every if (words in file.name.casefold() if words else not file.inline)}
    if not found:
        return say("no-files")
    files = tuple(found.values())
    return Step(
        say("files", names=", ".join(file.name for file in files)), question=Query("files", argument, files=files)
    )


def _help(context: Context, argument: str) -> Outcome:
    if not argument:
        return Step(say("help"), question=Query("help", "", help_texts.rows(context.language)))
    verb = vocabulary.find(arguments.unquoted(argument).lstrip("#"))
    if verb is None:
        words = ", ".join(entry.word(context.language) for entry in vocabulary.TABLE if not entry.later)
        return say("unknown-value", value=argument, allowed=words)
    return Step(say("help"), question=Query("help", verb, help_texts.rows(context.language, verb)))
