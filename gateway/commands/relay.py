"""Prepares an operator's words for the customer, and finds what must not go out (A70, A71).

The relay is built from his new text only: commands, key lines and his own signature are taken out, and what remains
is compared with the mail he answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.commands import closings
from gateway.commands.grammar import Reading
from gateway.commands.html_lines import without_lines
from gateway.commands.spelling import bare, tidy

SHORTEST_LEAK = 20
"""Characters: shorter lines say nothing of where they come from."""

_MARKS = re.compile(
    r"(?:\*\*|__|\[|\(|<|^\s*)(?:intern|internt|interna|internal|internal note|intern anteckning|internt notat)"
    r"(?:\*\*|__|\]|\)|>|\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
_GREETING = r"(?:(?:hej|hei|hi|hello|hallå|tjena|tja|god morgon|god morgen)[ ,!]+)?"
_DECORATION = " \t>*_|-–—•·\"'”“«»"


@dataclass(frozen=True, slots=True)
class Relayed:
    """What goes to the customer; `html` is None where it could not be cleaned for certain: the text goes alone."""

    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class Leak:
    """A line of the internal parts of the mail he answers."""

    line: str


class DoubtKind(StrEnum):
    """Why an answer may not be meant for the customer."""

    INTERNAL_MARK = "internal-mark"
    ONLY_FILES = "only-files"
    COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True)
class Doubt:
    """The answer is held and its writer asked."""

    kind: DoubtKind
    line: str


def prepare(
    reading: Reading, new_html: str | None = None, known_signature: str = "", public_lines: Iterable[str] = ()
) -> Relayed:
    """Return the operator's words without commands, keys, his own signature and lines quoted from public parts."""
    text = without_signature(without_quotes(reading.text, public_lines), known_signature)
    if new_html is None or not text:
        return Relayed(text, None)
    gone = {*reading.removed, *_quotes(reading.text, public_lines)}
    return Relayed(text, without_lines(new_html, gone, _signature(reading.text, known_signature)))


def without_signature(text: str, known_signature: str) -> str:
    """Return the text without the operator's own signature, and without the `-- ` above it."""
    lines = text.split("\n")
    gone = closings.signature_lines(lines, known_signature)
    if gone:
        above = [number for number in range(min(gone)) if tidy(lines[number])]
        delimiter = {above[-1]} if above and closings.is_delimiter(lines[above[-1]]) else set()
        lines = [line for number, line in enumerate(lines) if number not in gone | delimiter]
    return "\n".join(lines).strip("\n").rstrip()


def without_quotes(text: str, public_lines: Iterable[str]) -> str:
    """Return the text without lines that stand in the public parts of the mail he answers: they are quotes."""
    quotes = _quotes(text, public_lines)
    return "\n".join(line for line in text.split("\n") if tidy(line) not in quotes)


def leak(new_text: str, internal_lines: Sequence[str], public_lines: Iterable[str] = ()) -> Leak | None:
    """Return the first line that also stands in the internal parts of the mail he answers, wrapped anew or not."""
    public = {_plain(line) for line in public_lines}
    internal = [_plain(line) for line in internal_lines]
    secret = " ".join(internal)
    for line in new_text.split("\n"):
        plain = _plain(line)
        if _telling(plain) and plain not in public and plain in secret:
            return Leak(tidy(line))
    written = " ".join(_plain(line) for line in new_text.split("\n"))
    hits = (line for line in internal if _telling(line) and line not in public and line in written)
    return next((Leak(line) for line in hits), None)


def doubt(text: str, *, has_files: bool, colleagues: Iterable[str] = (), customers: Iterable[str] = ()) -> Doubt | None:
    """Return why a plain answer may not be meant for the customer, or None.

    `colleagues`: first and full names of the other operators; `customers`: names of who is answered, which are
    theirs to be greeted by. A mail without text and files is no answer at all, and no doubt.
    """
    if not text.strip():
        return Doubt(DoubtKind.ONLY_FILES, "") if has_files else None
    mark = _MARKS.search(text)
    if mark is not None:
        return Doubt(DoubtKind.INTERNAL_MARK, _line_at(text, mark.start()))
    first = next(tidy(line) for line in text.split("\n") if tidy(line))
    theirs = {bare(part) for name in customers for part in (name, name.split(" ")[0])}
    names = {name for name in colleagues if name and bare(name) not in theirs}
    if any(_begins_with(first, name) for name in names):
        return Doubt(DoubtKind.COLLEAGUE, first)
    return None


def _begins_with(line: str, name: str) -> bool:
    """Say whether the line speaks to that person: `Bo, kan du …`, `Hej Bo!`, `@Bo kolla`."""
    called = re.escape(bare(name))
    return re.match(rf"(?:@{called}\b|{_GREETING}@?{called} ?(?:[,:!–-]|$))", bare(line)) is not None


def _line_at(text: str, at: int) -> str:
    rest = text[at:].lstrip("\n")
    start = text.rfind("\n", 0, len(text) - len(rest)) + 1
    return tidy(text[start:].split("\n", 1)[0])


def _plain(line: str) -> str:
    return tidy(line).strip(_DECORATION).casefold()


def _signature(text: str, known_signature: str) -> list[str]:
    lines = text.split("\n")
    return [tidy(lines[number]) for number in sorted(closings.signature_lines(lines, known_signature))]


def _quotes(text: str, public_lines: Iterable[str]) -> set[str]:
    public = {_plain(line) for line in public_lines if _telling(_plain(line))}
    return {tidy(line) for line in text.split("\n") if _plain(line) in public}


def _telling(plain: str) -> bool:
    """Say whether a line tells where it comes from: it is long enough, and not what everybody writes at the end."""
    return len(plain) >= SHORTEST_LEAK and not (closings.is_closing(plain) or closings.is_courtesy(plain))
