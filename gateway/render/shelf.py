"""Templates, words and brands by name: what the pages of a mail are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.render.brand import Brand
from gateway.render.environment import Draft, Sandbox
from gateway.render.failure import TemplateFailure
from gateway.render.source import Source
from gateway.render.wording import Wording

GENERIC = "default"  # the template of events without one of their own


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything loaded, by name. Nothing of it changes; safe to share between threads."""

    sandbox: Sandbox
    sources: Mapping[tuple[str, str, str, str], Source]  # (desk or "", language, audience, event)
    shared: Mapping[str, Draft]
    styles: Mapping[str, str]
    words: Mapping[str, Wording]
    brands: Mapping[str, Brand]
    brand_words: Mapping[tuple[str, str], Wording]  # (brand, language), only where a brand has its own
    signatures: Mapping[tuple[str, str], Draft]  # (brand, stem)
    files: Mapping[str, str]  # what all of it was made from, by name below the folder of templates

    def find(self, desk: str, languages: Sequence[str], audience: str, event: str) -> Source:
        """Return the template for a mail: the desk's own before the shared one, the first language that has it.

        An event without a template has its family's (`contract.md` for `contract-ending`), else the audience's
        `default.md`. Raises TemplateFailure where there is none at all.
        """
        family = event.partition("-")[0]
        for name in (event, family, GENERIC):
            for language in languages:
                for place in (desk, ""):
                    hit = self.sources.get((place, language, audience, name))
                    if hit is not None:
                        return hit
        raise TemplateFailure(
            f"{languages[0]}/{audience}/{event}.md", 0, "there is no such template, and no default.md"
        )

    def wording(self, language: str, brand: str) -> Wording:
        """Return the words of a language, a brand's own ones laid over."""
        return self.brand_words.get((brand, language)) or self.words[language]

    def events(self, audience: str) -> list[str]:
        """Return the events that have a template of their own in any language."""
        return sorted({event for _, _, side, event in self.sources if side == audience and event != GENERIC})

    def languages(self) -> list[str]:
        """Return the languages that have words."""
        return sorted(self.words)
