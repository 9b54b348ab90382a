"""Delivery reports: by RFC 3464 and by the words of mail systems of all kinds."""

from __future__ import annotations

import pytest

from gateway.mail import dsn
from gateway.mail.bounce_reason import HARD, reason
from gateway.mail.message import DeliveryReport, RecipientReport

KARIN = "karin@kund.example"
ORIGINAL = "Return-Path: <support@acme.example>\nMessage-ID: <1042.7.x@tickets.acme.example>\nTo: karin@kund.example\nSubject: Re: [ACME-1042] Skrivaren"
ID = "<1042.7.x@tickets.acme.example>"
DAEMON = [
    ("From", "Mail Delivery System <MAILER-DAEMON@mx.kund.example>"),
    ("Return-Path", "<>"),
    ("Subject", "Undelivered Mail Returned to Sender"),
]


def by_fields(status: str, text: str = "This is the mail system.", original: str = ORIGINAL) -> DeliveryReport | None:
    parts = [("text/plain", text), ("message/delivery-status", status), ("message/rfc822", original)]
    return dsn.read("multipart/report", parts, DAEMON, text)


def by_words(
    text: str, subject: str = "Mail delivery failed", sender: str = "MAILER-DAEMON@x.example"
) -> DeliveryReport | None:
    headers = [("From", sender), ("Subject", subject), ("Return-Path", "<>")]
    return dsn.read("text/plain", [("text/plain", text)], headers, text)


def test_a_report_names_recipient_status_and_the_mail_it_is_about() -> None:
    found = by_fields(
        "Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: rfc822; karin@kund.example\nOriginal-Recipient: rfc822;karin@kund.example\nAction: failed\nStatus: 5.1.1\n"
        "Remote-MTA: dns; mx.kund.example\nDiagnostic-Code: smtp; 550 5.1.1 <karin@kund.example>: Recipient address\n    rejected: User unknown in virtual mailbox table"
    )
    assert found == DeliveryReport((RecipientReport(KARIN, "failed", "5.1.1", permanent=True),), ID)


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "expected"),
    [
        ("delayed", "4.4.7", "smtp; 450 4.2.0 greylisted", ("delayed", "4.4.7", False)),
        ("delivered", "2.0.0", "smtp; 250 ok", ("delivered", "2.0.0", False)),
        ("relayed", "2.1.9", "", ("relayed", "2.1.9", False)),
        ("expanded", "2.0.0", "", ("expanded", "2.0.0", False)),
        ("failed", "5.2.2", "smtp; 552 5.2.2 Mailbox full", ("failed", "5.2.2", False)),
        ("failed", "5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", ("failed", "5.1.10", True)),
        ("failed", "5.4.4", "x-postfix; Host or domain name not found. Name service error for name=kund.exmple", ("failed", "5.4.4", True)),
        ("failed", "5.7.1", "smtp; 550 5.7.1 Message rejected as spam by Content Filtering.", ("failed", "5.7.1", False)),
        ("failed", "5.7.26", "smtp; 550-5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy", ("failed", "5.7.26", False)),
        ("failed", "5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit", ("failed", "5.3.4", False)),
        ("failed", "5.0.0", "smtp; 550 5.1.1 no such user", ("failed", "5.1.1", True)),
        ("failed", "4.4.7", "smtp; 421 4.4.2 Connection timed out", ("failed", "4.4.7", False)),
        ("failed", "4.1.1", "smtp; 450 4.1.1 unverified address, greylisted", ("failed", "4.1.1", False)),
        ("failed", "4.4.4", "smtp; Host or domain name not found", ("failed", "4.4.4", True)),
        ("delayed", "4.1.1", "smtp; 450 4.1.1 User unknown", ("delayed", "4.1.1", False)),
        ("failed", "5.1.6", "smtp; 551 5.1.6 Recipient has moved", ("failed", "5.1.6", True)),
        ("Failed (unrecoverable)", "5.1.1 (bad destination mailbox)", "", ("failed", "5.1.1", True)),
        ("", "5.1.1", "smtp; 550 user unknown", ("failed", "5.1.1", True)),
        ("failed", "5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled", ("failed", "5.2.1", False)),
        ("failed", "5.1.1", "x-unix; /usr/bin/procmail: command died", ("failed", "5.1.1", False)),
    ],
)  # fmt: skip
def test_each_recipient_has_action_status_and_permanence(
    action: str, status: str, diagnostic: str, expected: tuple[str, str, bool]
) -> None:
    found = by_fields(
        f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {KARIN}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
    )
    assert found is not None
    recipient = found.recipients[0]
    assert (recipient.address, recipient.action, recipient.status, recipient.permanent) == (KARIN, *expected)


