"""The two faces of a mail, text and HTML, made from one template and one set of facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from gateway.mail.headers import one_line
from gateway.render import brand as brands
from gateway.render import card, happening, markdown, pieces, prose, skeleton
from gateway.render.brand import Brand
from gateway.render.environment import rendered
from gateway.render.facts import context, words
from gateway.render.files import Chosen, File
from gateway.render.links import Answering, Button, operator_buttons
from gateway.render.shelf import Shelf
from gateway.render.signature import signature
from gateway.render.source import Source
from gateway.render.values import Fact, tokens
from gateway.render.wording import Locale, Wording, zone

PARTS = ("card", "buttons", "guide", "earlier", "history", "menu", "files")


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader sees, and the brand's pictures that the HTML shows."""

    subject: str
    text: str
    html: str
    language: str
    pictures: tuple[File, ...]


def page(notice: Mapping[str, Any], library: Shelf, chosen: Chosen, *, inlined: bool = True) -> Page:
    """Write a notice's text and HTML; without `inlined` the HTML is only good for finding errors. Raises TemplateFailure."""
    found = library.find(
        str(notice.get("desk") or ""), _languages(notice), str(notice["audience"]), str(notice["event"])
    )
    face = library.brands.get(str(notice.get("brand") or "")) or Brand(
        str(notice.get("brand") or ""), _desk_name(notice)
    )
    locale = _locale(notice, library.wording(found.language, face.key))
    neutral = bool(notice.get("neutral"))
    facts = _variables(notice, face, locale, found.language, [file.content_id or "" for file in chosen.inline])
    subject = _subject(notice, found, facts)
    values = facts | _answering(notice, subject, locale)
    values |= {"subject": subject, "signature": signature(library, face, values, notice)}
    values |= _frame(notice, library, face, values, locale, chosen) | {"show": _show(found, values), "neutral": neutral}
    text, html = _both(found, library, values, html=not neutral, inlined=inlined)
    return Page(subject, text, html, found.language, tuple(_pictures(face, html)))


def _languages(notice: Mapping[str, Any]) -> list[str]:
    wanted = [str(notice.get("language") or "en"), *map(str, notice.get("fallbacks") or ()), "en", "sv"]
    return list(dict.fromkeys(wanted))


def _desk_name(notice: Mapping[str, Any]) -> str:
    desk = notice["facts"].get("desk") or {}
    return str(desk.get("name") or notice["from"].get("name") or "")


def _locale(notice: Mapping[str, Any], wording: Wording) -> Locale:
    return Locale(wording, zone(str(notice.get("timezone") or "UTC")), datetime.fromisoformat(str(notice["date"])))


def _variables(
    notice: Mapping[str, Any], face: Brand, locale: Locale, language: str, pictures: Sequence[str]
) -> dict[str, Any]:
    """Return the documented variables but links, signature and subject."""
    given = notice["facts"]
    if notice.get("neutral"):  # to a stranger: nothing that he did not tell himself just now
        hidden = ("due", "entry", "operator", "requester", "history", "question", "greeting_name")
        notice = {**notice, "facts": {name: value for name, value in given.items() if name not in hidden}}
        given = notice["facts"]
    made = context(notice, pictures)
    first = given.get("greeting_name")
    made["greeting"] = (
        locale.words.get("greeting.named", name=one_line(str(first))) if first else locale.words.get("greeting.plain")
    )
    made["brand"] = _brand_fact(face, language)
    for name in ("instruction", "customer_got"):
        made[name] = words(str(made[name])) if made[name] else made[name]
    made["key"], made["language"] = notice.get("key"), language
    return made | {"what": happening.what(notice, locale), "_locale": locale}


def _brand_fact(face: Brand, language: str) -> Fact:
    privacy = {key: brands.localised(face.privacy.get(key), language) for key in ("text", "url", "contact")}
    return Fact(
        {
            "name": face.name,
            "phone": face.phone,
            "hours_text": brands.localised(face.hours_text, language),
            "footer": brands.localised(face.footer, language),
            "logo_alt": face.logo_alt,
            "privacy": Fact(privacy, present=any(privacy.values())),
        }
    )


