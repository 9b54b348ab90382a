"""Loads templates, words and brands, once; a reload makes a new library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from jinja2 import FunctionLoader

from gateway.errors import ConfigurationError, Problem
from gateway.render import brand as brands
from gateway.render import checking, source, yaml_file
from gateway.render.brand import Brand
from gateway.render.environment import Draft, Sandbox, environment
from gateway.render.failure import TemplateFailure
from gateway.render.shelf import Shelf
from gateway.render.source import Source
from gateway.render.wording import Wording

AUDIENCES = ("requester", "operator", "third-party", "admin")
SHARED = ("layout.html", "layout.txt", "entry.html", "row.html", "button.html", "step.html", "line.html")
STYLES = ("mail.css", "dark.css", "night.css")


class Library(Shelf):
    """Templates and brands, loaded once, immutable, shared by all threads."""

    __slots__ = ()

    @classmethod
    def load(cls, templates: Sequence[Path], branding: Sequence[Path]) -> Library:
        """Read the folders; of the same file in several, the first wins. Raises ConfigurationError with all problems."""
        found = _files(templates)
        sandbox = environment(FunctionLoader(lambda name: _content(found, name)))
        problems: list[Problem] = []
        shared = _shared(sandbox, found, problems)
        styles = {name: found[name].read_text("utf-8") for name in STYLES if name in found}
        words = _wordings(found, problems)
        sources = _sources(sandbox, found, words, problems)
        faces = _brands(branding, problems)
        signatures = _signatures(sandbox, faces, problems)
        if problems:
            raise ConfigurationError(problems)
        own = {
            (face.key, name): words[name].over(texts)
            for face in faces.values()
            for name, texts in face.words.items()
            if name in words
        }
        return cls(sandbox, sources, shared, styles, words, faces, own, signatures)

    def check(self, languages: Sequence[str] = (), desks: Sequence[str] = ()) -> list[Problem]:
        """Render a sample of every event, audience, language and brand; return what fails, sorted by place."""
        return checking.check(self, languages or self.languages(), desks)


def _files(folders: Sequence[Path]) -> dict[str, Path]:
    """Return every file by its name below the folder."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in {".md", ".html", ".txt", ".css", ".yaml"}:
                found.setdefault(path.relative_to(folder).as_posix(), path)
    return found


def _content(found: Mapping[str, Path], name: str) -> tuple[str, str, None] | None:
    path = found.get(name)
    return (path.read_text("utf-8"), name, None) if path else None


def _shared(sandbox: Sandbox, found: Mapping[str, Path], problems: list[Problem]) -> dict[str, Draft]:
    made = {}
    problems += [Problem(name, 0, 0, "this file is missing") for name in (*SHARED, *STYLES) if name not in found]
    for name in SHARED:
        if name in found:
            with _noted(problems):
                made[name] = Draft(sandbox, found[name].read_text("utf-8"), name)
    return made


def _wordings(found: Mapping[str, Path], problems: list[Problem]) -> dict[str, Wording]:
    """Read words.yaml of each language; English fills what another lacks."""
    texts = {}
    for name, path in found.items():
        language, _, file = name.partition("/")
        if file != "words.yaml":
            continue
        try:
            texts[language], _ = yaml_file.read(path, name)
        except ConfigurationError as error:
            problems += error.problems
    english = Wording("en", {}).over(texts.get("en", {}))
    return {language: Wording(language, english.over(own).texts) for language, own in texts.items()}


def _sources(
    sandbox: Sandbox, found: Mapping[str, Path], words: Mapping[str, Wording], problems: list[Problem]
) -> dict[tuple[str, str, str, str], Source]:
    made = {}
    for name, path in found.items():
        place = _place(name)
        if place is None:
            continue
        if place[1] not in words:
            problems.append(Problem(name, 0, 0, f"there is no {place[1]}/words.yaml beside it"))
            continue
        with _noted(problems):
            stem = name.removesuffix(".md")
            html, text = (_override(sandbox, found, stem + ending) for ending in (".html", ".txt"))
            made[place] = source.read(sandbox, name, place[1], path.read_text("utf-8"), html, text)
    return made


def _override(sandbox: Sandbox, found: Mapping[str, Path], name: str) -> Draft | None:
    return Draft(sandbox, found[name].read_text("utf-8"), name) if name in found else None


def _place(name: str) -> tuple[str, str, str, str] | None:
    """Return desk, language, audience and event of `[desks/<desk>/]<language>/<audience>/<event>.md`."""
    parts = name.removesuffix(".md").split("/")
    desk = ""
    if parts[0] == "desks" and len(parts) == 5:
        desk, parts = parts[1], parts[2:]
    if not name.endswith(".md") or len(parts) != 3 or parts[1] not in AUDIENCES:
        return None
    return desk, parts[0], parts[1], parts[2]


def _brands(folders: Sequence[Path], problems: list[Problem]) -> dict[str, Brand]:
    made: dict[str, Brand] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/brand.yaml")):
            if path.parent.name not in made:
                try:
                    made[path.parent.name] = brands.load(path.parent)
                except ConfigurationError as error:
                    problems += error.problems
    return made


def _signatures(sandbox: Sandbox, faces: Mapping[str, Brand], problems: list[Problem]) -> dict[tuple[str, str], Draft]:
    made = {}
    for face in faces.values():
        for stem, (file, content) in face.signatures.items():
            with _noted(problems):
                made[face.key, stem] = Draft(sandbox, content, file)
    return made


@contextmanager
def _noted(problems: list[Problem]) -> Iterator[None]:
    """Turn a template's failure inside the block into a problem of the list."""
    try:
        yield
    except TemplateFailure as error:
        problems.append(error.problem)
