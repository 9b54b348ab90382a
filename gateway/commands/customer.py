"""The customers' four orders, and the words by which a person agrees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gateway.commands import closings
from gateway.commands.grammar import read
from gateway.commands.spelling import bare, tidy
from gateway.mail.class_words import VACATION_TEXTS

_SOLVED = frozenset(
    {"löst", "løst", "solved", "resolved", "det har löst sig", "det är löst", "ärendet är löst", "nu är det löst"}
    | {"det har ordnet seg", "det er løst", "det løste seg", "saken er løst", "det løste sig"}
    | {"it is solved", "it's solved", "its solved", "problem solved", "fixed", "it is resolved", "issue resolved"}
    | {"det løste sig selv", "problemet är löst", "problemet er løst", "problemet är åtgärdat", "ärendet kan stängas"}
    | {"ni kan stänga ärendet", "du kan stänga ärendet", "stäng ärendet", "saken kan lukkes", "sagen kan lukkes"}
    | {
        "please close",
        "you can close this",
        "you can close the ticket",
        "ratkaistu",
        "asia ratkesi",
        "gelöst",
        "erledigt",
    }
    | {"résolu", "resuelto", "risolto", "opgelost", "rozwiązane", "resolvido", "det ordnade sig", "det har ordnat sig"}
)
_HASH = re.compile("[#＃﹟]")
_SOLVED_VERBS = frozenset({"close", "resolve"})
_YES = frozenset(
    {"ja", "ok", "okej", "okay", "yes", "japp", "jepp", "jo", "confirm", "bekräftar", "bekrefter", "bekräfta"}
)
_NO = frozenset({"nej", "nei", "no", "nope"})
_MARKS: dict[str, Literal["good", "ok", "bad"]] = {
    "good": "good", "bra": "good", "bra!": "good", "god": "good", "godt": "good", "toppen": "good", "👍": "good",
    "ok": "ok", "okej": "ok", "okay": "ok", "sådär": "ok", "middels": "ok",
    "bad": "bad", "dåligt": "bad", "dålig": "bad", "dårlig": "bad", "👎": "bad",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CloseIt:
    """His matter is settled."""


@dataclass(frozen=True, slots=True)
class MyTickets:
    """He asks for a list of his own tickets, to that address only."""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """He wants no more mails of this ticket or list."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What he thought of our help."""

    mark: Literal["good", "ok", "bad"]


Order = CloseIt | MyTickets | Unsubscribe | Rating


def order(new_text: str) -> Order | None:
    """Return what a customer orders, or None: then everything he wrote is text, whatever it looks like (A14).

    One order only, in the first or last block of his mail, or "löst", "løst", "solved" as the whole answer.
    """
    if not _HASH.search(new_text):
        return CloseIt() if bare(_whole(new_text)) in _SOLVED else None
    reading = read(new_text)
    if reading.suspects or len(reading.commands) != 1:
        return CloseIt() if bare(_whole(new_text)) in _SOLVED else None
    command = reading.commands[0]
    match command.verb:
        case verb if verb in _SOLVED_VERBS and not command.argument and not reading.text:
            return CloseIt()
        case "close" if not command.argument:
            return CloseIt()
        case "mine" if not command.argument:
            return MyTickets()
        case "unsubscribe" if not command.argument:
            return Unsubscribe()
        case "rate":
            mark = _MARKS.get(bare(command.argument).rstrip("."))
            return Rating(mark) if mark is not None else None
        case _:
            return None


def agrees(new_text: str) -> bool:
    """Say whether the text answers a confirmation mail: `#confirm`, or ja, ok, yes as its first word."""
    if any(command.verb == "confirm" for command in read(new_text).commands):
        return True
    first = re.match(r"[\W_]*([^\W\d_]+)", tidy(new_text))
    return first is not None and bare(first[1]) in _YES and not _tells_of_absence(new_text)


def _tells_of_absence(new_text: str) -> bool:
    """Say whether it reads as an absence: a responder without any mark may begin with "Yes, I am away" (A78)."""
    text = new_text.casefold().replace("’", "'")
    return any(phrase in text for phrase in VACATION_TEXTS)


def denies(new_text: str) -> bool:
    """Say whether the text answers a confirmation mail with nej, nei, no as its first word."""
    first = re.match(r"[\W_]*([^\W\d_]+)", tidy(new_text))
    return first is not None and bare(first[1]) in _NO and not _tells_of_absence(new_text)


def _whole(new_text: str) -> str:
    """Return the one line the mail consists of beside closing and name, without its punctuation."""
    lines = [tidy(line) for line in new_text.splitlines() if tidy(line)]
    said = [lines[0]] if lines else []
    closed = False
    for line in lines[1:]:
        if closings.is_delimiter(line):
            break
        closed = closed or closings.is_closing(line) or closings.is_courtesy(line)
        if not closed and not (closings.is_name(line) and line is lines[-1]):
            said.append(line)
    return said[0].strip(" .!,*_\"'”“«»…") if len(said) == 1 else ""
