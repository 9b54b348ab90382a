"""A50 to A60: machines that answer machines, and mails that come twice."""

from __future__ import annotations

import re
from email.utils import make_msgid

import pytest

from tests.attacks.scene import Scene, unused
from tests.support import letters


def test_a50_an_honest_vacation_answer_gets_no_answer(scene: Scene):
    opened = scene.opens(subject="Semester")
    scene.send(letters.operator(opened.notice.raw, "Hej! Vilken skrivare?\n\n#vänta"))
    asked = scene.mail(opened.customer, "waiting")
    before = len(scene.sink.to(opened.customer))
    for answered in (opened.receipt, asked, asked):
        scene.send(letters.vacation(answered.raw, sender=opened.customer), opened.customer)
    scene.settled()
    ticket = scene.ticket(opened.reference)
    assert len(scene.sink.to(opened.customer)) == before, scene.sink.summary()
    assert ticket["status"] == "waiting"
    assert [e for e in ticket["entries"] if "semester" in e["text"]], "kept all the same"


def test_a51_a_responder_without_any_mark_is_answered_three_times_a_day_at_most(scene: Scene):
    """It answers every mail that comes, as a new mail without a reference; and as a reply."""
    robot = unused("robot", "botnet.example")
    for number in range(12):
        scene.send(letters.plain(f"Vi har fått ditt brev {number}", f"Tack, nummer {number}.\r\n", sender=robot))
    scene.settled()
    opened = scene.sink.to(robot, "registered")
    assert 1 <= len(opened) <= 20
    first = opened[0]
    before = len(scene.sink.to(robot))
    for number in range(12):
        scene.send(letters.reply(first.raw, f"Vi har fått ditt svar {number}.", sender=robot, client="plain"))
    scene.settled()
    reference = str(first.message["X-Ticket-Reference"])
    automatic = [mail for mail in scene.about(reference) if robot in mail.recipients]
    assert len(automatic) <= 3, scene.sink.summary()
    assert len(scene.sink.to(robot)) - before <= 3


def test_a51_twenty_a_day_is_the_end_and_the_operators_hear_of_it(scene: Scene):
    robot = unused("robot", "proved.example")
    for number in range(26):
        scene.send(letters.proven(letters.plain(f"Nytt brev {number}", f"Nummer {number}.\r\n", sender=robot)))
    scene.settled()
    assert len(scene.sink.to(robot)) <= 20, len(scene.sink.to(robot))
    tickets = [t for t in scene.daemon.json("ticket", "list", "--limit", "1000") if t["requester"] == robot]
    assert len(tickets) == 26, "nothing is dropped"
    rows = [r for r in scene.daemon.json("outbox", "list", "--limit", "1000") if r["to"] == robot]
    withheld = [r for r in rows if r["state"] == "suppressed"]
    assert withheld, "each silence is a row"
    assert all(r["suppressed_reason"] for r in withheld)


def test_a53_our_own_mail_that_comes_back_is_filed(scene: Scene):
    opened = scene.opens(subject="Tillbaka")
    before = len(scene.sink.mails)
    raws = [
        opened.receipt.raw,
        opened.notice.raw,
        b"Received: from a by b; Sat, 21 Nov 2026 12:00:00 +0000\r\n" + opened.notice.raw,
    ]
    for raw in raws:
        scene.send(raw, sender="list@umbrella.example", to=letters.DESK)
    rows = scene.journal(*raws)
    assert {(row["state"], row["reason"], row["entry_id"]) for row in rows} == {
        ("done", "one of our own mails came back", None)
    }
    assert len(scene.ticket(opened.reference)["entries"]) == 1
    assert len(scene.sink.mails) == before, scene.sink.summary()


