"""The Markdown of a template, still with tokens: as HTML, and as blocks of text to be filled and wrapped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gateway.render import prose
from gateway.render.values import TOKEN, Link

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
_ALONE = re.compile(r"<p>\s*(zqb\d+qz)\s*</p>")
_URL_TOKEN = re.compile(r"zq([biu])(\d+)qz")
_URL_TOKEN_NUMBER = re.compile(r"zqu(\d+)qz")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the text part: what stands before its first and its other lines, and its text with tokens."""

    text: str
    first: str = ""
    rest: str = ""
    tight: bool = False  # no empty line before it
    buttons: bool = False  # links only; those to mailto: are for the HTML, the words beside them say what to answer


@dataclass(frozen=True, slots=True)
class Body:
    """A body in both forms; values are filled in later."""

    html: str
    blocks: tuple[Block, ...]
    heading: bool  # has an h1 of its own


@lru_cache(maxsize=512)
def body(source: str) -> Body:
    """Read Markdown whose values are tokens."""
    tokens = _MARKDOWN.parse(source)
    for opening, inline in pairwise(tokens):
        if opening.type == "paragraph_open" and _only_links(inline):
            opening.attrSet("class", "buttons")
            for child in inline.children or ():
                if child.type == "link_open":
                    child.attrSet("class", "button")
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    heading = any(token.tag == "h1" for token in tokens)
    return Body(_ALONE.sub(r'<div class="words">\1</div>', html), tuple(_blocks(tokens)), heading)


def text(blocks: Sequence[Block], values: Sequence[Any]) -> str:
    """Fill the blocks and wrap them."""
    out: list[str] = []
    quoted = ""
    for block in blocks:
        written = _without_mailto(block.text, values) if block.buttons else block.text
        filled = _filled(written, values).strip("\n")
        if not filled.strip():
            continue
        if out and not block.tight:
            out.append(block.rest.rstrip() if block.rest and block.rest == quoted else "")
        out.append(prose.wrapped(filled, block.first, block.rest))
        quoted = block.rest
    return "\n".join(out)


def _filled(template: str, values: Sequence[Any]) -> str:
    return _URL_TOKEN.sub(lambda found: _as_text(found[1], values[int(found[2])]), template)


def _as_text(kind: str, value: Any) -> str:
    if kind != "u":
        return str(value)
    return f" <{value}>"


def _without_mailto(template: str, values: Sequence[Any]) -> str:
    lines = template.split("\n")
    return "\n".join(
        line for line in lines if not any(isinstance(values[int(n)], Link) for n in _URL_TOKEN_NUMBER.findall(line))
    )


def _only_links(inline: Token) -> bool:
    depth, links = 0, 0
    for child in inline.children or ():
        depth += child.nesting
        links += child.type == "link_open"
        blank = child.type in {"softbreak", "hardbreak"} or not child.content.strip()
        if not depth and child.type != "link_close" and not blank:
            return False
    return links > 0


def _blocks(tokens: Sequence[Token]) -> list[Block]:
    """Walk the block tokens with a stack of what each container puts before its lines."""
    blocks: list[Block] = []
    stack: list[_Container] = []
    after_heading = False
    for n, token in enumerate(tokens):
        if token.type in {"blockquote_open", "bullet_list_open", "ordered_list_open", "list_item_open"}:
            _open(stack, token)
        elif token.type in {"blockquote_close", "bullet_list_close", "ordered_list_close", "list_item_close"}:
            stack.pop()
        elif token.type in {"inline", "fence", "code_block", "hr"}:
            opening = tokens[n - 1].type
            block = _block(token, stack, buttons=tokens[n - 1].attrGet("class") == "buttons")
            item = bool(stack) and stack[-1].item
            tight = (
                after_heading or (item and block.first != block.rest and stack[-2].items > 1) or opening == "td_open"
            )
            blocks.append(replace(block, tight=tight, buttons=tokens[n - 1].attrGet("class") == "buttons"))
            after_heading = opening == "heading_open" and tokens[n - 1].tag != "h1"
    return blocks


@dataclass(slots=True)
class _Container:
    first: str
    rest: str
    item: bool = False
    ordered: bool = False
    items: int = 0


def _open(stack: list[_Container], token: Token) -> None:
    match token.type:
        case "blockquote_open":
            stack.append(_Container("> ", "> "))
        case "list_item_open":
            stack[-1].items += 1
            mark = f"{stack[-1].items}. " if stack[-1].ordered else "– "
            stack.append(_Container(mark, " " * len(mark), item=True))
        case _:
            stack.append(_Container("", "", ordered=token.type == "ordered_list_open"))


def _block(token: Token, stack: list[_Container], *, buttons: bool) -> Block:
    first, rest = "".join(one.first for one in stack), "".join(one.rest for one in stack)
    for one in stack:  # an item's mark stands before its first block only
        one.first = one.rest
    if token.type == "hr":
        return Block("-" * 24, first, rest)
    if token.type != "inline":
        return Block("\n".join("    " + line for line in token.content.rstrip("\n").split("\n")), first, rest)
    words = _inline(token.children or ())
    return Block(
        "\n".join(line.strip() for line in words.split("\n") if line.strip()) if buttons else words, first, rest
    )


def _inline(children: Sequence[Token]) -> str:
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        match child.type:
            case "softbreak" | "hardbreak":
                out.append("\n")
            case "link_open":
                links.append((str(child.attrGet("href") or ""), len(out)))
            case "link_close":
                href, start = links.pop()
                if href != "".join(out[start:]):
                    found = TOKEN.fullmatch(href)
                    out.append(f"zqu{found[2]}qz" if found else f" <{href}>")
            case "image":
                out.append(f"[{child.content}]")
            case _:
                out.append(child.content)
    return "".join(out)
