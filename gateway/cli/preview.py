"""`gateway mail preview`: every mail of every language and brand, in pages a browser shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.render import samples
from gateway.render.compose import compose
from gateway.render.failure import TemplateFailure
from gateway.render.gallery import Shown, page
from gateway.render.library import Library


def preview(out: Path, library: Library) -> int:
    """Write index.html and a page per language and brand into the folder; 1 where a template failed."""
    out.mkdir(parents=True, exist_ok=True)
    links: list[str] = []
    failures: list[TemplateFailure] = []
    for language in library.languages():
        for brand in sorted(library.brands):
            name = f"{language}-{brand}.html"
            shown = list(_mails(library, language, brand, failures))
            (out / name).write_text(page(shown, f"{brand} · {language}", language=language), "utf-8")
            links.append(f'<p><a href="{name}">{brand} · {language} · {len(shown)}</a></p>')
    (out / "index.html").write_text(page((), "Mails", "".join(links)), "utf-8")
    for failure in failures:
        print(failure)
    print(out / "index.html")
    return 1 if failures else 0


def _mails(library: Library, language: str, brand: str, failures: list[TemplateFailure]) -> Iterator[Shown]:
    for audience, events in samples.EVENTS.items():
        for event in events:
            notice = samples.notice(event, audience, language, brand)
            try:
                yield Shown(f"{event} – {audience}", "", compose(notice, library, _no_blob).raw)
            except TemplateFailure as failure:
                failures.append(failure)
    neutral = samples.notice("registered", "requester", language, brand) | {"neutral": True}
    yield Shown("registered – a stranger", "", compose(neutral, library, _no_blob).raw)


def _no_blob(_sha256: str) -> bytes:
    return b""
