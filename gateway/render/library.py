"""Loads templates, words and brands, once; a reload makes a new library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
        problems: list[Problem] = []
        files = _files(templates, problems)
        words = _wordings(templates, problems)
        made = cls._made(files, words, _brands(branding, problems), problems)
        if problems:
            raise ConfigurationError(problems)
        return made

    @classmethod
    def _made(
        cls,
        files: Mapping[str, str],
        words: Mapping[str, Wording],
        faces: Mapping[str, Brand],
        problems: list[Problem],
        *,
        checked: bool = False,
    ) -> Library:
        sandbox = environment(FunctionLoader(lambda name: _source(files, name)))
        sandbox.checked = checked
        shared = _shared(sandbox, files, problems)
        styles = {name: files[name] for name in STYLES if name in files}
        sources = _sources(sandbox, files, words, problems)
        signatures = _signatures(sandbox, faces, problems)
        own = {
            (face.key, name): words[name].over(texts)
            for face in faces.values()
            for name, texts in face.words.items()
            if name in words
        }
        return cls(sandbox, sources, shared, styles, words, faces, own, signatures, files)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a writing process have the same library, made from what was read and checked here."""
        return _again, (self.files, self.words, self.brands)

    def check(self, languages: Sequence[str] = (), desks: Sequence[str] = ()) -> list[Problem]:
        """Render a sample of every event, audience, language and brand; return what fails, sorted by place."""
        return checking.check(self, languages or self.languages(), desks)


def _again(files: Mapping[str, str], words: Mapping[str, Wording], faces: Mapping[str, Brand]) -> Library:
    return Library._made(files, words, faces, [], checked=True)  # noqa: SLF001  # its own way back


def _files(folders: Sequence[Path], problems: list[Problem]) -> dict[str, str]:
    """Return the text of every file by its name below the folder; read now, so that nothing is read while composing."""
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if name in found or path.suffix not in {".md", ".html", ".txt", ".css"} or not path.is_file():
                continue
            try:
                found[name] = path.read_text("utf-8")
            except UnicodeDecodeError:
                problems.append(Problem(name, 0, 0, "not UTF-8"))
    return found


def _source(found: Mapping[str, str], name: str) -> tuple[str, str, None] | None:
    return (found[name], name, None) if name in found else None


def _shared(sandbox: Sandbox, found: Mapping[str, str], problems: list[Problem]) -> dict[str, Draft]:
    made = {}
    problems += [Problem(name, 0, 0, "this file is missing") for name in (*SHARED, *STYLES) if name not in found]
    for name in SHARED:
        if name in found:
            with _noted(problems):
                made[name] = Draft(sandbox, found[name], name)
    return made


def _wordings(folders: Sequence[Path], problems: list[Problem]) -> dict[str, Wording]:
    """Read words.yaml of each language, the first folder over the next; English fills what another lacks."""
    own: dict[str, Wording] = {}
    for path in [path for folder in reversed(folders) for path in sorted(folder.glob("*/words.yaml"))]:
        language = path.parent.name
        try:
            texts, _ = yaml_file.read(path, f"{language}/words.yaml")
        except ConfigurationError as error:
            problems += error.problems
            continue
        if not isinstance(texts, Mapping):
            problems.append(Problem(f"{language}/words.yaml", 1, 0, "expected `name: text` and nothing else"))
            continue
        own[language] = own.get(language, Wording(language, {})).over(texts)
    english = own.get("en", Wording("en", {})).texts
    return {language: Wording(language, {**english, **words.texts}) for language, words in own.items()}


def _sources(
    sandbox: Sandbox, found: Mapping[str, str], words: Mapping[str, Wording], problems: list[Problem]
) -> dict[tuple[str, str, str, str], Source]:
    made = {}
    for name, content in found.items():
        place = _place(name)
        if place is None:
            continue
        if place[1] not in words:
            problems.append(Problem(name, 0, 0, f"there is no {place[1]}/words.yaml beside it"))
            continue
        with _noted(problems):
            stem = name.removesuffix(".md")
            html, text = (_override(sandbox, found, stem + ending) for ending in (".html", ".txt"))
            made[place] = source.read(sandbox, name, place[1], content, html, text)
    return made


def _override(sandbox: Sandbox, found: Mapping[str, str], name: str) -> Draft | None:
    return Draft(sandbox, found[name], name) if name in found else None


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