def test_several_recipients_are_told_apart() -> None:
    found = by_fields(
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.se\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822;c@d.se\nAction: delayed\nStatus: 4.2.0\n"
    )
    assert found is not None
    assert [(one.address, one.action, one.permanent) for one in found.recipients] == [
        ("a@b.se", "failed", True),
        ("c@d.se", "delayed", False),
    ]


EXIM = (
    """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  karin@kund.example
    SMTP error from remote mail server after RCPT TO:<karin@kund.example>:
    host mx.kund.example [192.0.2.1]: 550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

"""
    + ORIGINAL
)
QMAIL = (
    """Hi. This is the qmail-send program at mx.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<karin@kund.example>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 No such user
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

"""
    + ORIGINAL
)
GMAIL = (
    """Address not found
Your message wasn't delivered to karin@kund.example because the address couldn't be found, or is unable to receive mail.

The response was:
550 5.1.1 The email account that you tried to reach does not exist.

----- Original message -----
"""
    + ORIGINAL
)
EXCHANGE = (
    """Det gick inte att leverera meddelandet till karin@kund.example.

karin hittades inte på kund.example.

Diagnostikinformation för administratörer:
Genererar server: AM0PR01.prod.outlook.com
karin@kund.example
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient karin@kund.example not found by SMTP address lookup'

Ursprungligt meddelande huvuden:
"""
    + ORIGINAL
)
SENDMAIL = (
    """The original message was received at Tue, 24 Nov 2026 12:00:00 +0100
from localhost [127.0.0.1]

   ----- The following addresses had permanent fatal errors -----
<karin@kund.example>
    (reason: 550 5.1.1 <karin@kund.example>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.kund.example.:
>>> RCPT To:<karin@kund.example>
<<< 550 5.1.1 <karin@kund.example>... User unknown

   ----- Original message follows -----
"""
    + ORIGINAL
)
DOMINO = """Your message

  Subject: Re: [ACME-1042] Skrivaren

was not delivered to:

  karin@kund.example

because:

  User karin (karin@kund.example) not listed in Domino Directory
"""
FULL = (
    """A message that you sent could not be delivered to one or more of its recipients.

<karin@kund.example>: 552 5.2.2 Mailbox full, quota exceeded

--- The header of the original message is following. ---
"""
    + ORIGINAL
)


@pytest.mark.parametrize(
    ("text", "permanent"),
    [(EXIM, True), (QMAIL, True), (GMAIL, True), (EXCHANGE, True), (SENDMAIL, True), (DOMINO, True), (FULL, False)],
    ids=["exim", "qmail", "gmail", "exchange", "sendmail", "domino", "full"],
)
def test_reports_in_words_are_read(text: str, permanent: bool) -> None:
    found = by_words(text)
    assert found is not None
    assert [(one.address, one.action, one.permanent) for one in found.recipients] == [(KARIN, "failed", permanent)]
    assert found.original_message_id == (ID if "Message-ID" in text else None)


def test_a_header_with_failed_recipients_is_enough() -> None:
    headers = [
        ("From", "robot@x.example"),
        ("Subject", "?"),
        ("X-Failed-Recipients", "karin@kund.example, bo@kund.example"),
    ]
    found = dsn.read("text/plain", [], headers, "550 5.1.1 user unknown")
    assert found is not None
    assert [one.address for one in found.recipients] == [KARIN, "bo@kund.example"]


