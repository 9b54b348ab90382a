"""The page the demo leaves: each step, the letter that came in, and the mails it made, as their readers saw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from gateway.cli.story.stage import Arrived, read
from gateway.render import gallery

_LEAD = (
    "<p class=lead>A support address becomes a help desk. Customers write to support@acme.example, operators answer from their own "
    "mail programs, and a line such as <code>#löst</code> does the rest. Every mail below went over real sockets.</p>"
    "<p class=side>Each mail is shown by day, by night and as text. The files beside this page are the mails themselves: "
    "open one in your own mail program.</p>"
)
_STYLE = """
.lead { max-width: 46em; margin: 0; }
.side { color: #5a6068; font-size: 14px; margin: 12px 0 0; }
nav { columns: 2 420px; margin: 16px 0 0; }
section { margin: 0 0 56px; }
section > h2 { margin: 0 0 4px; font-size: 21px; }
section > h2 b { color: #b1420d; margin-right: 6px; }
section > p { margin: 0 0 16px; max-width: 56em; color: #3c4249; }
section > article { margin: 0 0 20px; }
.letter { max-width: 56em; margin: 0 0 20px; padding: 14px 18px; background: #fffdf6; border: 1px solid #e3ddc8; border-left: 4px solid #b1420d; border-radius: 8px; }
.letter p { margin: 0 0 8px; font-size: 14px; color: #5a6068; overflow-wrap: anywhere; }
.letter pre { height: auto; max-height: 260px; padding: 0; border: 0; background: none; white-space: pre-wrap; }
.letter pre.quote { color: #6c727a; }
.letter summary { cursor: pointer; font-size: 13px; color: #5a6068; }
code { font-family: ui-monospace, Consolas, Menlo, "DejaVu Sans Mono", monospace; font-size: .92em; }
"""
_QUOTE_BEGINS = ("Den 24 nov", "Från: ")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step as it was played."""

    title: str
    outcome: str
    letters: Sequence[bytes]  # what people sent to the gateway
    mails: list[Arrived]  # what the gateway sent


def page(chapters: Sequence[Chapter]) -> str:
    """Return the whole page; a mail that several people got with the same words is shown once."""
    readers: dict[str, list[str]] = {}
    for mail in (mail for chapter in chapters for mail in chapter.mails):
        readers.setdefault(_words(mail), []).append(str(mail.mail["To"]))
    links = "".join(f'<a href="#s{n}">{n}. {escape(c.title)}</a>' for n, c in enumerate(chapters, 1))
    body = "\n".join(_section(number, chapter, readers) for number, chapter in enumerate(chapters, 1))
    return gallery.document("An e-mail-first help desk, played once", f"{_LEAD}<nav>{links}</nav>", body, style=_STYLE)


def _section(number: int, chapter: Chapter, readers: dict[str, list[str]]) -> str:
    """Show each mail in the chapter where its first reader got it."""
    letters = "".join(_letter(raw) for raw in chapter.letters)
    mails = "".join(_mail(mail, readers.pop(_words(mail))) for mail in chapter.mails if _words(mail) in readers)
    head = f"<h2><b>{number}</b>{escape(chapter.title)}</h2><p>{escape(chapter.outcome)}</p>"
    return f'<section id="s{number}">{head}{letters}{mails}</section>'


def _letter(raw: bytes) -> str:
    mail = read(raw)
    body = mail.get_body(("plain",))
    text, quote = _split(body.get_content() if body else "")
    below = f"<details><summary>what the mail program quoted below</summary><pre class=quote>{escape(quote)}</pre></details>"
    return (
        f"<div class=letter><p>Came in: <strong>{escape(str(mail['From']))}</strong> · {escape(str(mail['Subject']))}</p>"
        f"<pre>{escape(text.strip())}</pre>{below if quote else ''}</div>"
    )


def _split(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(_QUOTE_BEGINS)), len(lines))
    return "\n".join(lines[:start]), "\n".join(lines[start:])


def _mail(mail: Arrived, to: Sequence[str]) -> str:
    names = " and ".join(one.partition(" <")[0] for one in to)
    shown = gallery.Shown(f"{names}: {mail.event}", str(mail.mail["Subject"]), mail.raw)
    return gallery.article(f"m{abs(hash(mail.raw))}", shown.title, shown)


def _words(mail: Arrived) -> str:
    """Return what two readers' copies of a mail have in common: all but the key at the end."""
    text = mail.text.rstrip()
    return "\n".join(
        (mail.event, str(mail.mail["Subject"]), text.rpartition("\n")[0] if "@acme" in str(mail.mail["To"]) else text)
    )
