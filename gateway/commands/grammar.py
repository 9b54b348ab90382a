"""Reads an operator's new text: commands, what remains to be said, and lines that only look like commands.

A command is a whole line `#verb arguments` before the first line of text or after the last one. Any other line that
begins with `#` and a letter is a suspect and holds the mail: nothing like it may ever reach a customer (A77).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.commands import closings, vocabulary
from gateway.commands.autolinks import without_autolinks
from gateway.commands.keyline import take_key
from gateway.commands.spelling import bare, tidy

_BULLET = re.compile(r"(?:[*•·‣◦▪●○➢+-]|\(?\d{1,3}[.)]|[a-z][.)]) +(?=[\\*_#])")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3}|~{2}|`{1,3})(#.*?)\1(.*)")
_HASH_LINE = re.compile(r"#([^\W\d_][\w-]*)(.*)", re.DOTALL)
_ESCAPED = re.compile(r"(\s*(?:[*•·‣◦▪●○+-] +)?)\\(?=[#＃﹟])")
_FREE_TEXT = frozenset(
    ["resolve", "close", "note", "escalate", "handover", "did", "lesson", "promise", "remind", "strike", "next-step"]
)
"""Verbs whose argument is a sentence: it keeps its full stop."""
_MOST_LOOKUPS = 40  # different unknown words of one mail; beyond it every `#word` line is a suspect
_LONGEST_VERB = 24  # letters; nothing longer is near to any verb
_MOST_SUSPICIOUS_WORDS = 3  # longer lines are text, unless their first word is a near miss


class Doubtful(StrEnum):
    """What becomes of lines that look like commands and are not obeyed."""

    HOLD = "hold"  # they are suspects; the mail is held and its writer asked
    OBEY = "obey"  # he was asked and said: do it, by the nearest verb
    TEXT = "text"  # he was asked and said: send the text as it is


class SuspectKind(StrEnum):
    """Why a line that looks like a command is not obeyed."""

    UNKNOWN = "unknown"  # no such verb
    MISPLACED = "misplaced"  # a verb, but in the middle of the text or below a signature


@dataclass(frozen=True, slots=True)
class Command:
    """One order: the canonical verb, what followed it, and where it stood."""

    verb: str
    argument: str  # tidied; quotes kept
    line: str  # as the writer sees it
    line_number: int  # from 1, in the new text


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line that holds the mail."""

    line: str
    line_number: int  # from 1
    nearest: str | None  # canonical verb
    kind: SuspectKind


@dataclass(frozen=True, slots=True)
class Reading:
    """An operator's new text, understood."""

    commands: tuple[Command, ...]
    text: str  # what remains to be said; empty when only closing and signature remain
    suspects: tuple[Suspect, ...] = ()
    key: str | None = None  # the bearer of a key line, lower case without dashes
    removed: tuple[str, ...] = ()  # the tidied lines that were taken out, for the HTML
    first_line: int = 0  # number of the first line of text; 0 where nothing remains to be said

    @property
    def note(self) -> bool:
        """Say whether the whole mail is an internal note."""
        return any(command.verb == "note" for command in self.commands)


class _Nearness:
    """Finds nearest verbs, a limited number of times: a hostile mail may hold a hundred thousand `#word` lines."""

    def __init__(self) -> None:
        self.found: dict[str, str | None] = {}

    def __call__(self, word: str) -> tuple[bool, str | None]:
        """Return whether the word was looked at, and the verb it is near to."""
        if word not in self.found:
            if len(self.found) >= _MOST_LOOKUPS or len(word) > _LONGEST_VERB:
                return len(word) > _LONGEST_VERB, None
            self.found[word] = vocabulary.nearest(word)
        return True, self.found[word]


class _Role(StrEnum):
    BLANK = "blank"
    CLOSING = "closing"
    COURTESY = "courtesy"  # "Trevlig helg!": words to the customer, but orders may stand around them
    SIGNATURE = "signature"
    COMMAND = "command"
    SUSPECT = "suspect"
    QUOTED = "quoted"  # a verb in a quoted line: never obeyed, never sent on
    TEXT = "text"


@dataclass(slots=True)
class _Line:
    written: str
    role: _Role
    verb: str | None = None  # of a command, or the nearest one of a suspect
    argument: str = ""
    obeyed: bool = False


def read(
    new_text: str,
    known_signature: str = "",
    fields: Mapping[str, str] | None = None,
    *,
    own_names: Sequence[str] = (),
    doubtful: Doubtful = Doubtful.HOLD,
) -> Reading:
    """Read what an operator wrote.

    `fields`: spelling (`bare`) -> declared field, verbs of the desk's own. `own_names`: the writer's, for a mail that
    is signed with nothing but a name. Quotes and attachments are not part of `new_text`.
    """
    key, text, keys_removed = take_key(new_text)
    lines = _lines(text.split("\n"), known_signature, fields or {}, {bare(name) for name in own_names})
    if doubtful is Doubtful.OBEY:
        _believe(lines)
    _obey_blocks(lines)
    if doubtful is Doubtful.OBEY:
        _obey_all(lines)
    commands = tuple(_command(number, line) for number, line in enumerate(lines, 1) if line.obeyed)
    suspects = () if doubtful is Doubtful.TEXT else tuple(_suspects(lines))
    gone = (tidy(line.written) for line in lines if line.obeyed or line.role is _Role.QUOTED)
    removed = (*keys_removed, *gone)
    return Reading(commands, _remaining(lines), suspects, key, removed, _first_line(lines))


def looks_like_command(line: str, fields: Mapping[str, str] | None = None) -> bool:
    """Say whether the line would be a command or a suspect: what must never stand in a customer's mail."""
    return _judge(line, fields or {}, _Nearness()).role in {_Role.COMMAND, _Role.SUSPECT}


