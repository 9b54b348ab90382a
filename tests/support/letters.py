"""Mails as people and machines of the outside write them, for stories and attacks. All builders return raw bytes.

The people: Karin Berg of Umbrella is the customer, Anna Åkesson and Bo Ek are operators of ACME.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Literal

CUSTOMER = "Karin Berg <karin@umbrella.example>"
ANNA = "Anna Åkesson <anna@acme.example>"
BO = "Bo Ek <bo@acme.example>"
DESK = "support@acme.example"

Client = Literal["outlook", "gmail", "apple", "plain"]

_YEAR = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
_WEEK = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
_OUTLOOK = """\
<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<style><!-- p.MsoNormal {{margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}} --></style></head>
<body lang="SV" link="#0563C1" vlink="#954F72"><div class="WordSection1">{body}</div></body></html>
"""


def customer(
    subject: str,
    text: str,
    *,
    sender: str = CUSTOMER,
    to: str = DESK,
    cc: str = "",
    signature: str = "Med vänlig hälsning\nKarin Berg\nUmbrella AB",
    attachments: Sequence[tuple[str, bytes]] = (),
    message_id: str | None = None,
    at: datetime | None = None,
    **headers: str,
) -> bytes:
    """Return a new mail as Outlook writes it: text and HTML. `headers` are further ones, `_` for `-`."""
    mail = _letter(sender, to, subject, message_id, at)
    if cc:
        mail["Cc"] = cc
    body = f"{text}\n\n{signature}\n" if signature else f"{text}\n"
    mail.set_content(body, cte="quoted-printable")
    mail.add_alternative(_OUTLOOK.format(body=_paragraphs(body)), subtype="html", cte="quoted-printable")
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return _finished(mail, headers)


def plain(
    subject: str, text: str, *, sender: str = CUSTOMER, to: str = DESK, message_id: str | None = None, **headers: str
) -> bytes:
    """Return the smallest new mail: one text part, nothing else."""
    mail = _letter(sender, to, subject, message_id)
    mail.set_content(text, cte="8bit")
    return _finished(mail, headers)


def reply(
    answered: bytes,
    text: str,
    *,
    sender: str,
    client: Client = "outlook",
    to: str | None = None,
    cc: str = "",
    signature: str = "",
    at: datetime | None = None,
    **headers: str,
) -> bytes:
    """Return a reply to a mail that left, as the client makes it: to its Reply-To, with its words quoted below."""
    parent = message_from_bytes(answered, policy=policy.default)
    subject = re.sub(r"(?i)^((re|sv|vs|aw):\s*)+", "", str(parent["Subject"] or ""))
    mail = _letter(
        sender,
        to or str(parent["Reply-To"] or parent["From"]),
        f"{'SV' if client == 'outlook' else 'Re'}: {subject}",
        at=at,
    )
    if cc:
        mail["Cc"] = cc
    identity = str(parent["Message-ID"] or "").strip()
    if identity:
        mail["In-Reply-To"] = identity
        mail["References"] = f"{parent['References'] or ''} {identity}".strip()
    mine = f"{text}\n\n{signature}" if signature else text
    mail.set_content(f"{mine}\n\n{_quote(parent, client)}", cte="quoted-printable")
    if client != "plain":
        mail.add_alternative(_quoting_html(parent, mine, client), subtype="html", cte="quoted-printable")
    return _finished(mail, headers)


def operator(answered: bytes, text: str, *, sender: str = ANNA, client: Client = "outlook", **rest: str) -> bytes:
    """Return an operator's reply that the trusted hop found genuine (aligned DKIM and DMARC pass)."""
    return proven(reply(answered, text, sender=sender, client=client, **rest))  # type: ignore[arg-type]  # only texts pass


def vacation(answered: bytes, *, sender: str = CUSTOMER, honest: bool = True) -> bytes:
    """Return an out-of-office answer; not `honest`: without the headers that say so, as bad responders do."""
    parent = message_from_bytes(answered, policy=policy.default)
    mail = _letter(sender, str(parent["From"]), f"Autosvar: {parent['Subject']}")
    mail["In-Reply-To"] = str(parent["Message-ID"])
    mail["References"] = str(parent["Message-ID"])
    if honest:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(
        "Hej!\n\nJag är på semester till och med den 10 augusti och läser inte min e-post.\n", cte="quoted-printable"
    )
    return _finished(mail, {})


