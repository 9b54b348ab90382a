"""What an order is carried out with, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from gateway.commands import arguments, spoken
from gateway.commands.authority import Standing
from gateway.commands.sentences import Said
from gateway.commands.spelling import spellings
from gateway.mail.message import Attachment
from gateway.policy.durations import Duration
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import Desk
from gateway.tickets.case import Case
from gateway.tickets.effects import Change, Effect
from gateway.tickets.model import Ticket


def by_the_clock(start: datetime, length: Duration) -> datetime:
    """Return `start` plus wall time; the stand-in where a desk has no calendar."""
    return start + length.wall()


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a verb may look at."""

    case: Case
    operator: str  # key in rules.yaml
    standing: Standing
    policy: Policy
    desk: str
    now: datetime
    channel: Literal["mail", "cli"] = "mail"
    language: str = "sv"  # of the operator
    add: Callable[[datetime, Duration], datetime] = by_the_clock  # in the desk's calendar

    @property
    def settings(self) -> Desk:
        """Return the desk's row of rules.yaml."""
        return self.policy.desk(self.desk)

    @property
    def zone(self) -> tzinfo:
        """Return the time zone people write their dates in."""
        calendar = self.policy.calendars.get(self.settings.calendar or "")
        return ZoneInfo(calendar.timezone if calendar is not None else "Europe/Stockholm")

    def shown(self, at: datetime, *, day_only: bool = False) -> str:
        """Return a point in time as the transcript repeats it."""
        return spoken.when(at.astimezone(self.zone), self.language, self.now.year, day_only=day_only)


def field_words(desk: Desk) -> dict[str, str]:
    """Return spelling -> declared field: a desk's fields are verbs too, by name and by label."""
    words: dict[str, str] = {}
    for name, declared in desk.fields.items():
        for label in (*arguments.labels(declared.label), name):
            if " " not in label:
                words |= dict.fromkeys(spellings(label), name)
    return words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript."""

    line: str
    result: Literal["done", "failed", "held", "not-done"]
    message: str  # in the operator's language


@dataclass(frozen=True, slots=True)
class Query:
    """A question to answer by mail: `help`, `files`."""

    verb: str
    argument: str
    answer: tuple[Mapping[str, str], ...] = ()  # for help: {verb, text}
    files: tuple[Attachment, ...] = ()  # for files: what is sent to who asked


@dataclass(frozen=True, slots=True)
class HeldDecision:
    """What to do with a held mail. `accept` obeys the nearest verb of a near miss, else lets the mail in."""

    kind: Literal["accept", "send", "note", "drop", "confirm"]
    journal_id: int
    on: int | None = None  # ticket number


@dataclass(frozen=True, slots=True)
class Performed:
    """Everything was done; apply the effects in order, then tell of the events."""

    effects: tuple[Effect, ...]
    events: tuple[str, ...]  # mails.md
    lines: tuple[Line, ...]
    text: str = ""  # what remains to be said: the answer, or the note
    before: str = ""  # ready answers in front of it
    after: str = ""  # and behind it
    note: bool = False
    question: Query | None = None
    decide: HeldDecision | None = None
    ticket: Ticket | None = None  # as it will be

    def whole(self, text: str) -> str:
        """Return all that is said, ready answers and `text`, the writer's own words as they go out."""
        return "\n\n".join(filter(None, (self.before, text, self.after)))


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done; the lines tell why."""

    lines: tuple[Line, ...]
    needs_confirmation: bool = False  # a stronger proof would do
    missing: tuple[tuple[str, str], ...] = ()  # (field's label, the ready line) that keep it from being resolved


@dataclass(frozen=True, slots=True)
class Step:
    """What one command does."""

    said: Said
    effects: tuple[Effect, ...] = ()
    events: tuple[str, ...] = ()
    question: Query | None = None
    decide: HeldDecision | None = None
    ready: str = ""  # a ready answer to the customer


@dataclass(frozen=True, slots=True)
class Scene:
    """What one command sees: the ticket as the commands above it leave it, and the text of the mail."""

    context: Context
    ticket: Ticket
    text: str  # what remains to be said
    note: bool
    verb: str
    argument: str
    word: str  # the operator's own word for the verb
    cause: str  # what history says: `#assign anna`

    def change(self, name: str, value: object) -> Change:
        """Return a change of one field of the ticket with its cause."""
        return Change(name, value, self.cause)


Outcome = Step | Said
"""A step, or the sentence that says why the command cannot be carried out."""
