"""One call from bytes to what a person would read: parse, then find quotes, forwards, reports, class and language."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from gateway.mail import blank, classify, dsn, forward, language, limits, parameters, parse, quote, references, thanks
from gateway.mail.message import DeliveryReport, Envelope, Forwarded, InboundMail, MailClass
from gateway.mail.parse import Parsed

_CONTENT_FIELD: Final = re.compile(rb"^content-[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)


def read(raw: bytes, envelope: Envelope | None = None) -> InboundMail:
    """Read a message. Never raises on any bytes; what could not be read is missing, and a defect says so."""
    try:
        return understand(raw, envelope)
    except Exception as error:  # noqa: BLE001  # nothing is known that raises, and a mail must not be lost by the unknown
        return shell(raw, f"could not be taken apart ({type(error).__name__})", envelope)


def understand(raw: bytes, envelope: Envelope | None) -> InboundMail:
    """Read a message, or raise where not even its text and files are found: out of memory, a mistake of ours."""
    parsed = parse.parse(raw)
    try:
        return _understood(parsed, envelope)
    except Exception as error:  # noqa: BLE001  # text and files are there, only quotes and class are not told
        return _plain(parsed, f"could not be understood ({type(error).__name__})")


def shell(raw: bytes, defect: str, envelope: Envelope | None = None) -> InboundMail:
    """Return what the header section alone says, for a message whose body must not be touched. Never raises."""
    end = min(filter(lambda found: found >= 0, (raw.find(b"\n\n"), raw.find(b"\n\r\n"), limits.HEADER_SECTION)))
    try:
        return _understood_headers(
            parse.parse(_CONTENT_FIELD.sub(b"", raw[: end + 1]) + b"\n", inside=True), defect, envelope
        )
    except Exception:  # noqa: BLE001  # not even that; the bytes are kept elsewhere
        return blank.mail(defect)


def _understood_headers(parsed: Parsed, defect: str, envelope: Envelope | None) -> InboundMail:
    # Its class is known by its headers: nobody shall answer a machine because its mail was broken.
    mail_class, why = _class(parsed, envelope, "", None)
    return replace(
        _plain(parsed, defect), mail_class=mail_class, why=why, reference=references.in_subject(parsed.subject)
    )


def _plain(parsed: Parsed, *defects: str) -> InboundMail:
    """Return the message as it was taken apart, all of its text new, its class a person's."""
    return replace(
        blank.mail(*parsed.defects, *defects),
        message_id=parsed.message_id,
        date=parsed.date,
        sender_from=parsed.sender_from,
        sender=parsed.sender,
        reply_to=parsed.reply_to,
        to=parsed.to,
        cc=parsed.cc,
        subject=parsed.subject,
        in_reply_to=parsed.in_reply_to,
        references=parsed.references,
        text=parsed.text,
        new_text=parsed.text,
        html=parsed.html,
        attachments=parsed.attachments,
        headers=parsed.headers,
        new_html=parsed.html,
        content_key=parsed.content_key,
    )


def _understood(parsed: Parsed, envelope: Envelope | None) -> InboundMail:
    mail = _cut(parsed)
    report = _report(parsed)
    mail_class, why = _class(parsed, envelope, mail.new_text, report)
    return replace(
        mail,
        mail_class=mail_class,
        why=why,
        thanks=thanks.is_thanks(mail.new_text),
        spam=classify.spam(parsed.headers),
        delivery_report=report,
        reference=references.in_subject(parsed.subject),
        language=language.guess(mail.new_text[: limits.NEW_TEXT]),
    )


def _cut(parsed: Parsed) -> InboundMail:
    """Tell new text from old: in a forward the sender's own words are new, elsewhere what is not quoted."""
    mail = _plain(parsed)
    inner = [forward.Inner(one.sender, one.to, one.date, one.subject, one.text) for one in parsed.inner]
    found = forward.find(parsed.text, parsed.html, inner, parsed.subject)
    if found is not None:
        return _forward(mail, *found)
    split = quote.split(parsed.text, parsed.html)
    return replace(
        mail, new_text=split.new_text, quoted_text=split.quoted_text, signature=split.signature, new_html=split.new_html
    )


def _forward(mail: InboundMail, forwarded: Forwarded, own_words: str) -> InboundMail:
    # Without words of his own the whole body is what he has to say; its HTML is then new as well.
    words = own_words.strip()
    return replace(mail, forwarded=forwarded, new_text=words or mail.text, new_html=None if words else mail.html)


def _declared(parsed: Parsed) -> tuple[str, dict[str, str]]:
    """Return the root's content type as the sender wrote it: a report without its parts is still sent as one."""
    kind, params = parameters.parse(parsed.section.value("content-type"))
    return (kind, params) if "/" in kind else (parsed.root.type, parsed.root.parameters)


def _report(parsed: Parsed) -> DeliveryReport | None:
    return dsn.read(_declared(parsed)[0], parsed.report_parts, parsed.headers, parsed.text)


def _class(
    parsed: Parsed, envelope: Envelope | None, new_text: str, report: DeliveryReport | None
) -> tuple[MailClass, tuple[str, ...]]:
    return classify.classify(
        parsed.headers, envelope, parsed.subject, new_text, _declared(parsed), parsed.leaf_types, report
    )
