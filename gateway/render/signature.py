"""Which signature an answer carries: the most particular file of the brand, else what the notice brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from gateway.render import markdown, skeleton
from gateway.render.brand import Brand
from gateway.render.environment import Draft, rendered
from gateway.render.facts import words
from gateway.render.shelf import Shelf
from gateway.render.values import Words, tokens

_STYLE = "p { margin: 0 } p + p { margin-top: 12px }"


def signature(library: Shelf, face: Brand, values: Mapping[str, Any], notice: Mapping[str, Any]) -> Words | None:
    """Return global.md < desk.md < anna.md < anna@acme.md, else closing and name; None without an operator."""
    given = notice["facts"].get("signature")
    if given is not None or not values["operator"]:
        return words(str(given["text"])) if isinstance(given, Mapping) and given.get("text") else None
    for stem in reversed(_stems(values, str(notice.get("desk") or ""))):
        found = library.signatures.get((face.key, stem))
        if found is not None:
            return _written(found, values)
    return _plain(values, str(notice.get("language") or ""))


_CLOSINGS = {"sv": "Vänliga hälsningar", "nb": "Vennlig hilsen"}


def _plain(values: Mapping[str, Any], language: str) -> Words:
    """Return closing and name where a brand has no signature: nobody's answer ends without one."""
    return words(f"{_CLOSINGS.get(language, 'Kind regards')}\n{values['operator']['name']}")


def _stems(values: Mapping[str, Any], desk: str) -> list[str]:
    operator = values["operator"]
    key = str(operator["key"] or operator["first_name"] or "").lower()
    return ["global", desk, key, f"{key}@{desk}"]


def _written(template: Draft, values: Mapping[str, Any]) -> Words:
    with tokens() as printed:
        body = markdown.body(rendered(template, values))
        html = skeleton.fill(skeleton.piece(body.html, _STYLE), printed)
        text = markdown.text(body.blocks, printed)
    return Words(text, Markup(html))  # noqa: S704  # filled by the skeleton, which escapes
