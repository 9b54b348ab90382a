"""The values templates print, and the tokens that stand for them until Markdown and premailer are done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from markupsafe import Markup

# Letters and digits only: Markdown, premailer and lxml pass them through as a word. Values are never searched for them.
TOKEN = re.compile(r"zq([bi])(\d+)qz")


# What no mail may hold: controls but tab and line feed (a terminal obeys them), halves of characters (no UTF-8 has them).
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def fit(text: str) -> str:
    """Return text that a mail can hold, with line feeds alone."""
    return _UNFIT.sub("\ufffd", text.replace("\r\n", "\n")) if _UNFIT.search(text) else text


class Words(str):
    """What a person wrote: text that carries its own HTML. A paragraph of nothing else becomes a block."""

    __slots__ = ("html",)
    html: Markup

    def __new__(cls, text: str, html: Markup) -> Self:
        """Take the text as it is and HTML that was sanitised or escaped already."""
        words = super().__new__(cls, fit(text))
        words.html = html
        return words


class Link(str):
    """A URL, and what a reader of the text part shall write instead of following it."""

    __slots__ = ("say",)
    say: str

    def __new__(cls, url: str, say: str) -> Self:
        """Take a mailto: URL and the words it fills in."""
        link = super().__new__(cls, url)
        link.say = say
        return link


class Fact:
    """A mapping as templates see it: `a.b`, known names only; an absent one is false and has every name as None."""

    __slots__ = ("_known", "_present")

    def __init__(self, known: Mapping[str, Any], *, present: bool = True) -> None:
        self._known = known
        self._present = present

    def __getitem__(self, name: str) -> Any:
        return self._known[name]

    def __bool__(self) -> bool:
        return self._present

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __contains__(self, name: str) -> bool:
        return name in self._known


class OpenFact(Fact):
    """A mapping whose names the desk chooses (own fields): an unknown one prints nothing."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        return self._known.get(name)


_printed: ContextVar[list[Any] | None] = ContextVar("printed", default=None)


@contextmanager
def tokens() -> Iterator[list[Any]]:
    """Collect what templates print meanwhile; each print leaves a token with its number."""
    values: list[Any] = []
    mark = _printed.set(values)
    try:
        yield values
    finally:
        _printed.reset(mark)


def printed(value: Any) -> str:
    """Return what a template's print puts into the output: a token while collected, else the value itself."""
    if type(value) is Markup:  # a macro's or block's own output, its values are tokens already
        return value
    if value is None or value == "":  # no token: a paragraph of nothing is no paragraph
        return ""
    if type(value) is str:
        value = fit(value)
    values = _printed.get()
    if values is None:  # plain text: headers and the text part
        return str(value)
    values.append(value)
    return f"zqb{len(values) - 1}qz" if type(value) is Words else f"zqi{len(values) - 1}qz"