def test_a_warning_of_a_delay_is_no_failure() -> None:
    found = by_words(
        f"Your message to <{KARIN}> has not yet been delivered. Delivery attempts will continue, no action is required on your part.\n",
        "Warning: message delayed 24 hours",
    )
    assert found is not None
    assert (found.recipients[0].action, found.recipients[0].permanent) == ("delayed", False)


def test_gmail_says_so_when_it_will_try_again() -> None:
    text = f"** Delivery incomplete **\n\nThere was a temporary problem delivering your message to {KARIN}. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n\nThe response was:\n450 4.2.1 try later"
    found = by_words(text, "Delivery Status Notification (Delay)")
    assert found is not None
    assert (found.recipients[0].action, found.recipients[0].permanent) == ("delayed", False)


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ([("From", "Karin <karin@kund.example>"), ("Subject", "Fwd: Undelivered Mail Returned to Sender")], EXIM),
        (
            [("From", "Karin <karin@kund.example>"), ("Subject", "Mejl kommer inte fram")],
            "Hej, mina mejl kommer inte fram, det står user unknown.",
        ),
        (
            [("From", "Karin <karin@kund.example>"), ("Subject", "Re: Delivery report")],
            "The parcel could not be delivered.",
        ),
        (
            [
                ("From", "Karin <karin@kund.example>"),
                ("Subject", "Automatiskt svar: x"),
                ("Auto-Submitted", "auto-replied"),
            ],
            "Jag är på semester.",
        ),
        (
            [("From", "noreply@parcel.example"), ("Subject", "Delivery failed"), ("Auto-Submitted", "auto-generated")],
            "Your parcel could not be delivered. Please contact us.",
        ),
        (
            [("From", "Karin Daemon <karin@bouncehouse.example>"), ("Subject", "Fil saknas")],
            "Filen finns inte: the file does not exist.",
        ),
        ([], ""),
    ],
)
def test_people_who_speak_of_bounces_do_not_bounce(headers: list[tuple[str, str]], text: str) -> None:
    assert dsn.read("text/plain", [("text/plain", text)], headers, text) is None


def test_receipts_and_complaints_are_no_delivery_reports() -> None:
    parts = [
        ("text/plain", "x"),
        ("message/disposition-notification", "Disposition: automatic-action/MDN-sent; displayed"),
    ]
    assert dsn.read("multipart/report", parts, DAEMON, "x") is None
    assert dsn.read("multipart/report", [("message/feedback-report", "Feedback-Type: abuse")], DAEMON, "x") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "Final-Recipient:",
        "\n\n\n",
        "Status: x\nAction: y",
        "Final-Recipient: rfc822;\nAction: failed",
        "\x00" * 50,
    ],
)
def test_broken_reports_do_not_break_the_reader(text: str) -> None:
    by_fields(text)
    by_words(text)


@pytest.mark.parametrize(
    ("status", "said", "hard"),
    [
        ("5.1.1", "550 5.1.1 User unknown", True),
        (None, "550 unknown user (in reply to RCPT TO command)", True),
        (None, "550 unknown user (in reply to end of DATA command)", False),
        ("5.2.0", "550 User unknown", False),
        ("5.1.8", "Sender address rejected: Domain not found", False),
        ("5.7.1", "Relay access denied", False),
        (None, "554 Your IP is blocked, see https://spamhaus.org", False),
        ("5.4.1", "Recipient address rejected: Access denied", True),
        (None, "Brevlådan är full", False),
        ("5.4.6", "Routing loop detected", False),
        ("5.0.0", "", False),
    ],
)  # fmt: skip
def test_hard_is_only_what_will_never_arrive(status: str | None, said: str, hard: bool) -> None:
    assert (reason(status, said) in HARD) is hard