def _subject(notice: Mapping[str, Any], found: Source, facts: Mapping[str, Any]) -> str:
    """Return the thread's subject, the reference in front, or the template's own where there is no thread."""
    if notice.get("neutral") and "neutral_subject" in found.front:
        return one_line(rendered(found.front["neutral_subject"], facts))
    if not notice.get("threaded") and "subject" in found.front:
        return one_line(rendered(found.front["subject"], facts))
    reference, base = notice.get("reference"), one_line(str(notice.get("subject") or ""))[:300]
    tagged = f"[{reference}] {base}".strip() if reference else base
    return f"Re: {tagged}" if notice.get("threaded") else tagged


def _answering(notice: Mapping[str, Any], subject: str, locale: Locale) -> dict[str, Any]:
    """Return the mailto: links and the key line."""
    say = locale.words
    key_line = say.get("key", key=str(notice["key"])) if notice.get("key") else ""
    to = Answering(str(notice.get("reply_to") or notice["from"]["address"]), subject, key_line)
    links = {
        "reply": to.link(""),
        "solved": to.link(say.get("says.solved")),
        "mine": to.link(say.get("says.mine")),
        "yes": to.link(say.get("says.yes")),
        "no": to.link(say.get("says.no")),
    }
    buttons = operator_buttons(notice, notice["facts"], say, to) if _steers(notice) else []
    return {"links": Fact(links), "key_line": key_line, "_buttons": buttons, "key": notice.get("key")}


def _steers(notice: Mapping[str, Any]) -> bool:
    """Tell whether the reader can answer with commands."""
    return bool(notice["audience"] == "operator") or (notice["audience"] == "admin" and notice["event"] == "held")


def _show(found: Source, values: Mapping[str, Any]) -> Fact:
    """Return which parts stand under the text: all, those named, or all but those with a minus."""
    chosen = rendered(found.front["show"], values).split() if "show" in found.front else []
    only = {part for part in chosen if not part.startswith("-")}
    return Fact({part: f"-{part}" not in chosen and (not only or part in only) for part in PARTS})


def _frame(
    notice: Mapping[str, Any], library: Shelf, face: Brand, values: Mapping[str, Any], locale: Locale, chosen: Chosen
) -> dict[str, Any]:
    """Return what the layout shows around the text."""
    audience, facts, css = str(notice["audience"]), notice["facts"], _css(library, face)
    show = pieces.Pieces(library, css[0], values, audience)
    buttons: Sequence[Button] = values["_buttons"]
    ticket = bool(values["ticket"])
    return {
        "marker": _marker(facts, locale, audience, notice.get("meant_for")),
        "card": Fact(
            {
                "title": card.title(facts, audience, locale) if ticket else "",
                "subject": "" if notice.get("neutral") else one_line(str(values["ticket"]["subject"] or "")),
                "rows": show.rows(card.rows(facts, audience, locale) if ticket else []),
            },
            present=ticket,
        ),
        "buttons": show.buttons(buttons),
        "todo": show.steps(values["steps"]),
        "guide": any((values["steps"], values["instruction"], values["ticket"]["description"])),
        "table_rows": show.lines([*(values["table"]["rows"] or ()), *happening.lines(facts, locale)]),
        "past": show.past(values["history"]),
        "files": [file.name for file in chosen.attached],
        "left_out": list(chosen.left_out),
        "left_out_how": locale.words.get("left_out_operator" if audience == "operator" else "left_out_requester"),
        "footer": _footer(values["brand"]),
        "privacy": _privacy(values["brand"], locale) if audience == "requester" else None,
        "accent": face.accent,
        "logo_cid": face.logo.content_id if face.logo else "",
        "logo_width": face.logo.width if face.logo else 0,
        "inlined_css": Markup(skeleton.INLINED),  # noqa: S704
        "kept_css": Markup(skeleton.KEPT),  # noqa: S704
        "_css": css,
    }


