"""Texts of rules with their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.policy.actions import ReadyText
from gateway.policy.substitution import fill
from gateway.tickets.model import NOTHING


@dataclass(frozen=True, slots=True)
class Wording:
    """A text with its values, put together once, when the ticket's number is known (A40: never filled twice)."""

    template: str
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def text(self, reference: str = "") -> str:
        """Return the finished text; `reference` is the ticket's, for one that was only just opened."""
        known = self.values.get("ticket.reference", "")
        return fill(self.template, {**self.values, "ticket.reference": reference or known})


class Values:
    """What `{{ name }}` stands for during a run: fixed names, the desk's fields, what rules captured."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.captured: dict[str, str] = {}
        self.fields: Mapping[str, str] = NOTHING

    def filled(self, text: str) -> str:
        """Return the text with what is known now."""
        return fill(text, self._all())

    def wording(self, text: str) -> Wording:
        """Return the text to be filled when the ticket has its number."""
        return Wording(text, self._all())

    def _all(self) -> dict[str, str]:
        return {**self.given, **self.fields, **self.captured}

    def wordings(self, ready: ReadyText) -> dict[str, Wording]:
        """Return a ready text by language."""
        return {language: self.wording(text) for language, text in ready.text.items()}
