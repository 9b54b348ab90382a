"""Pieces that repeat (rows, buttons, steps, history), each from a small template, so that the skeletons stay few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from gateway.render import prose, skeleton
from gateway.render.environment import rendered
from gateway.render.facts import words
from gateway.render.links import Button
from gateway.render.shelf import Shelf
from gateway.render.values import Words, tokens

EARLIER = 3  # entries under a customer's mail
EARLIER_LINES, EARLIER_CHARACTERS = 12, 1200
PAST = 40  # entries under an operator's mail
PAST_LINES, PAST_CHARACTERS = 60, 6000


@dataclass(frozen=True, slots=True)
class Pieces:
    """Makes the repeated parts of one mail; each returns text and HTML as one value."""

    library: Shelf
    css: str
    values: Mapping[str, Any]
    audience: str

    def rows(self, rows: Sequence[tuple[str, str]]) -> Words:
        """Return label and value, a line each."""
        width = max((len(label) for label, _ in rows), default=0) + 2
        lines = [prose.wrapped(value, f"{label + ':':<{width}}", " " * width) for label, value in rows]
        return self._joined(lines, "row.html", ({"label": label, "value": value} for label, value in rows))

    def buttons(self, buttons: Sequence[Button]) -> Words:
        """Return mailto: buttons; in text the lines to write instead."""
        width = max((len(button.say) for button in buttons), default=0) + 3
        lines = [f"    {button.say:<{width}}{button.label}" for button in buttons]
        made = ({"first": not n, "link": button.link, "label": button.label} for n, button in enumerate(buttons))
        return self._joined(lines, "button.html", made)

    def steps(self, steps: Sequence[Any]) -> Words:
        """Return the steps of the ticket template, numbered for #done."""
        lines = [
            prose.wrapped(str(one["text"]), f"[{'x' if one['done'] else ' '}] {n}. ", "       ")
            for n, one in enumerate(steps, 1)
        ]
        made = ({"number": n, "text": one["text"], "done": one["done"]} for n, one in enumerate(steps, 1))
        return self._joined(lines, "step.html", made)

    def lines(self, rows: Sequence[Sequence[Any]]) -> Words:
        """Return the rows of a list: the first two values lead, the others stand under them."""
        pairs = [(" ".join(map(str, row[:2])), " · ".join(str(one) for one in row[2:] if one)) for row in rows]
        texts = [
            prose.wrapped(head, "", "  ") + (f"\n{prose.wrapped(rest, '  ')}" if rest else "") for head, rest in pairs
        ]
        return self._joined(texts, "line.html", ({"head": head, "rest": rest} for head, rest in pairs))

    def past(self, history: Sequence[Any]) -> Words:
        """Return the history: all of it for operators, the last public words quoted for others."""
        own = self.audience == "operator"
        visible = {"public", "external"} if self.audience == "third-party" else {"public"}
        shown = history[: PAST if own else EARLIER]
        if not own:  # filtered for this reader already; a second look costs nothing
            shown = [one for one in shown if one["visibility"] in visible]
        size = (PAST_LINES, PAST_CHARACTERS) if own else (EARLIER_LINES, EARLIER_CHARACTERS)
        texts = [words(prose.cut(str(one["text"] or ""), *size)) for one in shown]
        lines = [self._past_line(one, text, quoted=not own) for one, text in zip(shown, texts, strict=True)]
        made = (
            {"author": one["author"], "at": one["at"], "visibility": one["visibility"], "text": text}
            for one, text in zip(shown, texts, strict=True)
        )
        return self._joined(lines, "entry.html", made, gap="\n\n")

    def _past_line(self, one: Any, text: str, *, quoted: bool) -> str:
        locale = self.values["_locale"]
        head = f"{one['author']}, {locale.short(one['at'])}:"
        if one["visibility"] in {"internal", "external"}:
            head = f"[{locale.words.get('labels.' + str(one['visibility']))}] {head}"
        return f"{head}\n{prose.wrapped(text, '> ' if quoted else '  ')}"

    def _joined(self, lines: Sequence[str], name: str, each: Iterable[Mapping[str, Any]], gap: str = "\n") -> Words:
        html = "\n".join(self._piece(name, one) for one in each)
        return Words(gap.join(lines), Markup(html))  # noqa: S704  # filled by the skeleton, which escapes

    def _piece(self, name: str, values: Mapping[str, Any]) -> str:
        fixed = {"_locale": self.values["_locale"], "audience": self.audience}
        with tokens() as printed:
            source = rendered(self.library.shared[name], fixed | dict(values))
        return skeleton.fill(skeleton.piece(source, self.css), printed)
