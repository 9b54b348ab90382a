"""What kind of sender made a mail: a person, a machine, an absence, a report. Evidence is told in sentences.

The header set is that of RFC 3834, RFC 5230 and what mail systems really write. `loop` is decided where our own MACs
are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.mail import absence
from gateway.mail import class_words as say
from gateway.mail.message import DeliveryReport, Envelope, MailClass
from gateway.mail.references import Prefix, prefix
from gateway.mail.spam_verdict import spam

__all__ = ["classify", "spam"]

_SUBJECT_SCAN: Final = 300
_TEXT_SCAN: Final = 1500
_LONGEST_REACTION: Final = 600
_LONGEST_ABSENCE: Final = 800


@dataclass(frozen=True, slots=True)
class _Mail:
    """What the judges look at; header names in lower case, first value each."""

    headers: dict[str, str]
    envelope: Envelope | None
    subject: str
    text: str
    root: str
    parameters: dict[str, str]
    parts: tuple[str, ...]
    report: DeliveryReport | None

    def has(self, name: str) -> bool:
        """Whether the header is there, even empty."""
        return name in self.headers

    def value(self, name: str) -> str:
        """Return the header folded to lower case, "" where it is missing."""
        return self.headers.get(name, "").strip().casefold()


def classify(
    headers: Sequence[tuple[str, str]],
    envelope: Envelope | None,
    subject: str,
    new_text: str,
    content_type: tuple[str, dict[str, str]],
    parts: Sequence[str],
    delivery_report: DeliveryReport | None,
) -> tuple[MailClass, tuple[str, ...]]:
    """Judge a mail by headers, envelope and words; returns the class and why.

    `headers` are decoded; `content_type` is that of the root with its parameters; `parts` are the types of the leaves.
    """
    first: dict[str, str] = {}
    for name, value in headers:
        first.setdefault(name.lower(), value)
    root, parameters = content_type
    mail = _Mail(
        first, envelope, subject[:_SUBJECT_SCAN].casefold().replace("’", "'").strip(), new_text[:_TEXT_SCAN].replace("’", "'").strip(),
        root.lower(), {key.lower(): value.casefold() for key, value in parameters.items()}, tuple(part.lower() for part in parts), delivery_report,
    )  # fmt: skip
    for judge, kind in _JUDGES:
        why = judge(mail)
        if why:
            return kind, tuple(why)
    return MailClass.PERSON, ("nothing says that a machine wrote it",)


def _feedback_report(mail: _Mail) -> list[str]:
    if "feedback-report" in mail.parameters.get("report-type", "") or "message/feedback-report" in mail.parts:
        return ["it holds a feedback report (RFC 5965)"]
    if mail.subject.startswith("complaint about message from") and "message/rfc822" in mail.parts:
        return ["the subject is that of a provider's complaint report"]
    if mail.has("x-loop") and "scomp" in mail.value("x-loop"):
        return ["X-Loop: scomp marks a complaint of AOL"]
    return []


def _read_receipt(mail: _Mail) -> list[str]:
    if (
        "disposition-notification" in mail.parameters.get("report-type", "")
        or "message/disposition-notification" in mail.parts
    ):
        return ["it is a disposition notification (RFC 8098)"]
    if mail.subject.startswith(say.READ_RECEIPT_SUBJECTS) and (
        _automatic_headers(mail) or any(phrase in mail.text.casefold() for phrase in say.READ_RECEIPT_TEXTS)
    ):
        return [f"the subject is that of a read receipt: {mail.subject[:60]}"]
    return []


def _delivery_report(mail: _Mail) -> list[str]:
    if mail.report is not None:
        return ["a mail system reports on a mail it was given"]
    if "delivery-status" in mail.parameters.get("report-type", "") or "message/delivery-status" in mail.parts:
        return ["it holds a delivery status (RFC 3464)"]
    return []


def _calendar(mail: _Mail) -> list[str]:
    method = mail.parameters.get("method", "")
    calendar = mail.root == "text/calendar" or "text/calendar" in mail.parts
    if calendar and (
        method in ("reply", "counter", "cancel", "refresh") or mail.subject.startswith(say.CALENDAR_REPLY_SUBJECTS)
    ):
        return ["it answers an invitation"]
    if calendar and mail.value("content-class").endswith("calendarmessage"):
        return ["Content-Class says it is a calendar message"]
    if calendar:
        return ["it holds an invitation"]
    if mail.subject.startswith(say.CALENDAR_REPLY_SUBJECTS) and (
        mail.value("content-class").endswith("calendarmessage") or (not mail.text and _automatic_headers(mail))
    ):
        return [f"the subject is that of an answer to an invitation: {mail.subject[:60]}"]
    return []


def _recall(mail: _Mail) -> list[str]:
    text = mail.text.casefold()
    if any(phrase in text for phrase in say.RECALL_TEXTS) and len(text) < _LONGEST_REACTION:
        return ["the sender wants his message back"]
    bare = len(text) < _LONGEST_REACTION and (not text or bool(_automatic_headers(mail)))
    if mail.subject.startswith((*say.RECALL_SUBJECTS, *say.RECALL_REPORT_SUBJECTS)) and bare:
        return [f"the subject is that of a recall: {mail.subject[:60]}"]
    if (
        "ipm.outlook.recall"
        in f"{mail.value('x-ms-exchange-organization-recallmessage')} {mail.value('x-post-messageclass')}"
    ):
        return ["X-Post-MessageClass says it is a recall"]
    return []


def _reaction(mail: _Mail) -> list[str]:
    if mail.has("x-ms-reactions") or mail.value("x-ms-reaction") or "text/vnd.google.email-reaction+json" in mail.parts:
        return ["a header or part says it is a reaction"]
    line = " ".join(mail.text.split())
    if len(line) <= _LONGEST_REACTION and say.REACTION.match(line):
        return [f"it is a reaction: {line[:60]}"]
    return []


def _vacation(mail: _Mail) -> list[str]:
    """An absence: said by the subject, or by the words of a mail that a machine sent."""
    automatic = _automatic_headers(mail)
    by_header = [
        f"{name} says it is an absence"
        for name in ("x-autorespond", "x-vacation", "x-auto-reply-from", "vacation")
        if mail.has(name)
    ]
    if mail.value("x-mailer").startswith(("vacation", "autoreply")) or "vacation" in mail.value("auto-submitted"):
        by_header.append("the header says vacation")
    subject = next((phrase for phrase in say.VACATION_SUBJECTS if mail.subject.startswith(phrase)), None)
    anywhere = next((phrase for phrase in say.VACATION_PHRASES if phrase in mail.subject), None)
    opening = mail.text[:600].casefold()
    text = next((phrase for phrase in say.VACATION_TEXTS if phrase in opening), None)
    asks = "?" in mail.text and not automatic  # of an absence that is no answer of a machine
    if subject is not None and not asks and (automatic or text or absence.is_certain(mail.subject, subject)):
        return [f"the subject is that of an absence: {subject}", *automatic]
    if anywhere is not None and not asks and (automatic or text):
        return [f"the subject speaks of an absence: {anywhere}", *automatic]
    if text is not None and _is_answering(automatic):
        return [f"an automatic answer speaks of an absence: {text}", *automatic]
    return (by_header and [*by_header, *automatic]) or _unmarked_absence(mail)


def _unmarked_absence(mail: _Mail) -> list[str]:
    """Bad responders answer without any mark: a short answer, two absence phrases, no question."""
    text = mail.text.casefold()
    answers = mail.has("in-reply-to") or prefix(mail.subject) in (Prefix.REPLY, Prefix.EITHER)
    if not answers or len(text) > _LONGEST_ABSENCE or "?" in text or not absence.comes_first(text):
        return []
    found = [phrase for phrase in say.VACATION_TEXTS if phrase in text]
    distinct = [phrase for phrase in found if not any(phrase != other and phrase in other for other in found)]
    return [f"an answer that only speaks of an absence: {', '.join(distinct[:3])}"] if len(distinct) >= 2 else []


def _is_answering(automatic: list[str]) -> bool:
    return any(
        "auto-replied" in why or "null sender" in why or "X-Auto" in why or "Precedence" in why for why in automatic
    )


def _mailing_list(mail: _Mail) -> list[str]:
    named = next(
        (
            name
            for name in (
                "list-id",
                "list-post",
                "x-mailman-version",
                "x-google-group-id",
                "mailing-list",
                "x-mailing-list",
            )
            if mail.has(name)
        ),
        None,
    )
    if named is None:
        return []
    if mail.value("list-post") == "no" or _is_bulk(mail):
        return []
    auto = mail.value("auto-submitted")
    if auto and not auto.startswith("no"):
        return []
    return [f"{named.title()} says it came through a mailing list"]


def _is_bulk(mail: _Mail) -> bool:
    """Newsletters bear List-Id as well; nobody wrote them to us, and nobody can write to the list."""
    return (
        not mail.has("list-post")
        and mail.has("list-unsubscribe")
        and not mail.has("x-google-group-id")
        and not mail.has("x-mailman-version")
        and (mail.has("feedback-id") or mail.value("precedence") == "bulk" or mail.has("list-unsubscribe-post"))
    )


def _automatic(mail: _Mail) -> list[str]:
    why = _automatic_headers(mail)
    if mail.root == "multipart/report":
        why.append("multipart/report is written by mail systems")
    if mail.has("list-unsubscribe") and (
        mail.has("feedback-id") or mail.value("precedence") == "bulk" or mail.has("list-unsubscribe-post")
    ):
        why.append("List-Unsubscribe with the marks of mass mail")
    local = _local_part(mail.headers.get("from", ""))
    if local.replace("-", "").replace("_", "").replace(".", "").startswith(say.MACHINE_LOCAL_PARTS):
        why.append(f"the sender {local}@ reads no answers")
    subject = next((phrase for phrase in say.AUTOMATIC_SUBJECTS if mail.subject.startswith(phrase)), None)
    if subject is not None:
        why.append(f"the subject is that of an automatic answer: {subject}")
    return why


def _automatic_headers(mail: _Mail) -> list[str]:
    """Headers that say no person sent it (RFC 3834 §5 and its elders)."""
    why = []
    auto = mail.value("auto-submitted").partition(";")[0].split("(")[0].strip()
    if auto and auto != "no":
        why.append(f"Auto-Submitted: {auto[:60]}")
    if (mail.envelope is not None and mail.envelope.mail_from == "" and mail.envelope.source in ("smtp", "lmtp")) or (
        mail.has("return-path") and mail.value("return-path") in ("<>", "")
    ):
        why.append("the null sender <>")
    precedence = mail.value("precedence")
    if precedence in ("bulk", "junk", "auto_reply", "auto-reply", "autoreply") or (
        precedence == "list" and not mail.has("list-id") and not mail.has("list-post")
    ):
        why.append(f"Precedence: {precedence}")
    why.extend(_suppressed(mail))
    why.extend(
        f"{name.title()} is there"
        for name in (
            "x-autoreply",
            "x-autorespond",
            "x-autoresponder",
            "x-autogenerated",
            "x-auto-reply",
            "x-mail-autoreply",
            "x-autoreply-from",
            "x-fc-machinegenerated",
            "x-post-messageclass",
        )
        if mail.has(name) and mail.value(name) not in ("no", "false", "0")
    )
    return why


def _suppressed(mail: _Mail) -> list[str]:
    """Exchange writes X-Auto-Response-Suppress on people's mail, too, when it is "DR, OOF" or the like only from machines."""
    value = mail.value("x-auto-response-suppress")
    if (
        value
        and value != "none"
        and (mail.has("auto-submitted") or "all" in value or "oof" in value or "autoreply" in value)
    ):
        return [f"X-Auto-Response-Suppress: {value[:60]}"]
    return []


def _local_part(sender: str) -> str:
    address = sender.rpartition("<")[2] if "<" in sender else sender
    return address.strip(" >\"'").partition("@")[0].casefold()


_JUDGES: Final[tuple[tuple[Callable[[_Mail], list[str]], MailClass], ...]] = (
    (_feedback_report, MailClass.FEEDBACK_REPORT),
    (_read_receipt, MailClass.READ_RECEIPT),
    (_delivery_report, MailClass.DELIVERY_REPORT),
    (_calendar, MailClass.CALENDAR),
    (_recall, MailClass.RECALL),
    (_reaction, MailClass.REACTION),
    (_vacation, MailClass.VACATION),
    (_mailing_list, MailClass.MAILING_LIST),
    (_automatic, MailClass.AUTOMATIC),
)
