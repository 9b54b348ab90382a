"""The mail of which nothing could be read."""

from __future__ import annotations

from gateway.mail.message import InboundMail, MailClass


def mail(*defects: str) -> InboundMail:
    """Return a mail without any content, for bytes that must not be touched at all."""
    return InboundMail(
        message_id=None,
        date=None,
        sender_from=None,
        sender=None,
        reply_to=(),
        to=(),
        cc=(),
        subject="",
        in_reply_to=(),
        references=(),
        text="",
        new_text="",
        quoted_text="",
        signature="",
        html=None,
        attachments=(),
        mail_class=MailClass.PERSON,
        why=(),
        thanks=False,
        spam=None,
        delivery_report=None,
        forwarded=None,
        reference=None,
        language=None,
        defects=defects,
        headers=(),
    )