def test_a53_a_loop_mark_from_outside_silences_nobody(scene: Scene):
    """A11 as well: our own headers, written by others."""
    customer = unused("tyst")
    mail = letters.plain(
        "Inte tyst", "Hej\r\n", sender=customer, X_Gateway_Loop="abcdefghijklmnop", X_Ticket_Event="registered",
        X_Ticket_Reference="ACME-1001", X_Ticket_Reason="group", X_Loop="support@acme.example",
    )  # fmt: skip
    scene.send(letters.proven(mail))
    receipt = scene.mail(customer, "registered")
    assert receipt.message["X-Ticket-Reference"] != "ACME-1001"
    assert scene.to_anna(str(receipt.message["X-Ticket-Reference"]), "registered")


def test_a53_many_hops_or_our_own_address_alone_are_no_loop_and_earn_no_receipt(scene: Scene):
    """Without our MAC nothing proves a loop: the words are kept as a ticket's, but nobody is answered."""
    hops = b"Received: from a by b; Sat, 21 Nov 2026 12:00:00 +0000\r\n" * 60
    round_trip, delivered = unused("hopp"), unused("levererad")
    many = hops + letters.plain("Sextio hopp", "ord\r\n", sender=round_trip)
    ours = b"Delivered-To: support@acme.example\r\nDelivered-To: support@acme.example\r\n" + letters.plain(
        "Levererad", "ord\r\n", sender=delivered
    )
    own = letters.plain("Från oss", "ord till oss själva\r\n", sender=f"ACME Support <{letters.DESK}>")
    for raw in (many, own):
        scene.send(raw, "someone@relay.example", letters.DESK)
    scene.send(letters.proven(ours), delivered, letters.DESK)
    rows = scene.journal(many, own)
    assert {row["state"] for row in rows} <= {"done", "held"}, rows
    assert scene.sink.to(round_trip) == []
    assert scene.sink.to(letters.DESK) == [], "never to ourselves"
    assert scene.mail(delivered, "registered"), "an alias in front of the desk delivers twice"


MACHINES = {
    "auto-submitted": {"Auto_Submitted": "auto-generated"},
    "auto-submitted, case and parameters": {"AUTO_SUBMITTED": 'Auto-Replied (x); owner="y"'},
    "precedence bulk": {"Precedence": "BULK"}, "precedence junk": {"Precedence": "junk"}, "auto_reply": {"Precedence": "auto_reply"},
    "list-id": {"List_Id": "<news.example>"}, "suppress": {"X_Auto_Response_Suppress": "OOF, AutoReply"},
    "x-autoreply": {"X_Autoreply": "yes"}, "x-autorespond": {"X_Autorespond": "Re: x"}, "precedence list": {"Precedence": "list"},
    "auto-submitted in capitals": {"Auto_Submitted": "AUTO-NOTIFIED"}, "suppress all": {"X_Auto_Response_Suppress": "All"},
}  # fmt: skip


def test_a54_machines_are_kept_and_never_answered(scene: Scene):
    senders = {name: unused("maskin", "machine.example") for name in MACHINES}
    raws = [
        letters.plain(f"Maskin {name}", "pip\r\n", sender=senders[name], **headers)
        for name, headers in MACHINES.items()
    ]
    addresses = [
        f"{local}@daemons{number}.example"
        for number, local in enumerate(("MAILER-DAEMON", "postmaster", "noreply", "no-reply", "do-not-reply"))
    ]
    raws += [letters.plain(f"Från {address}", "pip\r\n", sender=address) for address in addresses]
    for raw in raws:
        scene.send(letters.proven(raw))
    rows = scene.journal(*(letters.proven(raw) for raw in raws))
    assert {row["state"] for row in rows} <= {"done", "held"}
    answered = [to for to in (*senders.values(), *addresses) if scene.sink.to(to)]
    assert answered == [], "never answered"


def test_a57_a_forged_bounce_silences_nobody(scene: Scene):
    """It quotes a real Message-ID, but comes neither to the VERP address nor names the reader of that mail."""
    opened = scene.opens(subject="Studsen")
    victim = unused("offer")
    scene.opens(customer=victim, subject="Offrets")
    forged = letters.bounce(opened.notice.raw, victim, to=letters.DESK)
    scene.send(forged, sender="", to=letters.DESK)
    scene.send(letters.bounce(opened.receipt.raw.replace(b".1.", b".9."), victim, to=letters.DESK), "", letters.DESK)
    scene.settled()
    told = scene.opens(customer=victim, subject="Efter studsen")
    assert told.reference, "the victim is still told"


