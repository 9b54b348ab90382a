"""format=flowed text (RFC 3676) back to paragraphs."""

from __future__ import annotations

import re
from typing import Final

_QUOTE: Final = re.compile(r">*")


def unflow(text: str, *, delsp: bool) -> str:
    """Join soft line breaks; quote marks are kept, one "> " for each level."""
    out: list[str] = []
    open_depth: int | None = None  # of the paragraph whose last line was soft
    for line in text.split("\n"):
        depth = len(_QUOTE.match(line)[0])  # type: ignore[index]  # matches the empty string
        words = line[depth:].removeprefix(" ")  # space-stuffing
        soft = words.endswith(" ") and words != "-- "
        if soft and delsp:
            words = words[:-1]
        if depth == open_depth and words != "-- ":
            out[-1] += words
        else:
            out.append((">" * depth + " " if depth else "") + words)
        open_depth = depth if soft else None
    return "\n".join(one if one == "-- " else one.rstrip() for one in out)
