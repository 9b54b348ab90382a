"""Which signature an answer carries, with which picture: the most particular file of the brand, else what the notice brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from gateway.render import markdown, skeleton
from gateway.render.brand import Brand
from gateway.render.environment import Draft, rendered
from gateway.render.facts import words
from gateway.render.picture import Picture
from gateway.render.shelf import Shelf
from gateway.render.values import Words, tokens

_STYLE = "p { margin: 0 } p + p { margin-top: 12px }"


def signature(library: Shelf, face: Brand, values: Mapping[str, Any], notice: Mapping[str, Any]) -> Words | None:
    """Return global.md < desk.md < anna.md < anna@acme.md, else closing and name; None without an operator."""
    given = notice["facts"].get("signature")
    if given is not None or not values["operator"]:
        return words(str(given["text"])) if isinstance(given, Mapping) and given.get("text") else None
    stems = _stems(values, str(notice.get("desk") or ""))
    drafts = (library.signatures.get((face.key, stem)) for stem in stems)
    draft = next((found for found in drafts if found is not None), None)
    written = _written(draft, values) if draft is not None else _plain(values, str(notice.get("language") or ""))
    return _with_picture(written, face, values, stems)


def _with_picture(written: Words, face: Brand, values: Mapping[str, Any], stems: Sequence[str]) -> Words:
    """Put the most particular picture under the HTML; the text part says the name already."""
    stem = next((stem for stem in stems if stem in face.pictures), None)
    if stem is None:
        return written
    alt = values["operator"]["name"] if stem in stems[:2] else face.logo_alt
    return Words(str(written), written.html + _shown(face.pictures[stem], str(alt or "")))


def _shown(picture: Picture, alt: str) -> Markup:
    style = "display:block; margin-top:12px; border:0; max-width:100%; height:auto"
    return Markup('<p style="margin:0"><img src="cid:{}" alt="{}" width="{}" style="{}"></p>').format(
        picture.content_id, alt, picture.width, style
    )


_CLOSINGS = {"sv": "Vänliga hälsningar", "nb": "Vennlig hilsen"}


def _plain(values: Mapping[str, Any], language: str) -> Words:
    """Return closing and name where a brand has no signature: nobody's answer ends without one."""
    return words(f"{_CLOSINGS.get(language, 'Kind regards')}\n{values['operator']['name']}")


def _stems(values: Mapping[str, Any], desk: str) -> list[str]:
    """Return the names files may have, the most particular first."""
    operator = values["operator"]
    key = str(operator["key"] or operator["first_name"] or "").lower()
    return [f"{key}@{desk}", key, desk, "global"]


def _written(template: Draft, values: Mapping[str, Any]) -> Words:
    with tokens() as printed:
        body = markdown.body(rendered(template, values))
        html = skeleton.fill(skeleton.piece(body.html, _STYLE), printed)
        text = markdown.text(body.blocks, printed)
    return Words(text, Markup(html))  # noqa: S704  # filled by the skeleton, which escapes