def test_a59_the_same_mail_by_two_ways_is_one_message_and_one_receipt(scene: Scene):
    customer = unused("dubbel")
    raw = letters.proven(letters.customer("Två vägar", "Samma brev.", sender=customer))
    again = b"Received: from other by mx.acme.example; Sat, 21 Nov 2026 12:00:00 +0000\r\n" + raw
    for copy in (raw, again, raw):
        scene.send(copy)
    scene.settled()
    assert len(scene.sink.to(customer)) == 1, scene.sink.summary()
    assert len([t for t in scene.daemon.json("ticket", "list", "--limit", "1000") if t["requester"] == customer]) == 1


@pytest.mark.parametrize("order", ["before", "after"])
def test_a60_a_taken_message_id_suppresses_nothing(scene: Scene, order: str):
    alice, mallory = unused("alice"), unused("mallory", "evil.example")
    name = make_msgid(domain="cust.example")
    hers = letters.proven(letters.plain(f"Krock {order}", "Alices riktiga ord.\r\n", sender=alice, message_id=name))
    his = letters.plain(f"Krock {order}", "Mallorys ord.\r\n", sender=mallory, message_id=name)
    spoofed = letters.plain(f"Krock {order}", "Mallorys ord i hennes namn.\r\n", sender=alice, message_id=name)
    mails = (his, spoofed, hers) if order == "before" else (hers, his, spoofed)
    for mail in mails:
        scene.send(mail, to=letters.DESK)
        scene.settled()
    rows = scene.journal(*mails)
    assert {row["state"] for row in rows} == {"done"}, [(r["state"], r["reason"]) for r in rows]
    texts = []
    for ticket in scene.daemon.json("ticket", "list", "--limit", "1000"):
        if ticket["subject"] == f"Krock {order}":
            texts += [entry["text"].strip() for entry in scene.ticket(ticket["reference"])["entries"]]
    assert sorted(texts) == ["Alices riktiga ord.", "Mallorys ord i hennes namn.", "Mallorys ord."]


def report(kind: str, part: str, sender: str, *, to: str = letters.DESK) -> bytes:
    """Return a multipart/report of that kind with one machine-readable part."""
    head = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {kind}\r\nMessage-ID: {make_msgid()}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
    )
    return f"{head}--b\r\n\r\nA report.\r\n--b\r\n{part}\r\n--b--\r\n".encode()


def test_a58_reports_receipts_calendars_and_lists_are_kept_and_never_answered(scene: Scene):
    """ARF (RFC 5965), MDN, a calendar's reply, a list with its own From and with a munged one."""
    arf = "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
    mdn = "Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    alice, poster = unused("alice"), unused("poster")
    senders = [unused("fbl", "provider.example"), unused("mdn"), unused("kalender"), "list@lists.example"]
    listed = {"List_Id": "<list.lists.example>", "List_Post": "<mailto:list@lists.example>", "Precedence": "list"}
    calendar = letters.plain(
        "Accepterat: möte", "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", sender=senders[2]
    )
    raws = [
        report("feedback-report", arf, senders[0]),
        report("disposition-notification", mdn, senders[1]),
        calendar.replace(b"text/plain", b"text/calendar; method=REPLY"),
        letters.plain("[list] hej", "ord\r\n", sender=poster, Cc="list@lists.example", **listed),
        letters.plain(
            "[list] munged",
            "ord\r\n",
            sender="Alice via List <list@lists.example>",
            Reply_To=f"Alice <{alice}>",
            **listed,
        ),
    ]
    for raw in raws:
        scene.send(letters.proven(raw), "bounce@lists.example", letters.DESK)
    rows = scene.journal(*(letters.proven(raw) for raw in raws))
    assert {row["state"] for row in rows} <= {"done", "held"}
    assert [to for to in (*senders, alice, poster) if scene.sink.to(to)] == []
    for ticket in scene.daemon.json("ticket", "list", "--limit", "1000"):
        if "list]" in ticket["subject"] or "munged" in ticket["subject"]:
            people = scene.ticket(ticket["reference"])["participants"]
            assert "list@lists.example" not in {p["address"] for p in people if p["role"] != "requester"}


