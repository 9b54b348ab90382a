"""The guard before the HTML parsers: which documents they must not see, and what is read of those all the same."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from gateway.mail import limits

_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_LONG_TAG: Final = re.compile(rf"<[a-zA-Z][^<>]{{{limits.HTML_ATTRIBUTES * 2},}}")
# Tags that close each other, or have no content: however many follow, they do not nest.
_FLAT: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "tbody",
        "thead",
        "tfoot",
        "dt",
        "dd",
        "option",
        "html",
        "head",
        "body",
    ]
)


def bomb(html: str) -> str | None:
    """Tell why a document must not be parsed (size, depth, attributes), or None. Linear; parsers take quadratic time."""
    if len(html) > limits.HTML:
        return "HTML over the limit"
    if any(len(tag[0].split()) + tag[0].count("/") > limits.HTML_ATTRIBUTES for tag in _LONG_TAG.finditer(html)):
        return "HTML tag with too many attributes"
    flat = frozenset[str]() if re.search(r"<(?:svg|math)\b", html, re.IGNORECASE) else _FLAT
    opened: dict[str, int] = {}
    depth = 0
    for slash, written in _TAG.findall(html):
        name = written.lower()
        if name in flat:
            continue
        if not slash:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
            if depth > limits.HTML_DEPTH:
                return "HTML nested too deeply"
        elif opened.get(name):
            opened[name] -= 1
            depth -= 1
    return None


def strip_tags(html: str) -> str:
    """Return the words of a document too dangerous to parse; crude and linear."""
    plain = re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,100}>", "\n", html, flags=re.IGNORECASE)
    plain = unescape(re.sub(r"<[^<>]*>", " ", plain))
    lines = (_BLANKS.sub(" ", line).strip() for line in plain.split("\n"))
    return "\n".join(line for line in lines if line)
