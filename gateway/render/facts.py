"""A notice's plain facts as the values templates see: every known name, absent ones false (variables.py)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import unescape
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup

from gateway.mail import sanitise
from gateway.render import files, prose
from gateway.render.values import Fact, OpenFact, Words, fit
from gateway.render.variables import INSIDE, INSIDE_LISTS, LISTS, PLAIN_LISTS, THINGS, VALUES, WRITTEN

_CID = re.compile(r'src="cid:([^"]*)"', re.IGNORECASE)
_HEADING = re.compile(r"<(/?)h[12]\b")


def context(notice: Mapping[str, Any], pictures: Collection[str] = ()) -> dict[str, Any]:
    """Return every documented variable of this notice; `pictures` are the Content-IDs that go along inline."""
    facts = notice["facts"]
    made: dict[str, Any] = {name: facts.get(name) for name in VALUES}
    made |= _ABSENT
    made |= {name: _thing(name, known, facts[name]) for name, known in THINGS.items() if facts.get(name)}
    made |= {name: _things(known, facts.get(name)) for name, known in LISTS.items()}
    made["entry"] = entry(facts.get("entry"), _content_ids(notice.get("attachments") or (), pictures))
    for name in ("event", "audience", "language"):
        made[name] = notice[name]
    return made


def entry(given: Mapping[str, Any] | None, content_ids: Mapping[str, str]) -> Fact:
    """Return what was written, its HTML cleaned; unproven mail as text only."""
    made = _values("entry", THINGS["entry"], given)
    if given and (given.get("text") or given.get("html")):
        made["text"] = _entry_words(given, content_ids)
    made["html"] = None
    return Fact(made, present=bool(given))


def words(text: str, *, links: bool = True) -> Words:
    """Return text as what a person wrote."""
    text = fit(text).strip("\n")
    return Words(text, prose.html(text, links=links))


def _content_ids(attachments: Sequence[Mapping[str, Any]], pictures: Collection[str]) -> dict[str, str]:
    """Return his Content-ID and ours of each picture that goes along."""
    inline = [one for one in attachments if one.get("content_id") and one.get("inline")]
    return {one["content_id"]: files.content_id(one) for one in inline if files.content_id(one) in pictures}


def _entry_words(given: Mapping[str, Any], own: Mapping[str, str]) -> Words:
    text = str(given.get("text") or "").strip("\n") or "…"  # a picture and no word is something written, too
    html, proved = given.get("html"), given.get("verified") is not False
    if not html or not proved:
        return words(text, links=proved)
    clean = sanitise.clean(fit(str(html)), frozenset(own))
    clean = _HEADING.sub(r"<\1h3", clean)  # a mail has one h1, and it is not his
    clean = _CID.sub(lambda found: f'src="cid:{own.get(unquote(unescape(found[1])), "none")}"', clean)
    return Words(text, Markup(clean))  # noqa: S704  # sanitised above


def _thing(name: str, known: Mapping[str, str], given: Any) -> Fact:
    made = _values(name, known, given)
    if name == "ticket":
        fields = (given or {}).get("fields") or {}
        made["fields"] = OpenFact(fields, present=bool(fields))
    return Fact(made, present=bool(given))


def _values(name: str, known: Mapping[str, str], given: Mapping[str, Any] | None) -> dict[str, Any]:
    given = given or {}
    made: dict[str, Any] = {key: given.get(key) for key in known}
    for key in known:
        place = (name, key)
        if place in INSIDE:
            made[key] = Fact({inner: (made[key] or {}).get(inner) for inner in INSIDE[place]}, present=bool(made[key]))
        elif place in INSIDE_LISTS:
            made[key] = _things(INSIDE_LISTS[place], made[key])
        elif place in PLAIN_LISTS:
            made[key] = made[key] or []
        elif place in WRITTEN and made[key]:
            made[key] = words(str(made[key]))
    return made


def _things(known: Mapping[str, str], given: Sequence[Mapping[str, Any]] | None) -> list[Fact]:
    return [Fact({key: one.get(key) for key in known}) for one in given or ()]


_ABSENT: Mapping[str, Fact] = {name: _thing(name, known, None) for name, known in THINGS.items()}
