"""Answers that somebody wrote inside the mail he answers, without quote signs: found by comparing with what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.mail.lines import folded, index_of_visible, is_blank, is_rule, scanned, squeezed, unquoted

_SHORTEST: Final = 8  # visible characters of a line that may have been wrapped anew
_LONG: Final = 12  # of a line behind which somebody wrote on
_MOST_LINES: Final = 500
_LONGEST: Final = 20_000  # characters of what was sent: each line of the quote is looked for in it
_SHARE: Final = 0.6  # of what was sent that must stand in the quote to be sure that it is it


def answers(quoted: str, sent: Sequence[str]) -> str:
    """Return what stands among the lines of one of `sent` in `quoted`, each answer below the line that it answers.

    Empty where nobody wrote there. The line that is answered bears a quote sign.
    """
    lines = scanned(quoted)[0][:_MOST_LINES]
    return next(filter(None, (_among(lines, text) for text in sent)), "")


def _among(lines: Sequence[str], text: str) -> str:
    known = [_bare(line) for line in scanned(text[:_LONGEST])[0][:_MOST_LINES] if _bare(line)]
    whole = "".join(known)
    bare = [_bare(line) for line in lines]
    ours = [number for number, line in enumerate(bare) if _is_sent(line, known, whole)]
    if len(ours) < 2 or sum(len(bare[number]) for number in ours) < _SHARE * len(whole):
        return ""
    sent, out, question, spaced = frozenset(ours), list[str](), "", False
    for number in range(ours[0], ours[-1] + 1):
        line = unquoted(lines[number])
        if number in sent:
            question, line = _parted(line, bare[number], known)
        if line and not is_rule(line):
            spaced = spaced or (number not in sent and is_blank(lines[number - 1]))
            out += [*_answered(question), line.strip()]
            question = ""
    tail = _tail(lines, ours[-1] + 1, spaced=spaced) if out else []
    return "\n".join([*out, *(_answered(question) if tail else ()), *tail]).strip()


def _answered(question: str) -> list[str]:
    return [f"\n> {' '.join(question.split())}"] if question else []


def _tail(lines: Sequence[str], at: int, *, spaced: bool) -> list[str]:
    """Return the paragraph below our last line: who answers between our lines answers the last one as well."""
    at += spaced and at < len(lines) and is_blank(lines[at])
    end = at
    while end < len(lines) and not is_blank(lines[end]) and not is_rule(lines[end]):
        end += 1
    return [unquoted(line) for line in lines[at:end]]


def _is_sent(line: str, known: Sequence[str], whole: str) -> bool:
    if len(line) < _SHORTEST:
        return bool(line) and line in known
    return line in whole or any(len(one) >= _LONG and line.startswith(one) for one in known)


def _parted(line: str, bare: str, known: Sequence[str]) -> tuple[str, str]:
    """Part a line of ours from what was written behind it on the same line."""
    ours = max((one for one in known if len(one) >= _LONG and bare.startswith(one)), key=len, default="")
    if not ours or len(bare) < len(ours) + 2:
        return line, ""
    end = index_of_visible(line, len(ours))
    return line[:end], line[end:].strip()


def _bare(line: str) -> str:
    return folded(squeezed(unquoted(line)))
