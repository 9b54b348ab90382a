"""A page that shows mails as people see them: HTML by day and by night beside the text part. Self-contained, no scripts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message

from markupsafe import Markup, escape

# Frames are sandboxed: no scripts, no forms, no top navigation; and the policy lets nothing be fetched.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-src 'self'"
_NIGHT = "@media (prefers-color-scheme: dark)"
_STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #eceae4; color: #22262b; font: 16px/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, main { max-width: 1720px; margin: 0 auto; padding: 24px; }
h1 { margin: 0 0 4px; font-size: 26px; }
nav { margin: 12px 0 0; font-size: 14px; columns: 4 220px; }
nav a { display: block; color: #22262b; padding: 2px 0; }
article { margin: 0 0 40px; background: #fff; border: 1px solid #d9d6cd; border-radius: 12px; overflow: hidden; }
article > h2 { margin: 0; padding: 16px 20px 12px; font-size: 18px; }
article > p { margin: 0; padding: 0 20px 12px; margin-top: -8px; color: #5a6068; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0; padding: 12px 20px; background: #f7f6f2; font-size: 14px; overflow-wrap: anywhere; }
dt { color: #5a6068; } dd { margin: 0; }
.faces { display: flex; flex-wrap: wrap; gap: 16px; padding: 16px 20px 20px; }
figure { margin: 0; flex: 1 1 400px; min-width: 0; }
figcaption { margin: 0 0 6px; font-size: 13px; color: #5a6068; }
.text { flex: 1 1 560px; }
iframe { width: 100%; height: var(--tall, 720px); border: 1px solid #d9d6cd; border-radius: 8px; background: #fff; }
pre { box-sizing: border-box; height: calc(var(--tall, 720px) + 2px); margin: 0; padding: 14px; overflow: auto; white-space: pre; border: 1px solid #d9d6cd; border-radius: 8px; background: #fbfaf7; font: 12px/1.5 ui-monospace, Consolas, Menlo, "DejaVu Sans Mono", monospace; }
@media (max-width: 480px) { header, main { padding: 12px; } figure { flex-basis: 100%; } }
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail to show, with a title and a line about it."""

    title: str
    caption: str
    raw: bytes


def page(items: Sequence[Shown], title: str, intro_html: str = "", language: str = "en") -> str:
    """Return one HTML page with all mails in order; `intro_html` is trusted and stands first."""
    contents = "".join(f'<a href="#m{n}">{n}. {escape(item.title)}</a>' for n, item in enumerate(items, 1))
    mails = "\n".join(article(f"m{n}", f"{n}. {item.title}", item) for n, item in enumerate(items, 1))
    return document(title, f"{intro_html}<nav>{contents}</nav>", mails, language)


def document(title: str, head_html: str, main_html: str, language: str = "en", style: str = "") -> str:
    """Return a whole page; what is named html is trusted, `style` is CSS on top of the gallery's own."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}{style}</style>\n</head>\n<body>\n<header><h1>{escape(title)}</h1>{head_html}</header>\n"
        f"<main>\n{main_html}\n</main>\n</body>\n</html>\n"
    )


def html_of(raw: bytes) -> str:
    """Return a mail's HTML with its inline pictures as data: URLs; empty where it is text only."""
    message = message_from_bytes(raw)
    html = _part(message, "text/html")
    for part in message.walk():
        content_id = str(part.get("Content-ID", "")).strip("<> ")
        if content_id and part.get_content_maintype() == "image":
            content = base64.b64encode(_content(part)).decode()
            html = html.replace(f"cid:{content_id}", f"data:{part.get_content_type()};base64,{content}")
    return html


def article(anchor: str, title: str, item: Shown) -> str:
    """Return a mail with its headers and its three faces."""
    message = message_from_bytes(item.raw)
    names = ("From", "To", "Cc", "Reply-To", "Subject")
    rows = "".join(f"<dt>{name}</dt><dd>{escape(_header(message, name))}</dd>" for name in names if message.get(name))
    files = ", ".join(
        filter(None, (part.get_filename() for part in message.walk() if part.get_content_disposition() == "attachment"))
    )
    if files:
        rows += f"<dt>Files</dt><dd>{escape(files)}</dd>"
    caption = f"<p>{escape(item.caption)}</p>" if item.caption else ""
    html = html_of(item.raw)
    faces = [str(_frame("HTML, light", html)), str(_frame("HTML, dark", _at_night(html)))] if html else []
    text = _part(message, "text/plain")
    faces.append(f"<figure class=text><figcaption>Text</figcaption><pre>{escape(text)}</pre></figure>")
    tall = min(820, 190 + 21 * text.count("\n"))  # no script measures the frame, so its text says how tall it may be
    return (
        f'<article id="{anchor}"><h2>{escape(title)}</h2>{caption}'
        f'<dl>{rows}</dl><div class="faces" style="--tall: {tall}px">{"".join(faces)}</div></article>'
    )


def _frame(caption: str, html: str) -> Markup:
    by_day = html if _NIGHT not in html else html.replace(_NIGHT, "@media not all")
    return Markup(
        '<figure><figcaption>{0}</figcaption><iframe sandbox title="{0}" srcdoc="{1}"></iframe></figure>'
    ).format(caption, by_day)


def _at_night(html: str) -> str:
    """Return the HTML as a client in dark mode shows it, whatever the browser's own mode."""
    return html.replace(_NIGHT, "@media all")


def _header(message: Message, name: str) -> str:
    return str(make_header(decode_header(str(message[name]))))


def _part(message: Message, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            return _content(part).decode("utf-8", "replace").replace("\r\n", "\n")
    return ""


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
