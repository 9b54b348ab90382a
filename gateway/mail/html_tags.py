"""Which elements of HTML break lines: one table for all who read documents as text."""

from __future__ import annotations

from typing import Final

BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
"""Elements that stand on lines of their own."""

TABLE_PARTS: Final = frozenset(["tbody", "td", "tfoot", "th", "thead"])
"""Elements within a table that are no line of their own as text, but where a line that goes must end."""