def bounce(
    failed: bytes,
    recipient: str,
    *,
    to: str,
    status: str = "5.1.1",
    action: Literal["failed", "delayed"] = "failed",
    diagnostic: str = "550 5.1.1 User unknown",
) -> bytes:
    """Return a delivery report (RFC 3464) about a mail of ours, as Postfix writes it; hand it over with sender ''."""
    headers = failed.partition(b"\r\n\r\n")[0]
    reason = f"<{recipient}>: host mx.example said: {diagnostic}"
    words = f"Content-Type: text/plain; charset=us-ascii\r\n\r\nThis is the mail system at host relay.example.\r\n\r\n{reason}\r\n"
    state = (
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {diagnostic}\r\n"
    )
    head = (
        f"From: Mail Delivery System <MAILER-DAEMON@relay.example>\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Date: {format_datetime(datetime.now(UTC))}\r\nMessage-ID: {make_msgid(domain='relay.example')}\r\nAuto-Submitted: auto-replied\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="1A2B3C4D/relay.example"\r\n\r\n'
    )
    parts = (words.encode(), state.encode(), b"Content-Type: text/rfc822-headers\r\n\r\n" + headers + b"\r\n")
    body = b"".join(b"--1A2B3C4D/relay.example\r\n" + part + b"\r\n" for part in parts)
    return head.encode() + body + b"--1A2B3C4D/relay.example--\r\n"


def proven(raw: bytes, authserv_id: str = "mx.acme.example", *, result: str = "pass") -> bytes:
    """Return the mail with the results of the trusted hop on top, for the domain in its From."""
    domain = parseaddr(str(message_from_bytes(raw, policy=policy.default)["From"]))[1].rpartition("@")[2]
    results = (
        f"dkim={result} header.d={domain}; spf={result} smtp.mailfrom={domain}; dmarc={result} header.from={domain}"
    )
    return f"Authentication-Results: {authserv_id};\r\n {results}\r\n".encode() + raw


def poison(subject: str, *, sender: str = CUSTOMER, depth: int = 1000) -> bytes:
    """Return a mail of some 60 kB whose nesting ends the standard parser by RecursionError."""
    head = f"From: {sender}\r\nTo: {DESK}\r\nSubject: {subject}\r\nMessage-ID: {make_msgid(domain='evil.example')}\r\nMIME-Version: 1.0\r\n"
    nested = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n' for level in range(depth)
    )
    return f"{head}{nested}Content-Type: text/plain\r\n\r\nat the bottom\r\n".encode()


def _letter(
    sender: str, to: str, subject: str, message_id: str | None = None, at: datetime | None = None
) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(at or datetime.now(UTC))
    mail["Message-ID"] = message_id or make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    return mail


def _finished(mail: EmailMessage, headers: dict[str, str]) -> bytes:
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    return mail.as_bytes()


def _body(parent: EmailMessage) -> str:
    part = parent.get_body(("plain",))
    return part.get_content().replace("\r\n", "\n").rstrip("\n") if part else ""


def _quote(parent: EmailMessage, client: Client) -> str:
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in _body(parent).split("\n"))
    when = datetime.now(UTC)
    match client:
        case "outlook":
            return f"{_outlook_head(parent, when)}\n\n{_body(parent)}\n"
        case "gmail":
            return f"Den {_WEEK[when.weekday()]} {when.day} {_YEAR[when.month - 1][:3]}. {when.year} kl {when:%H:%M} skrev {parent['From']}:\n\n{quoted}"
        case "apple":
            return f"{when.day} {_YEAR[when.month - 1][:3]}. {when.year} kl. {when:%H:%M} skrev {parent['From']}:\n\n{quoted}"
        case "plain":
            return f"On {when:%Y-%m-%d %H:%M}, {parent['From']} wrote:\n{quoted}"


def _outlook_head(parent: EmailMessage, when: datetime) -> str:
    sent = f"den {when.day} {_YEAR[when.month - 1]} {when.year} {when:%H:%M}"
    return f"Från: {parent['From']}\nSkickat: {sent}\nTill: {parent['To']}\nÄmne: {parent['Subject']}"


def _quoting_html(parent: EmailMessage, mine: str, client: Client) -> str:
    part = parent.get_body(("html",))
    theirs = part.get_content() if part else _paragraphs(_body(parent))
    inner = re.sub(r"(?is)^.*?<body[^>]*>|</body>.*$", "", theirs)
    if client == "outlook":
        head = html.escape(_outlook_head(parent, datetime.now(UTC))).replace("\n", "<br>")
        border = (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
        )
        return _OUTLOOK.format(body=f"{_paragraphs(mine)}{border}{head}</p></div>{inner}")
    attribution = html.escape(_quote(parent, client).split("\n", 1)[0])
    if client == "gmail":
        quote = f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{attribution}<br></div><blockquote class="gmail_quote">{inner}</blockquote></div>'
        return f'<div dir="ltr">{_paragraphs(mine)}</div><br>{quote}'
    return f'<html><body>{_paragraphs(mine)}<div><br><blockquote type="cite"><div>{attribution}</div>{inner}</blockquote></div></body></html>'


def _paragraphs(text: str) -> str:
    lines = (html.escape(line) or "<o:p>&nbsp;</o:p>" for line in text.rstrip("\n").split("\n"))
    return "".join(f'<p class="MsoNormal">{line}</p>\n' for line in lines)
