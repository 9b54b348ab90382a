"""The MIME tree of a message (RFC 2045, 2046): linear in its size, bounded in depth and parts, over one buffer.

The standard library's feed parser recurses by nesting and takes quadratic time for siblings and for attached messages
(A45), and it holds a message nine times over. Here a part is a header section and two offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.mail import headers_in, limits, parameters, transfer
from gateway.mail.headers_in import Section

_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+*-]+\Z")
_LOOSE_TYPE: Final = re.compile(r"([a-z0-9-]+)\s*/\s*([a-z0-9.+-]+)")
_HTML: Final = re.compile(rb"\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_GUESS: Final = re.compile(rb"(?m)^--([^\s-][^\r\n]{0,70}|-{1,40}[^\r\n-][^\r\n]{0,70}?)[ \t]*\r?$")
_GUESS_WITHIN: Final = 4096
_CANDIDATES: Final = 100_000  # places that look like a boundary; a mail with more is made to look so


@dataclass(frozen=True, slots=True)
class Part:
    """A node: a container with children, or a leaf with content still encoded."""

    section: Section
    type: str  # maintype/subtype, lower case
    parameters: dict[str, str]
    disposition: str  # inline | attachment | other words | ""
    file_name: str  # as the sender wrote it, decoded
    encoding: str  # base64 | qp | uu | ""
    encoded: bytes = field(repr=False, default=b"")  # a leaf's content
    children: tuple[Part, ...] = ()
    is_container: bool = False

    @property
    def content_id(self) -> str | None:
        """Return the Content-ID without angle brackets."""
        return self.section.value("content-id").strip().strip("<>").strip() or None

    @property
    def maintype(self) -> str:
        """Return what stands before the slash."""
        return self.type.partition("/")[0]


@dataclass(slots=True)
class _Tree:
    """What is counted while a tree is read."""

    raw: bytes
    parts: int = 0
    defects: list[str] = field(default_factory=list)

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def read(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """Read a whole message; second are the defects found. Never raises."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.removeprefix(b"\xef\xbb\xbf")  # saved by an editor
    tree = _Tree(raw)
    start = len(raw) - len(raw.lstrip(b"\r\n"))
    part = _part(tree, start, len(raw), "text/plain", 0)
    return part, tuple(tree.defects)


def leaves(part: Part) -> Iterator[Part]:
    """Give every leaf in the order of the message."""
    if not part.is_container:
        yield part
    for child in part.children:
        yield from leaves(child)


def _part(tree: _Tree, start: int, end: int, default: str, depth: int) -> Part:
    tree.parts += 1
    section, body = headers_in.read(tree.raw, start, end)
    for defect in section.defects:
        tree.note(defect)
    kind, params = _content_type(tree, section, body, default)
    disposition, its = parameters.parse(section.value("content-disposition"))
    encoding, odd = transfer.name(section.value("content-transfer-encoding"))
    if odd:
        tree.note(odd)
    part = Part(section, kind, params, disposition, parameters.file_name(its, params), encoding)
    if kind.startswith("multipart/"):
        return _container(tree, part, body, end, depth)
    return _with(part, encoded=tree.raw[body:end])


def _with(part: Part, *, encoded: bytes = b"", kind: str = "", children: tuple[Part, ...] | None = None) -> Part:
    return Part(
        part.section,
        kind or part.type,
        part.parameters,
        part.disposition,
        part.file_name,
        part.encoding,
        encoded,
        children or (),
        children is not None,
    )


def _content_type(tree: _Tree, section: Section, body: int, default: str) -> tuple[str, dict[str, str]]:
    written = section.value("content-type")
    kind, params = parameters.parse(written)
    if _TYPE.match(kind):
        return kind, params
    if written:
        tree.note(f"not a content type: {kind[:60]!r}")
        if loose := _LOOSE_TYPE.match(kind):
            return f"{loose[1]}/{loose[2]}", params
        if "html" in kind:
            return "text/html", params
        if kind == "multipart" or (kind.startswith("multipart") and "boundary" in params):
            return "multipart/mixed", params
        if params.get("name") or section.value("content-disposition").lower().startswith("attachment"):
            return "application/octet-stream", params
    elif default == "text/plain" and _HTML.match(tree.raw, body):
        return "text/html", params
    return default, params


