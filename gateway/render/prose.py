"""Plain text: wrapped at 72, quoted, and turned into the HTML of a paragraph."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

WIDTH = 72
_URL = re.compile(r"https?://[^\s<>\"'\ue000-\uf8ff]{3,400}")
_TRAILING = ".,;:!?)]}’”»"
_PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n)+")
_LEADING_BLANKS = re.compile(r"^[ \t]+", re.MULTILINE)


def wrapped(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> str:
    """Wrap each line of the text; `first` stands before the first line, `rest` before all others.

    Lines that are no prose (indented, or one long word) keep their shape.
    """
    rest = first if rest is None else rest
    lines: list[str] = []
    for line in text.split("\n"):
        prefix = rest if lines else first
        if len(prefix) + len(line) <= width or line[:1] in {" ", "\t"}:
            lines.append((prefix + line).rstrip())
        else:
            _wrap(line, lines, first, rest, width)
    return "\n".join(lines)


def _wrap(line: str, lines: list[str], first: str, rest: str, width: int) -> None:
    out = rest if lines else first
    empty = True
    for word in line.split(" "):
        if not empty and len(out) + 1 + len(word) > width:
            lines.append(out.rstrip())
            out, empty = rest, True
        out += word if empty else " " + word
        empty = False
    lines.append(out.rstrip())


def cut(text: str, lines: int, characters: int) -> str:
    """Return the beginning of a text, with […] where something was left out."""
    kept = text.strip().split("\n")
    short = "\n".join(kept[:lines])
    if len(short) > characters:
        short = short[:characters].rsplit(" ", 1)[0].rstrip()
    return short if len(short) == len(text.strip()) else f"{short} […]"


def first_words(text: str, characters: int = 110) -> str:
    """Return the first words in one line, for the preview an inbox shows."""
    return cut(" ".join(text[: characters * 4].split()), 1, characters)


def html(text: str, *, links: bool = True) -> Markup:
    """Return text as HTML with its paragraphs, lines and leading blanks kept; web addresses become links if wanted."""
    safe = _linked(text) if links else str(escape(text))
    safe = _LEADING_BLANKS.sub(lambda blanks: "&nbsp;" * len(blanks[0].replace("\t", "    ")), safe)
    parts = [part.strip("\n").replace("\n", "<br>\n") for part in _PARAGRAPHS.split(safe)]
    if len(parts) > 1:
        parts = [f'<p style="margin:0 0 {0 if part is parts[-1] else 12}px 0">{part}</p>' for part in parts]
    return Markup("\n".join(parts))  # noqa: S704  # escaped above


def _linked(text: str) -> str:
    pieces, end = [], 0
    for found in _URL.finditer(text):
        url = found[0].rstrip(_TRAILING)
        pieces.append(str(escape(text[end : found.start()])))
        pieces.append(f'<a href="{escape(url)}">{escape(url)}</a>')
        end = found.start() + len(url)
    return "".join(pieces) + str(escape(text[end:]))
