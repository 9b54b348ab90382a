"""Sort the lines of a body into new, quoted and signature. Nothing is lost.

One pass over the lines finds where the older mail begins (a marker line, a header block, an attribution, a run of
">"); what lies behind is quoted, except where people answer below or between the quoted lines. Linear in the size of
the text; only the first 256 kB are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gateway.mail import attribution, header_block, marker_lines, signature
from gateway.mail.banners import lines_on_top
from gateway.mail.lines import is_blank, is_quoted, is_rule, plain, scanned, unquoted

NOTHING_QUOTED: Final = "no quoted mail was found"
_INTRODUCED: Final = 10  # lines of ">" below "the screen says:" that are rather somebody's own
_DATED_HEAD: Final = re.compile(r"(?:Message du|Message from|Meddelande från) \d{1,2}[/.-]\d", re.IGNORECASE)
_FORM_LINE: Final = re.compile(r"[^\W\d_][\w .-]{1,30}:(?:\s+\S|$)")
_WRAP: Final = 60  # a quoted line this long may have lost the ">" of its continuation


@dataclass(frozen=True, slots=True)
class Split:
    """A body in three parts, each in the order of the mail; `why` says by what the quoted part was known."""

    new_text: str
    quoted_text: str
    signature: str
    new_html: (
        str | None
    )  # what remains of the HTML, not sanitised; None without HTML or where it could not be cut alike
    why: str


class Part(Enum):
    """Where a line of a body belongs."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Start:
    """An older mail begins at line `start`; its own words at line `end`."""

    start: int
    end: int
    why: str
    forwarded: bool = False
    attributed: bool = False


def split_text(text: str) -> Split:
    """Sort a body by its lines alone."""
    lines, behind = scanned(text)
    parts, why = _sort(lines)
    if not any(part is Part.NEW and not is_blank(line) for line, part in zip(lines, parts, strict=True)):
        return Split(text.strip("\n"), "", "", None, "nothing but quoted mail: the whole is kept")
    if behind:
        lines.append(behind)
        parts.append(parts[-1])
    return Split(
        _join(lines, parts, Part.NEW), _join(lines, parts, Part.QUOTED), _join(lines, parts, Part.SIGNATURE), None, why
    )


def _join(lines: Sequence[str], parts: Sequence[Part], wanted: Part) -> str:
    return "\n".join(line.rstrip() for line, part in zip(lines, parts, strict=True) if part is wanted).strip("\n")


def _sort(lines: list[str]) -> tuple[list[Part], str]:
    parts: list[Part] = [Part.NEW] * len(lines)
    top = lines_on_top(lines)
    _mark(parts, 0, top, Part.QUOTED)
    start = first_start(lines, top)
    why = NOTHING_QUOTED if start is None else start.why
    if start is not None and not start.forwarded:
        _sort_around(lines, parts, top, start)
    elif start is None:
        why = _sort_tail(lines, parts, top) or why
    _sort_signature(lines, parts)
    _trim(lines, parts)
    return parts, why


def _mark(parts: list[Part], start: int, end: int, part: Part) -> None:
    parts[start:end] = [part] * (end - start)


def first_start(lines: Sequence[str], top: int = 0) -> Start | None:
    """Find the first line at which an older mail begins, quoted or forwarded."""
    floor = top
    for at in range(top, len(lines)):
        line = lines[at]
        if not plain(line):
            floor = at + 1
            continue
        start = _marker(lines, at) or _block(lines, at) or _attributed(lines, at, floor)
        if start is not None:
            return start
    return None


def _marker(lines: Sequence[str], at: int) -> Start | None:
    if marker_lines.is_own_marker(lines[at]):
        begin = _introduction(lines, at)
        return Start(begin, at + 1, "the line above which answers are written")
    if marker_lines.is_original(lines[at]):
        return Start(at, _behind_headers(lines, at + 1), f"marker line: {unquoted(lines[at])[:80]}")
    if marker_lines.forward(lines[at]) is not None and _opens_a_mail(lines, at):
        return Start(at, at + 1, f"forwarded: {unquoted(lines[at])[:80]}", forwarded=True)
    return None


def _behind_headers(lines: Sequence[str], at: int) -> int:
    """Step over the headers below a marker: nobody answers there."""
    first = next((i for i in range(at, min(at + 3, len(lines))) if not is_blank(lines[i])), at)
    block = header_block.read_loose(lines, first) if first < len(lines) else None
    return at if block is None else block.end


def _opens_a_mail(lines: Sequence[str], at: int) -> bool:
    """A forward marker counts with headers below it (or behind it on its own line)."""
    if marker_lines.forward(lines[at]):
        return True
    return any(header_block.label(line) is not None for line in lines[at + 1 : at + 6])


def _introduction(lines: Sequence[str], at: int) -> int:
    """Our marker is the first line of our mail; what the client wrote above it, in whatever language, goes with it."""
    above = at - 1
    while above >= 0 and is_blank(lines[above]):
        above -= 1
    first = above
    while first > 0 and above - first < 5 and not is_blank(lines[first - 1]):
        first -= 1
    paragraph = lines[first : above + 1]
    if not paragraph:
        return at
    text = " ".join(map(unquoted, paragraph))
    if len(text) < 600 and "@" in text and text.rstrip().endswith((":", "：")):
        return first
    labelled = sum(1 for line in paragraph if header_block.label(line) is not None)
    return first if labelled >= 2 else at


