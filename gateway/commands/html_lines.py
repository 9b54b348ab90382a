"""Takes lines out of HTML: the blocks that show a command or key as a line of their own.

Clients write one line as a `<p>`, a `<div>`, a list item, a table cell, or a run between two `<br>`; bold, spans and
links may stand inside. A line is what a person sees between two breaks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.commands.autolinks import without_autolinks
from gateway.commands.grammar import looks_like_command
from gateway.commands.keyline import take_key
from gateway.commands.spelling import bare, tidy
from gateway.mail.html_tags import BLOCKS, TABLE_PARTS

_BLOCKS = BLOCKS | TABLE_PARTS
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})
_LEFT_EMPTY = frozenset(
    {"p", "div", "li", "ul", "ol", "span", "b", "strong", "i", "em", "u", "font", "a", "h1", "h2", "h3", "pre"}
)
_FULL = "img, hr, table, input, video, object"
_FOREIGN = "iframe, svg, math, object, embed, textarea, select, button, noscript, template, frameset, title, script"
"""What no mail client writes and every reader breaks into lines in his own way."""
_MARK = "data-emptied"
_DEEPEST = 256
_SIGNS = " *_•·-–—.0123456789)(~`>|"


@dataclass(slots=True)
class _Run:
    """What a person sees between two breaks: its text nodes and the `<br>` that ends it."""

    nodes: list[LexborNode] = field(default_factory=list)
    end: LexborNode | None = None

    def written(self) -> str:
        return "".join(node.text_content or "" for node in self.nodes)

    def text(self) -> str:
        return tidy(self.written())


def without_lines(html: str, gone: Collection[str], last: Sequence[str] = ()) -> str | None:
    """Return the HTML without the lines in `gone` (tidied), or None where one is left or the tree is too odd.

    Of each line in `last`, a signature's, only the last one goes: "Anna" may stand in the text as well.
    None is the safe answer: the customer then gets the text alone.
    """
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None or body.css_first(_FOREIGN) is not None or _depth_over(body):
        return None
    wanted = {_bare(line) for line in gone}
    runs = [(_bare(run.text()), run) for run in _runs(body) if run.nodes]
    for run in [run for text, run in runs if text in wanted] + _last_ones(
        [r for r in runs if r[0] not in wanted], last
    ):
        _take_out(run)
    _clear(body)
    if any(_suspicious(run) for run in _runs(body)):
        return None
    return body.inner_html


def _last_ones(runs: list[tuple[str, _Run]], lines: Sequence[str]) -> list[_Run]:
    """Return the run of each line, found from the end upwards; each run once."""
    found, end = [], len(runs)
    for line in filter(None, map(_bare, reversed(lines))):
        at = next((at for at in range(end - 1, -1, -1) if runs[at][0] == line), None)
        if at is not None:
            found.append(runs[at][1])
            end = at
    return found


def _bare(line: str) -> str:
    """Return what a line of the text part and the same line of the HTML have in common."""
    return bare(without_autolinks(line).strip(_SIGNS))


def _suspicious(run: _Run) -> bool:
    """Say whether something like a command or key is left; `<pre>` and its like show line feeds as they are."""
    lines = [run.text(), *run.written().split("\n")]
    return any(looks_like_command(line) or take_key(line)[0] is not None for line in lines)


def _depth_over(body: LexborNode) -> bool:
    depth = 0
    for node, leaving in _walk(body):
        if node.first_child is not None and node.tag not in _UNSEEN:
            depth += -1 if leaving else 1
        if depth > _DEEPEST:
            return True
    return False


def _runs(body: LexborNode) -> Iterator[_Run]:
    """Yield the lines of the body in order; breaks are blocks that begin or end, and `<br>`."""
    run = _Run()
    for node, leaving in _walk(body):
        if node.is_text_node:
            if not leaving:
                run.nodes.append(node)
        elif node.tag == "br":
            if not leaving:
                run.end = node
                yield run
                run = _Run()
        elif node.tag in _BLOCKS and run.nodes:
            yield run
            run = _Run()
    yield run


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yield every node below the root when it is entered and when it is left, without recursion."""
    node = root.first_child
    while node is not None:
        yield node, False
        below = None if node.tag in _UNSEEN else node.first_child
        if below is not None:
            node = below
            continue
        while node is not None:
            yield node, True
            if node.next is not None:
                node = node.next
                break
            parent = node.parent
            node = None if parent is None or parent.mem_id == root.mem_id else parent


def _take_out(run: _Run) -> None:
    """Take out the text and the break of the run; the elements around it are only marked.

    A node belongs to one run, an element to several: whoever frees an element frees the nodes of others with it.
    """
    if run.end is not None:
        run.end.decompose()
    for node in run.nodes:
        if node.parent is not None:
            node.parent.attrs[_MARK] = ""
        node.decompose()


def _clear(body: LexborNode) -> None:
    """Remove the marked elements that have nothing left to show, and those around them."""
    while (node := body.css_first(f"[{_MARK}]")) is not None:
        parent = node.parent
        if node.tag in _LEFT_EMPTY and _empty(node):
            if parent is not None and parent.tag in _LEFT_EMPTY:
                parent.attrs[_MARK] = ""
            node.decompose()
        else:
            del node.attrs[_MARK]


def _empty(node: LexborNode) -> bool:
    return not tidy(node.text(deep=True)) and all(not below.css_matches(_FULL) for below, _ in _walk(node))
