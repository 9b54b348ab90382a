"""A notice becomes a mail: bytes that are sent as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.render import files, mime
from gateway.render.files import Chosen, File
from gateway.render.head import head
from gateway.render.page import Page, page
from gateway.render.shelf import Shelf


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A finished mail. `left_out` names the files that are listed in it and not attached."""

    raw: bytes
    subject: str
    text: str
    html: str  # empty where the mail is text only
    left_out: tuple[str, ...]


def compose(notice: Mapping[str, Any], library: Shelf, blob: Callable[[str], bytes]) -> ComposedMail:
    """Write the mail of a notice; `blob` gives the content of a sha256.

    Raises TemplateFailure (file, line, message) where a template is wrong.
    """
    return compose_with(notice, library, chosen_for(notice, blob))


def chosen_for(notice: Mapping[str, Any], blob: Callable[[str], bytes]) -> Chosen:
    """Return the files that go along with a notice's mail."""
    limit, asked_for = int(notice.get("attach_up_to") or 0), bool(notice.get("asked_for"))
    return files.choose(notice.get("attachments") or (), limit, blob, asked_for=asked_for)


def compose_with(notice: Mapping[str, Any], library: Shelf, chosen: Chosen) -> ComposedMail:
    """Write the mail of a notice with these files. Raises TemplateFailure as `compose` does."""
    written = page(notice, library, chosen)
    raw = head(notice, written) + _body(notice, written, chosen)
    return ComposedMail(raw, written.subject, written.text, written.html, chosen.left_out)


def _body(notice: Mapping[str, Any], written: Page, chosen: Chosen) -> bytes:
    """Return alternative in related in mixed, each only where it is needed."""
    seed = str(notice["message_id"])
    body = mime.text_part(written.text, "plain")
    pictures = [file for file in chosen.inline if f"cid:{file.content_id}" in written.html]
    if written.html:
        body = mime.multipart("alternative", [body, mime.text_part(written.html, "html")], seed)
        related = [mime.file_part(file) for file in (*written.pictures, *pictures)]
        body = mime.multipart("related", [body, *related], seed, '; type="multipart/alternative"')
    loose = [File(file.name, file.type, file.content) for file in chosen.inline if file not in pictures]
    return mime.multipart("mixed", [body, *map(mime.file_part, (*loose, *chosen.attached))], seed)
