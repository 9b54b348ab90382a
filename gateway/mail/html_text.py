"""HTML bodies as text, losing nothing a reader would have seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.mail.html_tags import BLOCKS

_SPACED: Final = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "dl"]
)  # an empty line before and after
_UNSEEN: Final = frozenset(
    ["script", "style", "head", "title", "template", "svg", "math", "iframe", "embed", "datalist", "plaintext"]
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
_MAY_HIDE: Final = re.compile("style|hidden", re.IGNORECASE)
_NO_MARGIN: Final = re.compile(r"margin\s*:\s*0(?:[a-z]{2})?\s*(?:;|\Z)|margin-bottom\s*:\s*0*\.?0+", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_NODES: Final = 200_000
_CELL: Final = "\0"  # between cells, until white space is collapsed; a document has none
_RULE: Final = "-" * 20


def to_text(html: str) -> str:
    """Return the text of a document that passed `bomb`: paragraphs, lists, table cells by tab, "> " for quotes, links as text <url>."""
    document = LexborHTMLParser(html.replace("\0", ""))
    root = document.body or document.root
    writer = _Writer()
    if root is not None:
        _walk(root, writer)
    return writer.text()


def without_hidden(html: str) -> str:
    """Return a document that passed `bomb` without the elements that `to_text` does not read.

    Whoever takes styles away would show them; what nobody checked as text must not become visible.
    """
    if not _MAY_HIDE.search(html):
        return html
    document = LexborHTMLParser(html.replace("\0", ""))
    hidden = [node for node in document.css("[style], [hidden]") if _is_hidden(node.attributes)]
    for node in reversed(hidden):  # inner ones first: what is freed takes its children along
        node.decompose()
    return document.html or "" if hidden else html


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return bool(_HIDDEN.search(attributes.get("style") or "")) or "hidden" in attributes


@dataclass(slots=True)
class _Writer:
    """Collects lines; knows where it is: quote depth, list, preformatted text."""

    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    quote: int = 0
    quote_before: int = 0  # of the last line written
    preformatted: int = 0
    lists: list[list[int | None]] = field(default_factory=list)  # a counter, or None for bullets
    gap: bool = False  # an empty line is due before the next text

    def end_line(self) -> None:
        whole = "".join(self.words)
        self.words.clear()
        if not self.preformatted:
            whole = _BLANKS.sub(" ", whole).replace(_CELL, "\t").strip(" \t")
        if not whole:
            return
        if self.gap and self.lines:
            self.lines.append(("> " * min(self.quote, self.quote_before)).rstrip())
        self.gap, self.quote_before = False, self.quote
        self.lines.extend((self._prefix() + line).rstrip() for line in whole.split("\n"))

    def line_break(self) -> None:
        if "".join(self.words).strip(" \t\r\n"):
            self.end_line()
        else:
            self.words.clear()
            if self.lines and not self.gap:
                self.lines.append(self._prefix().rstrip())

    def rule(self) -> None:
        self.end_line()
        self.lines.append(self._prefix() + _RULE)

    def item(self) -> None:
        """Begin a list item."""
        if not self.lists:
            return
        counter = self.lists[-1]
        if counter[0] is not None:
            counter[0] += 1
        self.words.append("\u2003" * (len(self.lists) - 1) + ("* " if counter[0] is None else f"{counter[0]}. "))

    def text(self) -> str:
        self.end_line()
        lines = (line.replace("\xa0", " ").replace("\u2003", "  ").rstrip() for line in self.lines)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

    def _prefix(self) -> str:
        return "> " * self.quote


def _walk(root: LexborNode, writer: _Writer) -> None:
    """Visit every node with a stack of our own: documents may be deeper than Python's."""
    stack: list[tuple[LexborNode | None, str]] = [(root, "")]  # (node, "") to enter, (None, tag) to leave
    for _ in range(_NODES):
        if not stack:
            return
        node, left = stack.pop()
        if node is None:
            _leave(left, writer)
        elif node.tag == "-text":
            writer.words.append(node.text_content or "")
        elif _enter(node, writer, stack):
            first = len(stack)
            child = node.child
            while child is not None:
                stack.append((child, ""))
                child = child.next
            stack[first:] = stack[first:][::-1]
    writer.words.append(" […]")


def _enter(node: LexborNode, writer: _Writer, stack: list[tuple[LexborNode | None, str]]) -> bool:
    """Open an element; tell whether its content shall be visited."""
    tag = node.tag or ""
    if tag in _UNSEEN or tag[:1] in {"-", "_", "!"}:
        return False
    attributes = node.attributes
    style = attributes.get("style") or ""
    if _is_hidden(attributes):
        return False
    match tag:
        case "br":
            writer.line_break()
        case "hr":
            writer.rule()
        case "img":
            writer.words.append(_picture(attributes))
        case "a":
            stack.append((None, _link(node, attributes)))
        case "td" | "th":
            if "".join(writer.words).strip():
                writer.words.append(_CELL)
        case _ if tag in BLOCKS:
            spaced = tag in _SPACED and not _is_tight(attributes, style)
            _open_block(tag, writer, spaced=spaced)
            stack.append((None, tag if spaced else f"{tag}-"))
        case _:
            pass
    return True


def _is_tight(attributes: dict[str, str | None], style: str) -> bool:
    """Tell whether a paragraph has no margin: Outlook writes each line as one."""
    return "MsoNormal" in (attributes.get("class") or "") or bool(style and _NO_MARGIN.search(style))


def _open_block(tag: str, writer: _Writer, *, spaced: bool) -> None:
    writer.end_line()
    writer.gap = writer.gap or spaced
    match tag:
        case "blockquote":
            writer.quote += 1
        case "pre":
            writer.preformatted += 1
        case "ul" | "ol":
            writer.gap = writer.gap and not writer.lists  # a list in a list follows at once
            writer.lists.append([0 if tag == "ol" else None])
        case "li":
            writer.item()
        case _:
            pass


def _leave(left: str, writer: _Writer) -> None:
    """Close an element: a block's tag, a tag and "-" for one without margins, or the " <url>" of a link."""
    if left.startswith(" ") or not left:
        writer.words.append(left)
        return
    tag = left.rstrip("-")
    writer.end_line()
    writer.gap = writer.gap or (tag == left and len(writer.lists) < (2 if tag in {"ul", "ol"} else 99))
    match tag:
        case "blockquote":
            writer.quote -= 1
        case "pre":
            writer.preformatted -= 1
        case "ul" | "ol":
            writer.lists.pop()
        case _:
            pass


def _picture(attributes: dict[str, str | None]) -> str:
    """Return [alt] for a picture that is in the mail or says something; trackers and spacers are neither."""
    alt = _BLANKS.sub(" ", attributes.get("alt") or "").strip()
    source = attributes.get("src") or ""
    if source.startswith("cid:"):
        return f"[{alt or 'image'}]"
    return f"[{alt}]" if alt else ""


def _link(node: LexborNode, attributes: dict[str, str | None]) -> str:
    """Return " <url>" where the text of a link does not show it already, else nothing."""
    url = (attributes.get("href") or "").strip()
    if not url.lower().startswith(("http://", "https://")):
        return ""
    words = _BLANKS.sub("", node.text(deep=True))
    bare = re.sub(r"\Ahttps?://(?:www\.)?|/\Z", "", url, flags=re.IGNORECASE)
    shown = re.sub(r"\Ahttps?://(?:www\.)?|/\Z", "", words, flags=re.IGNORECASE)
    return "" if not words or bare == shown else f" <{_BLANKS.sub('', url)}>"
