"""Every template once with a sample: what `gateway check` says of templates and brands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.errors import Problem
from gateway.render import samples
from gateway.render.failure import TemplateFailure
from gateway.render.files import Chosen
from gateway.render.page import page
from gateway.render.shelf import GENERIC, Shelf

_NO_FILES = Chosen((), (), ("big.zip",))


def check(library: Shelf, languages: Sequence[str], desks: Sequence[str]) -> list[Problem]:
    """Render every event x audience x language x brand, with all features and with none; return what fails."""
    found: set[Problem] = set()
    for language in languages:
        if language not in library.words:
            found.add(Problem(f"{language}/words.yaml", 0, 0, f"the language {language} has no templates"))
            continue
        found |= set(_language(library, language, desks))
    return sorted(found)


def _language(library: Shelf, language: str, desks: Sequence[str]) -> Iterator[Problem]:
    brands = sorted(library.brands) or [""]
    for audience, events in samples.EVENTS.items():
        for event in sorted({*events, *library.events(audience), GENERIC}):
            for brand, desk in [*((brand, "") for brand in brands), *((brands[0], desk) for desk in desks)]:
                for bare in (False, True):
                    notice = samples.notice(event, audience, language, brand, bare=bare) | (
                        {"desk": desk} if desk else {}
                    )
                    try:
                        page(notice, library, _NO_FILES, inlined=False)
                    except TemplateFailure as failure:
                        yield failure.problem