def _block(lines: Sequence[str], at: int) -> Start | None:
    block = header_block.read(lines, at)
    if block is not None and not _is_in_a_form(lines, at):
        return Start(at - _is_head_of_block(lines, at - 1), block.end, "header block of an older mail")
    notes = header_block.notes_block(lines, at)
    return None if notes is None else Start(notes, at, "header block of an older mail (Notes)")


def _is_head_of_block(lines: Sequence[str], above: int) -> bool:
    """Whether the line above a block belongs to it: an unknown marker between dashes, Orange's "Message du 03/03/25"."""
    text = unquoted(lines[above]) if above >= 0 else ""
    return (text.startswith("--") and text.endswith("--")) or _DATED_HEAD.match(text) is not None


def _is_in_a_form(lines: Sequence[str], at: int) -> bool:
    """Whether another `Label: value` stands right above: forms on the web have senders and subjects as well."""
    return at > 0 and not is_quoted(lines[at]) and _FORM_LINE.match(plain(lines[at - 1])) is not None


def _attributed(lines: Sequence[str], at: int, floor: int) -> Start | None:
    found = attribution.read_ending_at(lines, at, floor)
    if found is None:
        return None
    believed = (
        found.certain
        or attribution.is_followed_by_quote(lines, found.end)
        or attribution.is_followed_by_nothing(lines, found.end)
    )
    if not believed:
        return None
    return Start(found.start, found.end, f"attribution: {found.text[:120]}", attributed=True)


def _sort_around(lines: Sequence[str], parts: list[Part], top: int, start: Start) -> None:
    """Mark what is quoted from `start` on; answers below or between the quoted lines stay new."""
    _mark(parts, start.start, len(parts), Part.QUOTED)
    written_above = any(not is_blank(line) and not is_rule(line) for line in lines[top : start.start])
    first = next((line for line in lines[start.end :] if not is_blank(line)), "")
    if not start.attributed and first and not is_quoted(first):
        return  # the older mail stands there without signs; what it quoted itself is no sign that somebody answers
    quoted = [i for i in range(start.end, len(lines)) if is_quoted(lines[i])]
    answers = [i for i in range(start.end, len(lines)) if _is_answer(lines, i)] if quoted else []
    last_quoted = quoted[-1] if quoted else len(lines)
    if signature.is_signature(lines[last_quoted + 1 :]):
        _mark(parts, last_quoted + 1, len(parts), Part.SIGNATURE)
        answers = [i for i in answers if i < last_quoted]
    if not answers:
        return
    if answers[0] > last_quoted:
        _mark(parts, last_quoted + 1, len(parts), Part.NEW)
        return
    _mark(parts, start.start if written_above else start.end, answers[-1] + 1, Part.NEW)


def _is_answer(lines: Sequence[str], at: int) -> bool:
    """Whether an unquoted line among quoted ones was written now, rather than wrapped off a quoted line."""
    line = lines[at]
    if is_blank(line) or is_quoted(line) or is_rule(line):
        return False
    above = lines[at - 1]
    wrapped = is_quoted(above) and len(above) >= _WRAP and at + 1 < len(lines) and is_quoted(lines[at + 1])
    return not (wrapped and not plain(line)[:1].isupper())


def _sort_tail(lines: Sequence[str], parts: list[Part], top: int) -> str | None:
    """A run of ">" lines at the very end, without an attribution that we know."""
    end = len(lines)
    while end > top and is_blank(lines[end - 1]) and not is_quoted(lines[end - 1]):
        end -= 1
    first = end
    while first > top and (is_quoted(lines[first - 1]) or (is_blank(lines[first - 1]) and first < end)):
        first -= 1
    if first == end or not any(not is_blank(line) for line in lines[top:first]):
        return None
    above = next(plain(line) for line in reversed(lines[top:first]) if not is_blank(line))
    if above.endswith(":") and end - first <= _INTRODUCED and "@" not in above:
        return None
    _mark(parts, first, len(parts), Part.QUOTED)
    return "quoted lines at the end"


def _sort_signature(lines: Sequence[str], parts: list[Part]) -> None:
    """Look for a signature in each run of new lines; it goes on to the end of that run."""
    at = 0
    seen = False
    while at < len(parts):
        if parts[at] is not Part.NEW:
            at += 1
            continue
        end = at
        while end < len(parts) and parts[end] is Part.NEW:
            end += 1
        run = lines[at:end]
        begin = 0 if seen and signature.is_signature(run) else signature.begins_at(run)
        if begin is not None:
            _mark(parts, at + begin, end, Part.SIGNATURE)
        seen = seen or any(not is_blank(line) for line in run)
        at = end


def _trim(lines: Sequence[str], parts: list[Part]) -> None:
    """Rulers at the edges of the new text belong to what they part it from."""
    others = [part for part in parts if part is not Part.NEW]
    if not others:
        return
    new = [i for i, part in enumerate(parts) if part is Part.NEW and not is_blank(lines[i])]
    for edge in (new, new[::-1]):
        for at in edge:
            if not is_rule(lines[at]):
                break
            parts[at] = next((part for part in parts[at:] if part is not Part.NEW), Part.QUOTED)
