"""What somebody wrote now, apart from the older mail under it and the signature."""

from __future__ import annotations

from gateway.mail.quote_html import refine
from gateway.mail.quote_text import NOTHING_QUOTED, Split, split_text

__all__ = ["NOTHING_QUOTED", "Split", "split", "split_text"]


def split(text: str, html: str | None) -> Split:
    """Sort a body into new text, quoted text and signature; `html` is the HTML of the same mail, if it has any."""
    by_text = split_text(text)
    return by_text if html is None else refine(by_text, text, html)
