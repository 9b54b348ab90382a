"""Which part of a message is the text that a reader sees, and which are files beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final

from gateway.mail import (
    attachments,
    calendar_text,
    charset,
    flowed,
    fuller,
    html_guard,
    html_text,
    limits,
    text,
    tnef,
    transfer,
)
from gateway.mail.headers_in import Field, Section
from gateway.mail.structure import Part

# Kinds of text that are files for a reader, wherever they stand.
_FILES: Final = frozenset(
    {
        "calendar",
        "csv",
        "vcard",
        "x-vcard",
        "directory",
        "rtf",
        "css",
        "xml",
        "javascript",
        "rfc822-headers",
        "x-patch",
        "x-diff",
    }
)
_META: Final = re.compile(rb"<meta\s[^<>]{0,200}charset\s{0,3}=[\s\"']{0,3}([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_META_WITHIN: Final = 4096
_HEADER: Final = re.compile(rb"\s{0,10}(?:From |[A-Za-z][A-Za-z0-9-]{1,60}:[ \t])")
_TYPE: Final = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}")
_TAGGED: Final = frozenset({"enriched", "richtext"})
_OTHER_FORMS: Final = frozenset(
    {"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext", "text/plain", "text/html"}
)


@dataclass(frozen=True, slots=True)
class File:
    """A leaf that is no body: its content decoded."""

    part: Part
    content: bytes = field(repr=False)
    related: bool  # stands in multipart/related: a picture of the text


@dataclass(frozen=True, slots=True)
class Piece:
    """One body part: its text, and its HTML if it was HTML."""

    text: str
    html: str | None


@dataclass(slots=True)
class Bodies:
    """What was found in a tree, in the order of the message."""

    pieces: list[Piece] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)  # every text/plain leaf as read, for delivery reports
    digests: list[bytes] = field(default_factory=list)  # decoded content of every leaf
    defects: list[str] = field(default_factory=list)
    is_rendered: bool = True  # HTML as text; not where there is a plain form of it

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "\n\n".join(piece.text for piece in self.pieces if piece.text)

    @property
    def html(self) -> str | None:
        """Return the whole HTML body, plain pieces made HTML; None where no piece is HTML."""
        if not any(piece.html is not None for piece in self.pieces):
            return None
        if len(self.pieces) == 1:
            return self.pieces[0].html
        shown = [piece for piece in self.pieces if piece.html is not None or piece.text]
        return "\n".join(piece.html if piece.html is not None else _as_html(piece.text) for piece in shown)


def find(root: Part) -> Bodies:
    """Sort the leaves of a message into text and files."""
    bodies = Bodies()
    _visit(root, bodies, is_root=True)
    if not bodies.text and not bodies.html:
        _read_calendar(bodies)
    return bodies


def _read_calendar(bodies: Bodies) -> None:
    """Let an invitation that stands alone be the text; it is a file all the same."""
    invitation = next((file for file in bodies.files if file.part.type == "text/calendar"), None)
    if invitation is not None:
        words = charset.decode(invitation.content[: limits.NEW_TEXT], invitation.part.parameters.get("charset"))[0]
        bodies.pieces.append(Piece(text.body(calendar_text.to_text(words)), None))


def _as_html(plain: str) -> str:
    return f'<div style="white-space: pre-wrap">{escape(plain)}</div>'


def _visit(part: Part, bodies: Bodies, *, is_root: bool = False, related: bool = False) -> None:
    if not part.is_container:
        _leaf(part, bodies, is_root=is_root, related=related)
        return
    match part.type:
        case "multipart/alternative":
            _alternative(part, bodies)
        case "multipart/related":
            _related(part, bodies)
        case "multipart/encrypted":
            for child in part.children:
                _files_of(child, bodies)
        case _:
            for child in part.children:
                _visit(child, bodies, related=related)


def _related(part: Part, bodies: Bodies) -> None:
    """Read the root of a compound object (RFC 2387), and beside it its pictures."""
    start = part.parameters.get("start", "").strip().strip("<>")
    main = next((child for child in part.children if start and child.content_id == start), part.children[0])
    if not _has_text(main):  # pictures first: some senders mean mixed
        main = next((child for child in part.children if _has_text(child)), main)
    _visit(main, bodies)
    for child in part.children:
        if child is not main:
            _visit(child, bodies, related=True)


def _alternative(part: Part, bodies: Bodies) -> None:
    """Take the plain form as text and the richest as HTML; what is no form of the text is a file."""
    plain, rich = Bodies(), Bodies()
    for child in part.children:
        if _has(child, "text/html"):
            continue
        if child.is_container or child.type == "text/plain":
            _visit(child, plain)
        elif child.type in _OTHER_FORMS:
            _visit(child, Bodies() if plain.text else plain)
        else:
            _files_of(child, bodies)
    rich.is_rendered = not plain.text
    for child in part.children:
        if _has(child, "text/html"):
            _visit(child, rich)
    if rich.pieces:
        bodies.pieces.append(Piece(_fullest(plain.text, rich), rich.html))
    else:
        bodies.pieces += plain.pieces
    for side in (plain, rich):
        bodies.files += side.files
        bodies.plain += side.plain
        bodies.digests += side.digests
        bodies.defects += side.defects


def _fullest(plain: str, rich: Bodies) -> str:
    """Return the plain form of a text, or its HTML as text where that says more."""
    more = fuller.rendered(plain, rich.html) if plain and rich.html else rich.text
    return plain if more is None else text.body(more) or plain


def _has(part: Part, kind: str) -> bool:
    return (part.type == kind and part.disposition != "attachment") or any(_has(child, kind) for child in part.children)


def _has_text(part: Part) -> bool:
    return _has(part, "text/plain") or _has(part, "text/html")


def _files_of(part: Part, bodies: Bodies) -> None:
    for child in part.children:
        _files_of(child, bodies)
    if not part.is_container:
        _file(part, _content(part, bodies), bodies, related=False)


def _leaf(part: Part, bodies: Bodies, *, is_root: bool, related: bool) -> None:
    content = _content(part, bodies)
    if not _is_body(part, bodies, is_root=is_root, related=related):
        _file(part, content, bodies, related=related)
        return
    if (undone := transfer.undeclared(content, part.encoding)) is not None:
        content = undone
        bodies.defects.append("transfer encoding is not declared")
    if part.type == "text/plain":
        content, packed = transfer.files_in_text(content)
        for name, inside in packed:
            bodies.files.append(File(_packed(charset.decode(name)[0]), inside, related=False))
    subtype = part.type.partition("/")[2]
    words, defect = charset.decode(
        content, _label(part, content) if subtype == "html" else part.parameters.get("charset")
    )
    if defect:
        bodies.defects.append(defect)
    if subtype == "html":
        _html(part, content, words, bodies)
    elif subtype in _TAGGED:
        bodies.pieces.append(Piece(text.body(html_guard.strip_tags(words.replace("<<", "&lt;"))), None))
    else:
        plain = text.body(_unflowed(part, words))
        bodies.plain.append(plain)
        bodies.pieces.append(Piece(plain, None))


def _label(part: Part, content: bytes) -> str | None:
    """Return the charset that the part names, or the document itself where the part names none of use."""
    label = part.parameters.get("charset")
    if charset.codec(label) not in {None, "ascii"} or not (meta := _META.search(content, 0, _META_WITHIN)):
        return label
    return meta[1].decode("ascii")


def _packed_text(container: tnef.Container, bodies: Bodies) -> None:
    html = (container.html or "").replace("\0", "")
    if html.strip() and html_guard.bomb(html) is None:
        bodies.pieces.append(Piece(text.body(html_text.to_text(html)), html))
    elif container.text.strip():
        bodies.pieces.append(Piece(text.body(container.text), None))


def _packed(name: str) -> Part:
    """Stand for a file that was written into the text and has no part of its own."""
    return Part(Section(), "application/octet-stream", {}, "attachment", name, "")


def _is_body(part: Part, bodies: Bodies, *, is_root: bool, related: bool) -> bool:
    """Tell whether a leaf is read as text: the first text is, even with a name; later ones with a name are files."""
    subtype = part.type.partition("/")[2]
    if part.maintype != "text" or subtype in _FILES:
        return False
    if part.disposition == "attachment":
        return is_root and not part.file_name
    if related and part.content_id:
        return False
    return not part.file_name or not any(piece.text for piece in bodies.pieces)


def _content(part: Part, bodies: Bodies) -> bytes:
    content, defect = transfer.decode(part.encoded, part.encoding)
    if defect:
        bodies.defects.append(defect)
    bodies.digests.append(content)
    return content


def _file(part: Part, content: bytes, bodies: Bodies, *, related: bool) -> None:
    if content.startswith(tnef.SIGNATURE) and (container := tnef.read(content)) is not None:
        found = _unpack(container, bodies)
        if found and container.whole:
            return
        bodies.defects += ["winmail.dat is damaged"] if found else []
    if part.file_name.lower().endswith(".eml") and part.maintype != "message" and _HEADER.match(content):
        part = replace(part, type="message/rfc822")  # some clients call an attached mail only a file
    if content or part.file_name:
        bodies.files.append(File(part, content, related))


def _unpack(container: tnef.Container, bodies: Bodies) -> bool:
    """Take files out of winmail.dat; its text only counts where the mail has no other. False where it holds nothing."""
    if not bodies.text:
        _packed_text(container, bodies)
    for one in container.files:
        kind = one.type if _TYPE.fullmatch(one.type) else attachments.kind(one.name)
        fields = (Field("Content-ID", f"<{one.content_id}>"),) if one.content_id else ()
        packed = Part(Section(fields), kind, {}, "attachment", one.name, "")
        bodies.files.append(File(packed, one.content, related=False))
    return bool(container.files or container.text or container.html)


def _html(part: Part, content: bytes, words: str, bodies: Bodies) -> None:
    words = words.replace("\0", "")
    reason = html_guard.bomb(words)
    if reason is None:
        bodies.pieces.append(Piece(text.body(html_text.to_text(words)) if bodies.is_rendered else "", words))
        return
    bodies.defects.append(reason)
    bodies.pieces.append(Piece(text.body(html_guard.strip_tags(words[: limits.HTML])), None))  # the rest is in the file
    bodies.files.append(File(part, content, related=False))


def _unflowed(part: Part, words: str) -> str:
    if part.parameters.get("format", "").lower() != "flowed" or len(words) > limits.FLOWED:
        return words
    return flowed.unflow(words.replace("\r\n", "\n"), delsp=part.parameters.get("delsp", "").lower() == "yes")