def _lines(written: Sequence[str], signature: str, fields: Mapping[str, str], own: set[str]) -> list[_Line]:
    in_signature = closings.signature_lines(written, signature)
    lines: list[_Line] = []
    closed = False  # a closing stands above: names may follow
    near = _Nearness()
    for number, text in enumerate(written):
        line = _judge(text, fields, near)
        if number in in_signature:
            line = _Line(text, _Role.SIGNATURE)
        elif line.role is _Role.TEXT:
            line.role = _quiet(text, closed=closed, own=own)
        closed = line.role in _ENDS or (closed and line.role in {_Role.BLANK, _Role.COMMAND})
        lines.append(line)
    return lines


def _quiet(text: str, *, closed: bool, own: set[str]) -> _Role:
    if closings.is_closing(text) or (closed and closings.is_name(text)) or bare(text).strip(" .,!-") in own:
        return _Role.CLOSING
    if closings.is_courtesy(text):
        return _Role.COURTESY
    return _Role.SIGNATURE if closings.is_delimiter(text) else _Role.TEXT


def _judge(written: str, fields: Mapping[str, str], near: _Nearness) -> _Line:
    """Say what one line is by itself: blank, command, suspect or text."""
    plain = _unwrapped(tidy(written))
    if not plain:
        return _Line(written, _Role.BLANK)
    if plain[0] in ">|":
        return _Line(written, _Role.QUOTED if _quotes_verb(plain) else _Role.TEXT)
    match = _HASH_LINE.match(plain)
    if match is None:
        return _Line(written, _Role.TEXT)
    word, rest = match[1], match[2]
    argument = without_autolinks(rest.lstrip(" :,;!").strip())
    if rest[:1] not in {"", " ", ":", ".", ",", ";", "!", "="}:
        return _unknown(written, plain, word, near)
    verb = vocabulary.find(word)
    if verb is not None:
        return _Line(written, _Role.COMMAND, verb, argument if verb in _FREE_TEXT else _without_full_stop(argument))
    field = fields.get(bare(word))
    if field is not None:
        return _Line(written, _Role.COMMAND, "field", f"{field}={_without_full_stop(argument.lstrip('= '))}")
    return _unknown(written, plain, word, near)


def _quotes_verb(plain: str) -> bool:
    match = _HASH_LINE.match(_unwrapped(plain.lstrip("> |")))
    return match is not None and vocabulary.find(match[1]) is not None


def _unknown(written: str, plain: str, word: str, near: _Nearness) -> _Line:
    looked_at, verb = near(word)
    if verb is None and looked_at and len(plain.split()) > _MOST_SUSPICIOUS_WORDS:
        return _Line(written, _Role.TEXT)
    argument = plain[len(word) + 1 :].lstrip(" :,;!.")
    return _Line(written, _Role.SUSPECT, verb, _without_full_stop(without_autolinks(argument)))


def _unwrapped(plain: str) -> str:
    """Take off the bullet of a list and the signs of bold or italics that clients leave in their text part."""
    bullet = _BULLET.match(plain)
    if bullet is not None:
        plain = plain[bullet.end() :]
    emphasis = _EMPHASIS.fullmatch(plain)
    if emphasis is not None:
        plain = (emphasis[2] + emphasis[3]).strip()
    return "#" + plain[1:].lstrip("*_") if plain[:2] in {"#*", "#_"} else plain


def _without_full_stop(argument: str) -> str:
    return argument[:-1].rstrip() if argument.endswith(".") and not re.search(r"\d\.\d+\.$", argument) else argument


_SILENT = frozenset({_Role.BLANK, _Role.CLOSING, _Role.SIGNATURE})
_ENDS = frozenset({_Role.CLOSING, _Role.COURTESY})


def _obey_blocks(lines: list[_Line]) -> None:
    """Mark the commands before the first line of text and after the last one; nothing below a signature."""
    end = next((n for n, line in enumerate(lines) if line.role is _Role.SIGNATURE), len(lines))
    for line in lines[:end]:
        if line.role not in {_Role.BLANK, _Role.COMMAND}:
            break
        line.obeyed = line.role is _Role.COMMAND
    for line in reversed(lines[:end]):
        if line.role is _Role.COMMAND:
            line.obeyed = True
        elif line.role not in _SILENT | _ENDS:
            break


def _believe(lines: list[_Line]) -> None:
    """Take each near miss for the verb it was near to."""
    for line in lines:
        if line.role is _Role.SUSPECT and line.verb is not None:
            line.role = _Role.COMMAND


def _obey_all(lines: list[_Line]) -> None:
    for line in lines:
        line.obeyed = line.role is _Role.COMMAND


def _command(number: int, line: _Line) -> Command:
    return Command(line.verb or "", line.argument, tidy(line.written), number)


def _suspects(lines: list[_Line]) -> list[Suspect]:
    found = []
    for number, line in enumerate(lines, 1):
        if line.role is _Role.SUSPECT:
            found.append(Suspect(tidy(line.written), number, line.verb, SuspectKind.UNKNOWN))
        elif line.role is _Role.COMMAND and not line.obeyed:
            found.append(Suspect(tidy(line.written), number, line.verb, SuspectKind.MISPLACED))
    return found


def _first_line(lines: list[_Line]) -> int:
    said = (n for n, line in enumerate(lines, 1) if not line.obeyed and line.role not in _SILENT | {_Role.QUOTED})
    return next(said, 0)


def _remaining(lines: list[_Line]) -> str:
    left = [line for line in lines if not line.obeyed and line.role is not _Role.QUOTED]
    if all(line.role in _SILENT for line in left):
        return ""
    text = "\n".join(_ESCAPED.sub(r"\1", line.written) for line in left)
    return re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", text).strip("\n").rstrip()
