"""Of the two forms of one mail, plain text and HTML, the one that says more: programs leave tables out of the text."""

from __future__ import annotations

import re
from typing import Final

from gateway.mail import html_guard, html_text

_WORD: Final = re.compile(r"\w+")
_BETWEEN_TAGS: Final = re.compile(r">([^<]+)")
_LINK: Final = re.compile(r"(?:https?:|mailto:)\S{1,2000}")
_MUCH: Final = 1.25  # HTML whose words are this much longer than the text may say more
_WITH_TABLE: Final = 1.05
_FEW: Final = 2  # words that only one of the two has: "View in browser"
_EXCUSE: Final = 40  # words of "Your mail program cannot show HTML"
_MOST_WORDS: Final = 20_000


def rendered(plain: str, html: str) -> str | None:
    """Return the HTML as text where it says what `plain` leaves out and lacks nothing of it; None where `plain` will do."""
    if not _may_say_more(plain, html) or html_guard.bomb(html) is not None:
        return None
    text = html_text.to_text(html)
    written, shown = _words(plain), _words(text)
    more, less = shown - written, written - shown
    if len(more) <= max(_FEW, len(shown) // 20):
        return None
    if len(less) * 10 <= len(written) or len(written) * 4 < len(shown):
        return text
    return text if "html" in written and len(written) < _EXCUSE else None


def _may_say_more(plain: str, html: str) -> bool:
    """Guess without a parser: most mails say the same twice, and parsing is what costs."""
    body = html[html.find("</head>") + 1 :].replace("&nbsp;", " ")
    shown = sum(len(run.strip()) for run in _BETWEEN_TAGS.findall(body))
    return shown > len(_LINK.sub(" ", plain)) * (_WITH_TABLE if "<td" in body else _MUCH) + _FEW


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_LINK.sub(" ", text).casefold())[:_MOST_WORDS])
