"""Cut the quoted mail out of an HTML body: clients mark it with classes and ids, which no text can tell.

The result is only believed where it agrees with the text, so that text and HTML never show different things.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.mail.banners import is_banner, lines_on_top
from gateway.mail.header_block import label
from gateway.mail.html_text import to_text
from gateway.mail.lines import MOST_LINES, SCAN_LIMIT, index_of_visible, squeezed
from gateway.mail.quote_text import Split, split_text

_AND_ALL_BEHIND: Final = (
    "#divRplyFwdMsg, #appendonsend, #mail-editor-reference-message-container, hr#stopSpelling, hr#zwchr, "
    "#OLK_SRC_BODY_SECTION, #isReplyContent, #ms-outlook-mobile-body-separator-line, .OutlookMessageHeader, #x_divRplyFwdMsg, "
    "a[name='_MailOriginal'], a[name='_MailEndCompose'] + div[style*='border-top']"
)
_QUOTES: Final = (
    "blockquote[type=cite], blockquote.gmail_quote, div.moz-cite-prefix, "
    ".yahoo_quoted, [id^=yahoo_quoted], .protonmail_quote, .tutanota_quote, .zmail_extra, .zmail_extra_hr, .moz-email-headers-table, "
    "div[name=quote], [name=messageReplySection], .nh_extra, .freshdesk_quote, .missive_quote, .ymail_android_signature_quote, div.hubspot-quote, #reply-intro, .front-blockquote, div[class^=AppleMailQuote], "
    ".gmail_attr, blockquote[id^=iosymail], #protonmail_mobile_signature_block_quote, .replyHeader + blockquote, #replybody1, #origbody"
)
_SIGNATURES: Final = (
    "[name=messageSignatureSection], .gmail_signature, .gmail_signature_prefix, .moz-signature, #ms-outlook-mobile-signature, .protonmail_signature_block, "
    "#Signature, #signature, .x_signature, #AppleMailSignature, .ms-outlook-ios-signature, #yahoo-mobile-signature, .ymail_android_signature"
)
_BORDERED: Final = "div[style*=border-top], div[style*=BORDER-TOP], td[style*=border-top]"
_BORDER_TOP: Final = re.compile(
    r"border-top(?:-style|-color|-width)?\s{0,3}:\s{0,3}[^;]{0,60}(?:solid|#e1e1e1|#b5c4df|rgb|1pt)|border-top-style",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(r"\W?[^\W\d_][\w '’.-]{0,24}\s?[:：]\W?(?:\s|$)")
_MOST_NODES: Final = 20_000
_NEEDLE: Final = 24


@dataclass(frozen=True, slots=True)
class Remainder:
    """HTML without what was quoted, and the signature that was taken out, as text."""

    html: str
    signature: str
    cut: bool


def refine(by_text: Split, text: str, html: str) -> Split:
    """Better a split by text with what the HTML marks, and find the HTML that belongs to the new text."""
    if len(text) > SCAN_LIMIT or text.count("\n") > MOST_LINES or html.count("<") > _MOST_NODES:
        return by_text
    remainder = cut(html, banner=lines_on_top(text[:4000].split("\n")) > 0)
    rendered = to_text(remainder.html)
    by_html = split_text(rendered) if rendered.strip() else None
    if by_html is None or by_text.why.startswith("forwarded:"):
        return by_text
    better = _choose(by_text, by_html, remainder, text)
    return replace(better, new_html=_html_of(better.new_text, rendered, remainder.html))


def _choose(by_text: Split, by_html: Split, remainder: Remainder, text: str) -> Split:
    """Take the HTML's word where it leaves less, and what it leaves begins or ends the text."""
    new, other = squeezed(by_text.new_text), squeezed(by_html.new_text)
    if not other or len(other) > len(new) or (len(other) == len(new) and (by_text.quoted_text or not remainder.cut)):
        return by_text
    whole = squeezed(text)
    lead = whole.find(other[:2000])
    if lead < 0 or whole[lead : lead + len(other)] != other:
        return by_text
    before, rest = _parted(text, lead, len(other))
    kept = text[before : before + rest].strip()
    behind = text[before + rest :].strip("\n")
    signed = _signature_length(behind, remainder.signature) if remainder.signature else 0
    quoted = "\n".join(part for part in (text[:before].strip("\n"), behind[signed:].strip("\n")) if part)
    signature = behind[:signed].strip("\n")
    if by_html.signature and not signature and by_html.signature in quoted:
        quoted, signature = quoted.replace(by_html.signature, "", 1).strip("\n"), by_html.signature
    why = "the HTML marks the quoted mail" if remainder.cut else by_html.why
    return Split(kept, quoted, signature, None, why)


def _parted(text: str, lead: int, length: int) -> tuple[int, int]:
    """Turn a place counted in visible characters into (start, length) in the text."""
    start = index_of_visible(text, lead)
    return start, index_of_visible(text[start:], length)


def _signature_length(behind: str, signature: str) -> int:
    wanted = squeezed(signature)
    return (
        index_of_visible(behind, len(wanted))
        if wanted and squeezed(behind[: len(signature) * 2 + 200]).startswith(wanted)
        else 0
    )


