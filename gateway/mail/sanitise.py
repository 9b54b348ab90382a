"""HTML of others made fit to be sent on: an allow-list of tags, attributes and styles, nothing remote (A41, A42)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import nh3

from gateway.mail import html_guard
from gateway.mail import html_text as html_bodies

_TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "address",
        "b",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
_EVERYWHERE: Final = frozenset({"style", "dir", "lang", "align"})  # no title: words that nobody compared as text
_CELL: Final = frozenset({"colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"})
_ATTRIBUTES: Final = {
    "*": set(_EVERYWHERE),
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": set(_CELL),
    "th": set(_CELL),
    "tr": {"bgcolor", "valign"},
    "col": {"span", "width"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
}
# Words about the look of text and tables. None that moves a box over others, hides it, or loads something.
_PROPERTIES: Final = frozenset(
    [
        "background-color",
        "border",
        "border-bottom",
        "border-collapse",
        "border-color",
        "border-left",
        "border-right",
        "border-spacing",
        "border-style",
        "border-top",
        "border-width",
        "color",
        "direction",
        "font",
        "font-family",
        "font-size",
        "font-style",
        "font-variant",
        "font-weight",
        "height",
        "letter-spacing",
        "line-height",
        "list-style-type",
        "margin",
        "margin-bottom",
        "margin-left",
        "margin-right",
        "margin-top",
        "max-width",
        "min-width",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "text-align",
        "text-decoration",
        "text-indent",
        "text-transform",
        "vertical-align",
        "white-space",
        "width",
        "word-break",
        "word-spacing",
        "overflow-wrap",
    ]
)
_DANGEROUS: Final = re.compile(
    r"url\s*\(|image\s*\(|image-set|src\s*\(|expression|javascript|behaviou?r|-moz-binding|@|\\|/\*|<|&|var\s*\(|attr\s*\(",
    re.IGNORECASE,
)
_NEGATIVE: Final = re.compile(r"(?:\A|\s)-\s*\d")  # a negative margin draws over what stands before it
_NOTHING: Final = re.compile(r"(?:\A|\s)0*\.?0*(?:px|pt|em|rem|%)?\s*\Z", re.IGNORECASE)
_HIDING: Final = frozenset({"font-size", "line-height", "height", "width", "max-width"})  # zero hides text
_TIGHT: Final = frozenset({"MsoNormal", "MsoPlainText", "MsoNoSpacing", "MsoListParagraph", "MsoListParagraphCxSpFirst", "MsoListParagraphCxSpMiddle", "MsoListParagraphCxSpLast"})  # fmt: skip
_OF_WORD: Final = re.compile(r"<(?:p|li|div)\s[^<>]*\bclass=[^<>]*>")
_CLASS: Final = re.compile(r'\sclass="[^"]*"')
_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_LONGEST_KNOWN: Final = 200  # characters of a style that is remembered
_REMEMBERED: Final = 64 * 1024  # characters; what is remembered stays small
_BLANKS: Final = re.compile(r"[\x00-\x20]+")


def clean(html: str, cids: frozenset[str]) -> str:
    """Return harmless, balanced HTML in one <div>; pictures only from the same mail (`cids`, without brackets).

    What must not be parsed (too large, too deep) comes back as its text.
    """
    return _known(html, cids) if len(html) <= _REMEMBERED else _cleaned(html, cids)


def _cleaned(html: str, cids: frozenset[str]) -> str:
    if html_guard.bomb(html):
        words = nh3.clean_text(html_guard.strip_tags(html))
        return f'<div style="white-space:pre-wrap">{words}</div>'

    def allowed(tag: str, attribute: str, value: str) -> str | None:
        return _attribute(tag, attribute, value, cids)

    body = nh3.clean(
        html_bodies.without_hidden(html),
        tags=set(_TAGS),
        clean_content_tags={
            "script",
            "style",
            "title",
            "template",
            "datalist",
            "svg",
            "math",
            "iframe",
            "object",
            "noembed",
            "noframes",
            "xmp",
            "plaintext",  # what follows it would stand there as source
            "noscript",
            "select",
        },
        attributes=_ATTRIBUTES,
        attribute_filter=allowed,
        filter_style_properties=set(_PROPERTIES),
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer",
        strip_comments=True,
        allowed_classes={"p": set(_TIGHT), "li": set(_TIGHT), "div": set(_TIGHT)},
    )
    return f"<div>{_tightened(_without_pictures_of_nothing(body))}</div>"


_known = lru_cache(maxsize=32)(_cleaned)  # one entry goes into several notices, one after the other


def _attribute(tag: str, attribute: str, value: str, cids: frozenset[str]) -> str | None:
    match attribute:
        case "style":
            return _style(value)
        case "src":
            source = value.strip()
            return source if source[:4].lower() == "cid:" and source[4:] in cids else None
        case "href":
            target = _BLANKS.sub("", value)
            return value.strip() if _LINK.match(target) else None
        case _ if tag == "img" and attribute in {"width", "height"}:
            return value if re.fullmatch(r"\s*\d{1,4}(?:px|%)?\s*", value) else None
        case _:
            return value


def _style(value: str) -> str | None:
    return _known_style(value) if len(value) <= _LONGEST_KNOWN else _harmless(value)


def _harmless(value: str) -> str | None:
    kept = [one.strip() for one in value.split(";") if _is_harmless(one)]
    return "; ".join(kept) or None


_known_style = lru_cache(maxsize=1024)(_harmless)  # a word processor writes the same style into every line


def _is_harmless(declaration: str) -> bool:
    name, colon, value = declaration.partition(":")
    name = name.strip().lower()
    if not colon or name not in _PROPERTIES or _DANGEROUS.search(value) or len(value) > 200:
        return False
    if name.startswith(("margin", "text-indent", "letter-spacing", "word-spacing")) and _NEGATIVE.search(value):
        return False
    return not (name in _HIDING and _NOTHING.search(value))


def _tightened(body: str) -> str:
    """Take the margins from Outlook's paragraphs: its own style sheet did, which is gone."""
    return _OF_WORD.sub(_without_margin, body) if "class=" in body else body


def _without_margin(found: re.Match[str]) -> str:
    tag = _CLASS.sub("", found[0])
    if "Mso" not in found[0] or "margin" in tag:
        return tag
    styled = tag.replace(' style="', ' style="margin:0;', 1)
    return styled if styled != tag else f'{tag[:-1]} style="margin:0">'


def _without_pictures_of_nothing(body: str) -> str:
    """Drop <img> that lost its source: a broken picture tells the reader nothing."""
    return re.sub(r"<img(?![^<>]*\ssrc=)[^<>]*>", lambda match: _alt(match[0]), body)


def _alt(tag: str) -> str:
    """Return the alternative text of a picture (already escaped), in brackets."""
    found = re.search(r'\salt="([^"]*)"', tag)
    return f"[{found[1]}]" if found and found[1].strip() else ""
