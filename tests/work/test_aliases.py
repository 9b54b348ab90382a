"""Relays that give our mails another Message-ID (Amazon SES, Microsoft): answers and reports find their ticket all the same."""

from __future__ import annotations

from gateway.mail import identity
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof, Verdict
from gateway.mail.received import Received
from gateway.outbound.transport import Sent
from gateway.store import journal, outbox, tickets

KARIN, ERIK = "Karin Berg <karin@umbrella.example>", "Erik Ek <erik@umbrella.example>"
THEIRS = "<0102018f6b1c2d3e-aabbccdd@eu-west-1.amazonses.com>"


def rewritten(house, name=THEIRS):
    """Let Karin write, and the smarthost call the receipt by a name of its own; return her receipt."""
    house.receive("Den är trasig.")
    house.ingest()
    house.smarthost.script = [Sent(250, f"Ok {name}", name)] * 3
    return next(mail for mail in house.send() if "karin@" in str(mail["To"]))


def evidence(house, position=-1):
    with house.store.read() as conn:
        return tickets.load_case(conn, house.ticket().id).entries[position].evidence


def test_an_answer_that_names_only_the_id_of_the_smarthosts_250_finds_the_ticket(house):
    rewritten(house)
    house.write("Hej igen", subject="Re: utan nummer", In_Reply_To=THEIRS)
    assert len(house.tickets()) == 1
    assert any("by an alias that a relay gave it" in line for line in evidence(house))


def test_our_own_id_is_no_alias(house):
    receipt = rewritten(house)
    house.write("Hej igen", subject="Re: utan nummer", In_Reply_To=str(receipt["Message-ID"]))
    assert evidence(house)[0] == f"answers {receipt['Message-ID']}, our mail"


def test_an_id_the_smarthost_said_nothing_of_is_learned_from_the_first_answer_that_has_other_evidence(house):
    receipt = next(mail for mail in house.write("Den är trasig.") if "karin@" in str(mail["To"]))
    anchor = str(receipt["References"]).split()[0]
    house.write("Svar", subject="Re: x", In_Reply_To=THEIRS, References=f"{anchor} {receipt['Message-ID']}")
    house.write("Ett till", subject="Re: y", In_Reply_To=THEIRS)
    assert len(house.tickets()) == 1
    answered = house.write("Tredje", subject="Re: z", In_Reply_To=THEIRS)
    assert answered
    assert len(house.tickets()) == 1


def test_an_unknown_id_in_a_first_message_is_learned_by_nobody(house):
    house.write("Vi pratade om det här", In_Reply_To=THEIRS)
    house.write("Jag också", ERIK, subject="Re: annat", In_Reply_To=THEIRS)
    assert len(house.tickets()) == 2, "two colleagues who answer the same third party are two matters"


def report(house, original, envelope_id="", to="support@acme.example"):
    """Receive a delivery report about a mail to Karin."""
    fields = f"Reporting-MTA: dns; relay.example\n{envelope_id and f'Original-Envelope-Id: {envelope_id}'}\n"
    fields += "\nFinal-Recipient: rfc822; karin@umbrella.example\nAction: failed\nStatus: 5.1.1\n"
    raw = (
        "From: MAILER-DAEMON@relay.example\r\nTo: {to}\r\nSubject: Undelivered Mail\r\nMessage-ID: <r1@relay.example>\r\n"
        "Date: Tue, 24 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n{fields}\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).format(to=to, fields=fields.replace("\n", "\r\n"), original=original)
    received = Received(Envelope("", (to,), "smtp"), raw.encode(), house.now, Proof(Verdict.NONE, ""))
    journal.write_received(house.store, [received])
    house.turn()


def receipt_row(house):
    return next(row for row in house.outbox() if row.rcpt_to == "karin@umbrella.example")


def test_a_report_that_names_our_envelope_is_believed_though_the_message_id_is_not_ours(house):
    house.write("Den är trasig.")
    row = receipt_row(house)
    envelope_id = identity.envelope_id(house.deps.keys(), row.notice_id)
    report(house, THEIRS, envelope_id)
    assert receipt_row(house).state == "failed"
    house.write("Jag har en annan adress nu", subject="Re: x", In_Reply_To=THEIRS)
    assert len(house.tickets()) == 1, "the id in the report is an alias from now on"


def test_a_report_with_an_envelope_that_is_not_ours_changes_nothing(house):
    house.write("Den är trasig.")
    report(house, THEIRS, f"n{receipt_row(house).notice_id}.aaaaaaaaaaaaaaaa")
    assert receipt_row(house).state == "sent"


def test_the_envelope_id_leaves_with_the_mail_and_only_its_hash_is_kept(house):
    house.write("Den är trasig.")
    row = receipt_row(house)
    envelope_id = identity.envelope_id(house.deps.keys(), row.notice_id)
    with house.store.read() as conn:
        assert outbox.by_envid(conn, identity.bearer_hash(envelope_id)).id == row.id
    assert envelope_id in house.smarthost.envelope_ids
