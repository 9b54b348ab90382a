"""HTML whose values are tokens: premailer inlines its CSS once, then values are put into the slots, escaped (A40, A41)."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, Literal

from gateway.render.values import TOKEN, Words

INLINED, KEPT = "/*inlined*/", "/*kept*/"
_HREF = re.compile(r"""(?:href|src)=["']?$""")
_ATTRIBUTE = re.compile(r"""<[a-zA-Z][^<>]*=\s*(?:"[^"<>]*|'[^'<>]*)$""")
_SAFE_URL = re.compile(r"(?:https?://|mailto:|tel:|cid:)", re.IGNORECASE)
_WRAP = '<!DOCTYPE html><html><head><style>{css}</style></head><body><div id="piece">{piece}</div></body></html>'


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes and how it must be written there."""

    number: int
    context: Literal["text", "attribute", "url", "block"]


Skeleton = tuple[str | Slot, ...]


@lru_cache(maxsize=256)
def document(source: str, inlined: str, kept: str) -> Skeleton:
    """Inline the CSS of a whole document; both style sheets stand in for their places, which keeps the source short."""
    return _slots(_inlined(source.replace(INLINED, inlined, 1).replace(KEPT, kept, 1)))


@lru_cache(maxsize=256)
def piece(source: str, css: str) -> Skeleton:
    """Inline the CSS into a piece that goes into a document later."""
    whole = _inlined(_WRAP.replace("{css}", css).replace("{piece}", source))
    start = whole.index(">", whole.index('id="piece"')) + 1
    return _slots(whole[start : whole.rindex("</div>")].strip())


def fill(skeleton: Skeleton, values: Sequence[Any]) -> str:
    """Put the values into their slots; each value is used once and never looked at again."""
    return "".join([part if isinstance(part, str) else _written(part, values[part.number]) for part in skeleton])


def _inlined(source: str) -> str:
    from premailer import Premailer  # half a second: it brings lxml, cssutils and requests

    return str(
        Premailer(
            source,
            allow_network=False,
            disable_validation=True,
            strip_important=False,
            keep_style_tags=False,
            disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
            cssutils_logging_level=logging.CRITICAL,
        ).transform(pretty_print=False)
    )


def _slots(html: str) -> Skeleton:
    parts: list[str | Slot] = []
    end = 0
    for found in TOKEN.finditer(html):
        before = html[end : found.start()]
        parts += [before, Slot(int(found[2]), _context(html[max(0, found.start() - 400) : found.start()], found[1]))]
        end = found.end()
    return (*parts, html[end:])


def _context(before: str, kind: str) -> Literal["text", "attribute", "url", "block"]:
    if _HREF.search(before):
        return "url"
    if _ATTRIBUTE.search(before):
        return "attribute"
    return "block" if kind == "b" else "text"


def _written(slot: Slot, value: Any) -> str:
    match slot.context:
        case "block" if isinstance(value, Words):
            return str(value.html)
        case "url":
            return escape(str(value)) if _SAFE_URL.match(str(value)) else "#"
        case "text" | "block":
            return escape(str(value)).replace("\n", "<br>\n")
        case _:
            return escape(str(value))