def test_a56_a_report_at_the_signed_address_or_about_our_id_marks_the_mail_and_opens_nothing(scene: Scene):
    opened = scene.opens(subject="Studsar på riktigt")
    scene.send(letters.operator(opened.notice.raw, "Svar som inte kommer fram."))
    answer = scene.mail(opened.customer, "answered")
    before = len(scene.daemon.json("ticket", "list", "--limit", "1000"))
    scene.send(letters.bounce(answer.raw, opened.customer, to=letters.DESK), "", letters.DESK)
    scene.settled()
    mails = [
        m for m in scene.ticket(opened.reference)["mails"] if m["event"] == "answered" and m["to"] == opened.customer
    ]
    assert [m["state"] for m in mails] == ["failed"], mails
    assert len(scene.daemon.json("ticket", "list", "--limit", "1000")) == before
    told = scene.mail("anna@acme.example", "bounced", opened.reference)
    assert opened.customer in told.text


@pytest.mark.parametrize("action", ["delayed", "failed"])
def test_a57_a_soft_bounce_suppresses_nobody(scene: Scene, action: str):
    opened = scene.opens(subject="Mjuk studs")
    status = {"delayed": "4.4.1", "failed": "4.2.2"}[action]
    soft = letters.bounce(
        opened.receipt.raw, opened.customer, to=letters.DESK, status=status, action=action, diagnostic="452 4.2.2 Mailbox full",
    )  # type: ignore[arg-type]  # fmt: skip
    scene.send(soft, "", letters.DESK)
    scene.settled()
    scene.send(letters.operator(opened.notice.raw, "Svar trots fullt."))
    assert "Svar trots fullt." in scene.mail(opened.customer, "answered").text


MESSAGE_IDS = {
    "missing": "", "empty": "Message-ID:\r\n", "blank": "Message-ID:    \r\n", "angles": "Message-ID: <>\r\n", "long": f"Message-ID: <{'x' * 1000}@e.example>\r\n",
    "eight bit": "Message-ID: <åäö@e.example>\r\n", "no angles": "Message-ID: abc\r\n", "two": "Message-ID: <a@e.example>\r\nMessage-ID: <b@e.example>\r\n",
    "blanks inside": "Message-ID: <a b c@e.example>\r\n", "folded": "Message-ID:\r\n <folded@e.example>\r\n", "NUL": "Message-ID: <a\0b@e.example>\r\n",
}  # fmt: skip


def test_a61_any_message_id_is_taken_and_what_we_answer_has_one_of_ours(scene: Scene):
    """And twice the same text without an id is two mails of two senders, while the same bytes again are one."""
    senders = {name: unused("id") for name in MESSAGE_IDS}
    for name, line in MESSAGE_IDS.items():
        raw = f"From: {senders[name]}\r\nTo: {letters.DESK}\r\nSubject: id\r\n{line}\r\nSamma ord.\r\n".encode()
        passed = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=cust.example\r\n" + raw
        for _ in range(2):
            with scene.wire() as wire:
                wire.up_to_data(senders[name])
                assert wire.say(passed + b".\r\n").startswith("250"), name
    for name, sender in senders.items():
        receipt = scene.mail(sender, "registered")
        assert re.fullmatch(r"<[0-9a-z.]+@tickets\.acme\.example>", receipt.message_id), name
        assert receipt.faults == ()
    scene.settled()
    assert {len(scene.sink.to(sender)) for sender in senders.values()} == {1}
