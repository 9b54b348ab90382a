"""Letters as the people of the story write them; replies quote as their clients do."""

from __future__ import annotations

import html
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from gateway import clock

AUTHSERV = "mx.acme.example"
DESK = "support@acme.example"


def letter(sender: Address, subject: str, text: str, *, to: str = DESK, rich: bool = False) -> EmailMessage:
    """Return a new letter; `rich` adds an HTML part as Outlook writes it."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = make_msgid(domain=sender.domain)
    mail.set_content(text)
    if rich:
        mail.add_alternative(_outlook(text), subtype="html")
    return mail


def reply(received: bytes, sender: Address, text: str, *, rich: bool = False) -> EmailMessage:
    """Return an answer to a mail as its reader's client makes it: threaded, the mail quoted below."""
    parent = message_from_bytes(received, policy=policy.default)
    assert isinstance(parent, EmailMessage)
    body = parent.get_body(("plain",))
    quoted = body.get_content() if body else ""
    subject = str(parent["Subject"])
    mail = letter(
        sender,
        subject if subject.lower().startswith(("re:", "sv:")) else f"SV: {subject}",
        text + "\n\n" + _quote(parent, quoted, outlook=rich),
        to=str(parent["Reply-To"] or parent["From"]),
    )
    if rich:
        mail.add_alternative(_outlook(text, _outlook_quote(parent, quoted)), subtype="html")
    mail["In-Reply-To"] = str(parent["Message-ID"])
    mail["References"] = f"{parent['References'] or ''} {parent['Message-ID']}".strip()
    return mail


def _quote(parent: EmailMessage, text: str, *, outlook: bool) -> str:
    if outlook:
        head = f"Från: {parent['From']}\nSkickat: den 24 november 2026 09:14\nTill: {parent['To']}\nÄmne: {parent['Subject']}"
        return f"{head}\n\n{text}"
    lines = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"Den 24 nov. 2026 kl. 09:14 skrev {parent['From']}:\n\n{lines}\n"


def _outlook_quote(parent: EmailMessage, text: str) -> str:
    names = (("Från", "From"), ("Till", "To"), ("Ämne", "Subject"))
    rows = [f"<b>{label}:</b> {html.escape(str(parent[name]))}<br>" for label, name in names]
    rows.insert(1, "<b>Skickat:</b> den 24 november 2026 09:14<br>")
    rule = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
    return f'<div style="{rule}"><p class="MsoNormal">{"".join(rows)}</p></div>{_paragraphs(text)}'


def _outlook(text: str, below: str = "") -> str:
    return f'<html><body lang="SV"><div class="WordSection1">{_paragraphs(text)}{below}</div></body></html>'


def _paragraphs(text: str) -> str:
    lines = (html.escape(line) or "&nbsp;" for line in text.splitlines())
    return "".join(f'<p class="MsoNormal">{line}<o:p></o:p></p>' for line in lines)


def proven(mail: EmailMessage) -> bytes:
    """Return the letter as it comes from the mail server in front, which checked DMARC (RFC 8601)."""
    domain = mail["From"].addresses[0].domain
    stamp = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}; dkim=pass header.d={domain}\r\n"
    return stamp.encode() + mail.as_bytes()


def vacation(received: bytes, sender: Address) -> EmailMessage:
    """Return what a responder sends (RFC 3834)."""
    parent = message_from_bytes(received, policy=policy.default)
    mail = letter(sender, "Frånvaro: " + str(parent["Subject"]), "Jag är på semester till den 7 december.\n")
    mail["Auto-Submitted"] = "auto-replied (vacation)"
    mail["In-Reply-To"] = str(parent["Message-ID"])
    mail["References"] = str(parent["Message-ID"])
    return mail


def bounce(received: bytes, recipient: str, return_path: str) -> EmailMessage:
    """Return a delivery report for a mail that could not be delivered (RFC 3464)."""
    parent = message_from_bytes(received, policy=policy.default)
    text = f"<{recipient}>: 550 5.1.1 No such user\n"
    report = f"Reporting-MTA: dns; mail.nord.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    raw = (
        "From: Mail Delivery System <mailer-daemon@nord.example>\r\n"
        f"To: {return_path}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: {make_msgid(domain='nord.example')}\r\nDate: {format_datetime(clock.now())}\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {parent['Message-ID']}\r\n\r\n--b--\r\n"
    )
    mail = message_from_bytes(raw.encode(), policy=policy.SMTP)
    assert isinstance(mail, EmailMessage)
    return mail
