"""The telling lines of some sixty mail systems, and whether the address is no good or only this mail did not pass."""

from __future__ import annotations

import json

import pytest

from gateway.mail import dsn
from gateway.mail.message import DeliveryReport
from gateway.mail.reading import read

KARIN = "karin@kund.example"
DAEMON = [("From", "MAILER-DAEMON@mx.kund.example"), ("Return-Path", "<>"), ("Subject", "failure notice")]


def by_fields(status: str, diagnostic: str, words: str = "", more: str = "") -> DeliveryReport | None:
    group = f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {KARIN}\nAction: failed\nStatus: {status}\n{more}"
    if diagnostic:
        group += f"Diagnostic-Code: smtp; {diagnostic}\n"
    parts = [("text/plain", words), ("message/delivery-status", group)]
    return dsn.read("multipart/report", parts, DAEMON, words)


def permanent(report: DeliveryReport | None) -> bool:
    assert report is not None
    assert [one.address for one in report.recipients] == [KARIN]
    return report.recipients[0].permanent


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("5.0.0", "550 <karin@kund.example>... User Unknown (in reply to RCPT TO command)"),
        ("5.0.0", "550 Requested action not taken: mailbox unavailable (in reply to RCPT TO command)"),
        ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable. [SN1NAM01FT003.eop-nam01.prod]"),
        ("5.1.351", "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 5.1.1 no such user"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
        ("5.4.310", "550 5.4.310 DNS domain kund.example does not exist [Message=InfoDomainNonexistent]"),
        ("5.1.0", "Domain kund.example does not accept mail (nullMX)"),
        ("5.1.10", "556 5.1.10 <karin@kund.example>: Recipient address rejected: Domain kund.example does not accept mail (nullMX)"),
        ("5.1.1", "550 5.1.1 RCP-P1 http://postmaster.facebook.com/response_codes?ip=192.0.2.1#rcp User/recipient unknown"),
        ("5.0.0", "550 csi.mimecast.org Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550"),
        ("5.0.0", "550 Message was not accepted -- invalid mailbox.  Local mailbox karin@mail.ru is unavailable: user not found"),
        ("5.1.1", "550 5.1.1 unknown or illegal alias: karin@kund.example"),
        ("5.1.2", ""),
    ],
)  # fmt: skip
def test_an_address_that_is_no_good_is_hard(status: str, diagnostic: str) -> None:
    assert permanent(by_fields(status, diagnostic))


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("5.5.3", "550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients"),
        ("5.1.0", "550 5.1.0 RESOLVER.ADR.InvalidInSmtp; encapsulated INVALID address inside an SMTP address"),
        ("5.4.4", "554 5.4.4 SMTPSEND.DNS.MxLoopback; DNS records for this domain are configured in a loop"),
        ("5.7.133", "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"),
        ("5.2.121", "550 5.2.121 RESOLVER.RST.RecipientThreshold; too many messages this hour"),
        ("4.1.1", "450 4.1.1 <karin@kund.example>: Recipient address rejected: unverified address: connect timed out"),
        ("4.7.1", "450 4.7.1 <karin@kund.example>: Recipient address rejected: Greylisted"),
        ("4.4.3", "Host or domain name not found. Name service error for name=kund.example type=MX: Host not found, try again"),
        ("4.4.7", "4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for kund.example>"),
        ("5.0.0", "550 550 Unknown user karin@kund.example (state 18)"),
        ("5.1.1", "550 5.1.1 <karin@kund.example>: Recipient address rejected: mailbox full, quota exceeded"),
        ("5.0.0", "550 Message was not accepted -- invalid mailbox.  Local mailbox karin@mail.ru is unavailable: user is terminated"),
        ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org (in reply to RCPT TO command)"),
        ("5.7.1", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        ("5.7.23", "550 5.7.23 <karin@kund.example>: Recipient address rejected: Message rejected due to: SPF fail - not authorized (in reply to RCPT TO command)"),
        ("5.0.0", "550 relaying denied for <karin@kund.example> (in reply to RCPT TO command)"),
        ("5.1.1", "550 5.1.1 RCP-P2 http://postmaster.facebook.com/response_codes#rcp Refused due to recipient preferences"),
        ("5.2.0", ""), ("5.0.0", ""), ("4.4.7", ""),
    ],
)  # fmt: skip
def test_what_may_pass_another_day_is_soft(status: str, diagnostic: str) -> None:
    assert not permanent(by_fields(status, diagnostic))


def test_a_filter_that_refuses_by_itself_is_believed_before_the_fields_it_borrowed() -> None:
    words = "Your message to <karin> was automatically rejected:\nNot enough disk space"
    assert not permanent(by_fields("5.1.1", "550 5.1.1 <karin@kund.example>... User Unknown", words))


@pytest.mark.parametrize(("category", "hard"), [("bad-mailbox", True), ("bad-domain", True), ("quota-issues", False)])
def test_powermta_says_by_a_category_what_it_says_nowhere_else(category: str, hard: bool) -> None:
    assert permanent(by_fields("5.0.0", "", more=f"X-PowerMTA-BounceCategory: {category}\n")) is hard