def _container(tree: _Tree, part: Part, body: int, end: int, depth: int) -> Part:
    """Read the parts of a multipart; without any, its content is text."""
    if depth >= limits.DEPTH:
        tree.note("nested too deeply")
        return _with(part, encoded=tree.raw[body:end], kind="application/octet-stream")
    if part.encoding:
        return _encoded_container(tree, part, body, end, depth)
    spans = _spans(tree, part.parameters.get("boundary", "").strip(), body, end)
    if not spans:
        tree.note("multipart without parts")
        kind = "text/html" if _HTML.match(tree.raw, body) else "text/plain"
        return _with(part, encoded=tree.raw[body:end], kind=kind)
    default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
    children: list[Part] = []
    for first, last in spans:
        if tree.parts >= limits.PARTS:
            tree.note("too many parts, the rest was not read")
            break
        children.append(_part(tree, first, last, default, depth + 1))
    return _with(part, children=tuple(children))


def _encoded_container(tree: _Tree, part: Part, body: int, end: int, depth: int) -> Part:
    """Read a multipart that names an encoding, which it must not; some encode it nonetheless."""
    plain = Part(part.section, part.type, part.parameters, part.disposition, part.file_name, "")
    if not _spans(_Tree(tree.raw), part.parameters.get("boundary", "").strip(), body, end):
        tree.note("encoded multipart")
        decoded = transfer.decode(tree.raw[body:end], part.encoding)[0]
        inner = _Tree(decoded, tree.parts, tree.defects)
        part = _container(inner, plain, 0, len(decoded), depth + 1)
        tree.parts = inner.parts
        return part
    return _container(tree, plain, body, end, depth)


def _spans(tree: _Tree, boundary: str, body: int, end: int) -> list[tuple[int, int]]:
    """Find where each part begins and ends."""
    spans = _between(tree, boundary.encode("utf-8", "surrogateescape"), body, end) if boundary else []
    if spans:
        return spans
    guess = _GUESS.search(tree.raw, body, min(end, body + _GUESS_WITHIN))
    if guess and (tree.raw.find(b"--" + guess[1], guess.end(), end) >= 0 or not boundary):
        spans = _between(tree, guess[1], body, end)
    if spans:
        tree.note("boundary is missing or wrong, guessed")
    return spans


def _between(tree: _Tree, boundary: bytes, body: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    closed = False
    for start, after, closing in _delimiters(tree.raw, b"--" + boundary, body, end):
        if opened is not None:
            spans.append((opened, max(opened, _before_line_end(tree.raw, start))))
        if closed and not closing:
            tree.note("parts after the closing boundary")
        opened, closed = (None if closing else after), closed or closing
        if len(spans) > limits.PARTS:
            return spans
    if opened is not None:
        tree.note("closing boundary is missing")
        if tree.raw[opened:end].strip() or not spans:
            spans.append((opened, end))
    return spans


def _delimiters(raw: bytes, delimiter: bytes, body: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Give start, end and whether it closes, of each delimiter line; a longer boundary that begins alike is none."""
    position = body
    for _ in range(_CANDIDATES):
        start = raw.find(delimiter, position, end)
        if start < 0:
            return
        position = start + len(delimiter)
        if start > body and raw[start - 1 : start] not in {b"\n", b"\r"}:
            continue
        line_end = raw.find(b"\n", position, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[position : min(line_end, position + 200)].strip()
        if rest in {b"", b"--"} and line_end - position < 200:
            position = min(line_end + 1, end)
            yield start, position, rest == b"--"


def _before_line_end(raw: bytes, start: int) -> int:
    """Step back over the line end that belongs to the delimiter."""
    if raw[start - 1 : start] == b"\n":
        start -= 1
    return start - 1 if raw[start - 1 : start] == b"\r" else start
