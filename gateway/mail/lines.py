"""Lines as a reader sees them: without invisible marks, quote signs and emphasis; rules; how deep they are quoted."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

SCAN_LIMIT: Final = 256 * 1024
"""Characters of a body that are looked at; what lies behind belongs to what stood last."""

MOST_LINES: Final = 10_000
"""Lines that are looked at; a person's mail has fewer, a pasted log more."""

_INVISIBLE: Final = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_SPACES: Final = dict.fromkeys([0xA0, 0x2002, 0x2003, 0x2007, 0x2009, 0x202F, 0x3000], " ")
_TABLE: Final = {**_INVISIBLE, **_SPACES}
_REMARKABLE: Final = re.compile(f"[{''.join(map(chr, _TABLE))}]")
_REMEMBERED: Final = 300  # characters; a longer line is worked out anew, so that what is remembered stays small
DASHES: Final = "-‐‑‒–—―−"
"""What clients draw markers with; Proton uses U+2010."""

_RULE: Final = re.compile(rf"[{DASHES}_=*─━~ \t]{{3,}}")
_QUOTE_SIGNS: Final = "> \t|"


def scanned(text: str) -> tuple[list[str], str]:
    """Split off the part that is looked at, as lines, and the rest behind the limit (whole lines)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    end = len(text)
    if end > SCAN_LIMIT:
        end = text.rfind("\n", 0, SCAN_LIMIT)
        end = SCAN_LIMIT if end < 0 else end
    lines = text[:end].split("\n", MOST_LINES)
    behind = text[end:].removeprefix("\n")
    if len(lines) > MOST_LINES:
        behind = lines.pop() + ("\n" + behind if behind else "")
    return lines, behind


def plain(line: str) -> str:
    """Return the line without invisible characters, with ordinary spaces, stripped."""
    return _plain(line) if len(line) <= _REMEMBERED else _without_marks(line)


def _without_marks(line: str) -> str:
    # str.translate costs as much as all else that is asked of a line; few lines hold such a character
    return line.translate(_TABLE).strip() if not line.isascii() and _REMARKABLE.search(line) else line.strip()


_plain = lru_cache(maxsize=2048)(_without_marks)  # each line is asked for twenty times, by one after the other


def folded(text: str) -> str:
    """Return lower case for comparing; the Turkish capital İ loses the dot that casefold leaves behind."""
    return text.casefold().replace("i\u0307", "i")


def unquoted(line: str) -> str:
    """Return the plain line without the signs of quoting before it."""
    stripped = plain(line)
    return stripped.lstrip(_QUOTE_SIGNS) if stripped[:1] in (">", "|") and stripped[1:2] != ":" else stripped


def is_quoted(line: str) -> bool:
    """Say whether the line bears a quote sign. ">:" is the end of a wrapped "<address>:"."""
    text = plain(line)
    return text.startswith(">") and not text.startswith(">:")


def is_rule(line: str) -> bool:
    """Say whether the line is nothing but a ruler (dashes, underscores …, at least three)."""
    stripped = unquoted(line)
    return len(stripped) >= 3 and _RULE.fullmatch(stripped) is not None


def is_blank(line: str) -> bool:
    """Say whether nothing is to be seen in the line, quote signs apart."""
    return not unquoted(line)


def index_of_visible(text: str, visible: int) -> int:
    """Return the index behind so many characters that are no white space."""
    if visible <= 0:
        return 0
    seen = 0
    for at, char in enumerate(text):
        if not char.isspace() and _TABLE.get(ord(char), char) not in (None, " "):
            seen += 1
            if seen == visible:
                return at + 1
    return len(text)


def squeezed(text: str) -> str:
    """Return the text without any white space, for comparing two renderings of the same words."""
    return "".join((text.translate(_TABLE) if not text.isascii() and _REMARKABLE.search(text) else text).split())