NOTICES = {
    "exchange 5.5": (True, "Your message\n\n  To: x\n\ndid not reach the following recipient(s):\n\nkarin@kund.example on Thu, 29 Apr 2010 18:14:50 -0000\n    The recipient name is not recognized\n    MSEXCH:IMS:KUND:CATSRV 0 (000C05A6) Unknown Recipient\n"),
    "exchange 5.5, ambiguous": (False, "Your message\n\n  To: x\n\ndid not reach the following recipient(s):\n\nkarin@kund.example on Thu, 29 Apr 2010 18:14:50 -0000\n    The recipient name is not recognized\n    MSEXCH:IMS:KUND:CATSRV 0 (000C0595) Ambiguous Recipient\n"),
    "exim, null mx": (True, "A message that you sent could not be delivered to one or more of its recipients.\n\n  karin@kund.example\n    an MX or SRV record indicated no SMTP service\n"),
    "exim, no address": (True, "A message that you sent could not be delivered to one or more of its recipients.\n\n  karin@kund.example\n    all host address lookups failed permanently\n"),
    "exim, patience ended": (False, "A message that you sent could not be delivered to one or more of its recipients.\n\n  karin@kund.example\n    host lookup did not complete: retry timeout exceeded\n"),
    "qmail, queue": (False, "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<karin@kund.example>:\nCNAME lookup failed temporarily. (#4.4.3)\nI'm not going to try again; this message has been in the queue too long.\n"),
    "yahoo, after DATA": (False, "Sorry, we were unable to deliver your message to the following address.\n\n<karin@kund.example>:\nRemote host said: 554 delivery error: dd This user doesn't have a yahoo.com account (karin@yahoo.example) [0] - mta1 [BODY]\n"),
    "gmail, no answer of DNS": (False, "Delivery to the following recipient failed permanently:\n\n     karin@kund.example\n\nTechnical details of permanent failure:\nDNS Error: Could not contact DNS servers\n"),
    "imail": (True, "Invalid final delivery userid: karin@kund.example\n"),
    "opensmtpd": (True, "An error has occurred while attempting to deliver a message for\nthe following list of recipients:\n\nkarin@kund.example: Destination seem to reject all mails\n"),
    "kddi": (True, "Your mail sent on: Thu, 29 Apr 2010 23:34:45 +0900\n     Could not be delivered to: <karin@kund.example>\n     As the remote domain doesnt exist.\n"),
    "groupwise": (True, "The message that you sent was undeliverable to the following:\n\tkarin@kund.example (user not found)\n"),
    "messaging server": (True, "This report relates to a message you sent with the following header fields:\n\n  Return-path: <support@acme.example>\n  Subject: x\n\nYour message cannot be delivered to the following recipients:\n\n  Recipient address: karin@kund.example\n  Reason: Illegal host/domain name found\n"),
    "james, after DATA": (False, "Error: Invalid user address\n\nError message below:\n550 - Requested action not taken: no such user here\n\nMessage details:\n  Subject: x\n  MAIL FROM: support@acme.example\n  RCPT TO: karin@kund.example\n"),
}  # fmt: skip


@pytest.mark.parametrize(("hard", "text"), NOTICES.values(), ids=NOTICES)
def test_notices_in_words_are_read_by_their_telling_line(hard: bool, text: str) -> None:
    assert permanent(dsn.read("text/plain", [("text/plain", text)], DAEMON, text)) is hard


def test_a_warning_of_courier_is_a_delay() -> None:
    head = [("From", '"Courier mail server at mx" <@mx.example>'), ("Subject", "WARNING: mail delayed")]
    text = f"Your message to the following recipients has been delayed.\n\n<{KARIN}>:\nDNS lookup failure.\n"
    found = dsn.read("text/plain", [("text/plain", text)], head, text)
    assert found is not None
    assert [(one.address, one.action, one.permanent) for one in found.recipients] == [(KARIN, "delayed", False)]


@pytest.mark.parametrize(("kind", "status", "hard"), [("Permanent", "5.1.1", True), ("Transient", "5.2.2", False)])
def test_amazon_tells_of_bounces_in_json(kind: str, status: str, hard: bool) -> None:
    one = {"emailAddress": KARIN, "status": status, "diagnosticCode": f"smtp; 550 {status} no"}
    told = {"notificationType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": [one]}, "mail": {}}
    head = [("From", "AWS Notifications <no-reply@sns.amazonaws.com>"), ("Subject", "AWS Notification Message")]
    text = (
        json.dumps(told) + "\n\n--\nIf you wish to stop receiving notifications from this topic, visit the link below"
    )
    assert permanent(dsn.read("text/plain", [("text/plain", text)], head, text)) is hard
    assert dsn.read("text/plain", [("text/plain", text)], [("From", "Karin <karin@kund.example>")], text) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"notificationType": "Bounce"}', '{"Message": "{"}', "{" * 100_000])
def test_broken_json_is_no_report(text: str) -> None:
    head = [("From", "no-reply@sns.amazonaws.com"), ("Subject", "AWS Notification Message")]
    assert dsn.read("text/plain", [("text/plain", text)], head, text) is None


def test_a_report_that_a_filter_wrapped_into_one_of_its_own_is_read() -> None:
    inner = (
        "From: MAILER-DAEMON@mx.example\nMessage-ID: <inner@mx.example>\nSubject: Returned mail: User unknown\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="i"\n\n--i\n\nfailed\n--i\nContent-Type: message/delivery-status\n\n'
        f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: RFC822; {KARIN}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n"
        "--i\nContent-Type: message/rfc822\n\nMessage-Id: <1042.7.x@tickets.acme.example>\nSubject: x\n\nx\n--i--\n"
    )
    outer = (
        'From: MAILER-DAEMON@filter.example\nSubject: Returned mail: User unknown\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="o"\n\n'
        "--o\nContent-Type: text/plain\n\n----- The following addresses had permanent delivery errors -----\n\n--o\nContent-Type: message/rfc822\n\n"
        f"{inner}\n--o--\n"
    )
    report = read(outer.encode()).delivery_report
    assert permanent(report)
    assert report is not None
    assert report.original_message_id == "<1042.7.x@tickets.acme.example>"