def _html_of(new_text: str, rendered: str, html: str) -> str | None:
    """Return the HTML whose text is the new text; None where no such cut was found."""
    wanted = squeezed(new_text)
    if squeezed(rendered).rstrip("-_") == wanted:
        return html
    shortened = _cut_behind(html, rendered, wanted)
    if shortened is None or squeezed(to_text(shortened)).rstrip("-_") != wanted:
        return None
    return shortened


def cut(html: str, *, banner: bool = True) -> Remainder:
    """Take out what clients mark as quoted, as signature, or as a banner of the mail system."""
    tree = LexborHTMLParser(html)
    before = len(tree.html or "")
    signed = _take_signatures(tree)
    if banner:
        _take_banner(tree)
    after = len(tree.html or "")
    for node in tree.css(_AND_ALL_BEHIND):
        _remove_with_all_behind(node)
    for node in tree.css(_BORDERED):
        if _opens_header_block(node):
            _remove_with_all_behind(node)
            break
    if not _answers_between_quotes(tree):
        for node in tree.css("div.gmail_quote"):
            _take_gmail_quote(node)
        for node in tree.css(_QUOTES):
            node.decompose()
    return Remainder(tree.html or "", signed, len(tree.html or "") != after and before > 0)


def _take_signatures(tree: LexborHTMLParser) -> str:
    taken = []
    for node in tree.css(_SIGNATURES):
        if _inside_quote(node):
            continue
        taken.append(to_text(node.html or "").strip())
        node.decompose()
    return "\n".join(part for part in taken if part)


def _inside_quote(node: LexborNode) -> bool:
    """Signatures of older mails go with their quote. The climb is bounded: a body is no deeper than 256."""
    parent = node.parent
    for _ in range(256):
        if parent is None or parent.tag == "body":
            return False
        classes = parent.attributes.get("class") or ""
        if parent.tag == "blockquote" or "yahoo_quoted" in classes:
            return True
        parent = parent.parent
    return True


def _take_banner(tree: LexborHTMLParser) -> None:
    for node in tree.css("table, div, p")[:8]:
        inner = node.html or ""
        if len(inner) < 8000 and is_banner(to_text(inner)):
            node.decompose()
            return


def _opens_header_block(node: LexborNode) -> bool:
    if not _BORDER_TOP.search(node.attributes.get("style") or ""):
        return False
    lines = [line for line in to_text((node.html or "")[:6000]).split("\n") if line.strip()]
    return bool(lines) and (label(lines[0]) is not None or _looks_like_headers(lines[:6]))


def _looks_like_headers(lines: list[str]) -> bool:
    """Whether lines under a ruler are headers in a language that we do not know: four labels, an address or a date."""
    labelled = [line for line in lines if _LABELLED.match(line)]
    return len(labelled) >= 4 and labelled[0] == lines[0] and any(sign in "".join(lines) for sign in "@0123456789")


def _remove_with_all_behind(node: LexborNode) -> None:
    """Remove a node and everything after it in the document."""
    current: LexborNode | None = node
    keep: list[LexborNode] = []
    for _ in range(256):
        if current is None or current.tag in ("body", "html"):
            break
        keep.append(current)
        current = current.parent
    for ancestor in keep:
        following = ancestor.next
        while following is not None:
            beyond = following.next
            following.decompose()
            following = beyond
    before = node.prev
    if before is not None and before.tag == "hr":
        before.decompose()
    node.decompose()


def _take_gmail_quote(node: LexborNode) -> None:
    """Remove what stands down to the blockquote; people answer below it. Without one it is all older mail."""
    quoted = node.css_first("blockquote")
    if quoted is None:
        node.decompose()
        return
    if quoted.parent is None or quoted.parent.mem_id != node.mem_id:
        return
    before = quoted.prev
    while before is not None:
        above = before.prev
        before.decompose()
        before = above


def _answers_between_quotes(tree: LexborHTMLParser) -> bool:
    """Whether there are words between two quoted pieces of one mail: then nothing may be cut out."""
    quotes = [node for node in tree.css("blockquote[type=cite], blockquote.gmail_quote") if not _inside_quote(node)]
    return len(quotes) > 1 and any(_words_behind(node) for node in quotes[:-1])


def _words_behind(node: LexborNode) -> bool:
    """Whether something was written between this quoted piece and the next."""
    following = node.next
    while following is not None and following.tag != "blockquote":
        if (following.text() or "").strip():
            return following.tag == "-text" or following.css_first("blockquote") is None
        following = following.next
    return False


def _cut_behind(html: str, rendered: str, wanted: str) -> str | None:
    """Cut the document behind the wanted words, if a text node begins there; `rendered` is its text."""
    whole = squeezed(rendered)
    behind = whole[len(wanted) :].lstrip("-_>*")[:_NEEDLE]
    tree = LexborHTMLParser(html)
    if not whole.startswith(wanted) or not behind or tree.body is None:
        return None
    nodes = [node for node in tree.body.traverse(include_text=True) if node.tag == "-text"]
    texts = [squeezed(node.text(deep=False) or "") for node in nodes]
    starts = list(accumulate(map(len, texts), initial=0))
    words = "".join(texts)
    at = len(wanted) if words.startswith(wanted) else words.find(behind, max(0, len(wanted) - _NEEDLE))
    number = bisect_right(starts, at) - 1
    if at <= 0 or number >= len(nodes) or words[starts[number] : at].strip("-_>*"):
        return None
    first = nodes[number]
    _remove_with_all_behind(first)
    return tree.html