def _marker(facts: Mapping[str, Any], locale: Locale, audience: str, meant_for: str | None) -> str:
    """Return the first line: whom a diverted mail was meant for, and where an operator's answer goes."""
    test = locale.words.get("diverted", who=one_line(meant_for)) if meant_for else ""
    goes = facts.get("where_answer_goes")
    if not goes or audience != "operator":
        return test
    person = facts.get("third_party") if goes == "external" else facts.get("requester")
    person = person or (facts.get("ticket") or {}).get("requester") or {}
    return f"{test} {locale.words.get(f'marker.{goes}', who=one_line(card.named(person)))}".strip()


def _footer(face: Fact) -> str:
    line = " · ".join(str(face[name]) for name in ("phone", "hours_text") if face[name])
    return "\n".join(part for part in (str(face["footer"] or face["name"]), line) if part)


def _privacy(face: Fact, locale: Locale) -> Fact:
    given = face["privacy"]
    text = str(given["text"] or locale.words.get("privacy"))
    if given["url"]:
        text = f"{text} {locale.words.get('privacy_url')}"
    return Fact({"text": text, "url": given["url"], "contact": given["contact"]}, present=bool(given))


def _both(found: Source, library: Shelf, values: dict[str, Any], *, html: bool, inlined: bool) -> tuple[str, str]:
    preheader = rendered(found.front["preheader"], values) if "preheader" in found.front else ""
    values["preheader"] = prose.first_words(preheader, 140)
    with tokens() as printed:
        body = markdown.body(rendered(found.body, values))
        inner = {"body": Markup(body.html), "heading": body.heading}  # noqa: S704  # tokens, no values
        whole = rendered(found.html or library.shared["layout.html"], values | inner) if html else ""
        if whole and inlined:
            whole = skeleton.fill(skeleton.document(whole, *values["_css"]), printed)
    values["body"] = markdown.text(body.blocks, printed)
    return _tidy(rendered(found.text or library.shared["layout.txt"], values)), whole


def _tidy(text: str) -> str:
    """Wrap what the layout wrote and close gaps: at most one empty line in a row."""
    lines: list[str] = []
    for line in prose.wrapped(text).split("\n"):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def _css(library: Shelf, face: Brand) -> tuple[str, str]:
    """Return the style that is written into elements, and the one that stays in the head."""
    return _coloured(
        library.styles["mail.css"],
        library.styles["dark.css"],
        library.styles["night.css"],
        face.accent,
        face.accent_dark,
    )


@lru_cache(maxsize=64)
def _coloured(day: str, frame: str, night: str, accent: str, accent_dark: str) -> tuple[str, str]:
    face = Brand("", "", accent, accent_dark)
    colours = {
        "ON_ACCENT": face.on_accent,
        "ON_DARK": face.on_accent_dark,
        "ACCENT_DARK": accent_dark,
        "ACCENT": accent,
    }
    ogsc = "\n".join(_for_outlook(line) for line in night.splitlines() if line.strip())
    kept = frame.replace("DARK", night) + ogsc
    for name, colour in colours.items():
        day, kept = day.replace(name, colour), kept.replace(name, colour)
    return day, kept


def _for_outlook(rule: str) -> str:
    """Return a dark rule for Outlook's apps, which mark recoloured mails with data-ogsc instead of the media query."""
    selectors, _, rest = rule.partition("{")
    return ", ".join(f"[data-ogsc] {one.strip()}" for one in selectors.split(",")) + " {" + rest


def _pictures(face: Brand, html: str) -> Iterator[File]:
    named = {one.content_id: one for one in (face.logo, *face.pictures.values()) if one is not None}
    for picture in named.values():
        if f"cid:{picture.content_id}" in html:
            yield File(picture.name, picture.type, picture.content, picture.content_id)
