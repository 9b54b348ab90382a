"""A template file: its front block and its Markdown, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.render.environment import Draft, Sandbox
from gateway.render.failure import TemplateFailure

# The front block, between two lines of ---. Every value is Jinja.
FRONT: Mapping[str, str] = MappingProxyType(
    {
        "preheader": "what an inbox shows beside the subject",
        "subject": "only where a mail belongs to no thread; within one it never changes",
        "neutral_subject": "the subject of a receipt to a stranger",
        "show": "the parts under the text: `card buttons guide earlier history menu files`, or a `-name` to leave one out",
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """One event's mail for one audience in one language."""

    file: str
    language: str
    front: Mapping[str, Draft]
    body: Draft
    html: Draft | None = None  # an override beside the .md
    text: Draft | None = None


def read(sandbox: Sandbox, file: str, language: str, content: str, html: Draft | None, text: Draft | None) -> Source:
    """Split and compile one file. Raises TemplateFailure."""
    lines = content.replace("\r\n", "\n").split("\n")
    front, start = _front(file, lines)
    made = {key: Draft(sandbox, value, file, line) for key, (line, value) in front.items()}
    body = Draft(sandbox, "\n".join(lines[start:]), file, start + 1)
    return Source(file, language, MappingProxyType(made), body, html, text)


def _front(file: str, lines: list[str]) -> tuple[dict[str, tuple[int, str]], int]:
    """Return the keys with line and value, and the index of the first line after the block."""
    if lines[0].strip() != "---":
        return {}, 0
    found: dict[str, tuple[int, str]] = {}
    for n, line in enumerate(lines[1:], 1):
        if line.strip() == "---":
            return found, n + 1
        key, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or key not in FRONT:
            raise TemplateFailure(
                file, n + 1, f"expected one of {', '.join(FRONT)} and a colon, got {line.strip()[:40]!r}"
            )
        found[key] = (n + 1, value.strip())
    raise TemplateFailure(file, 1, "the front block has no closing ---")
