"""A01 to A14: who somebody says he is, and what that is worth."""

from __future__ import annotations

import re
from email.utils import make_msgid

import pytest

from tests.attacks.scene import Opened, Scene, everything, unused
from tests.support import letters

ANNA = "Anna Åkesson <anna@acme.example>"
REAL_HOP = "Received: from mx.acme.example (mx.acme.example [127.0.0.1]) by tickets.acme.example; Sat, 21 Nov 2026 12:00:00 +0000\r\n"
BORDER = (
    "Received: from evil.example (evil.example [203.0.113.9]) by mx.acme.example; Sat, 21 Nov 2026 12:00:00 +0000\r\n"
)
OUTSIDE = "Received: from laptop (localhost [127.0.0.1]) by evil.example; Sat, 21 Nov 2026 12:00:00 +0000\r\n"
PASS = "mx.acme.example; dmarc=pass header.from=acme.example; dkim=pass header.d=acme.example"
SECRET = "kontot är 8327-9 904 221"


@pytest.fixture(scope="module")
def theirs(scene: Scene) -> Opened:
    """The ticket that everybody here is after."""
    return scene.opens(f"Det är hemligt: {SECRET}", subject="Utbetalningen")


def nothing_happened(scene: Scene, opened: Opened, text: str) -> None:
    """Assert that the ticket is as it was and that neither its customer nor a stranger heard of it."""
    ticket = scene.ticket(opened.reference)
    assert ticket["status"] == "new", ticket["history"]
    assert ticket["owner"] is None
    assert [e for e in ticket["entries"] if text in e["text"] and e["visibility"] == "public"] == []
    assert {p["address"] for p in ticket["participants"]} == {opened.customer}
    for mail in scene.about(opened.reference):
        staff = {"anna@acme.example", "bo@acme.example", "root@acme.example"}
        assert set(mail.recipients) <= staff | {opened.customer}, scene.sink.summary()
    assert [mail for mail in scene.sink.to(opened.customer) if text in everything(mail)] == []


def test_a01_a_number_in_the_subject_opens_no_door_and_is_no_oracle(scene: Scene, theirs: Opened):
    answers = {}
    for reference in (theirs.reference, "ACME-987654"):
        mallory = unused("mallory", "evil.example")
        raw = letters.plain(f"Re: [{reference}] kapad", "kaparens text\r\n", sender=mallory)
        scene.send(raw)
        receipt = scene.mail(mallory, "registered")
        row = scene.journal(raw)[0]
        told = {mail.recipients for mail in scene.sink.mails if "kaparens text" in mail.text}
        answers[reference] = (
            re.sub(r"ACME-\d+", "ACME-N", receipt.subject),
            sorted(name for name in receipt.message if name != "X-Gateway-Loop"),
        )
        assert row["state"] == "done"
        assert receipt.message["X-Ticket-Reference"] != theirs.reference
        assert told <= {("anna@acme.example",), ("bo@acme.example",)}
        assert SECRET not in everything(receipt)
        assert theirs.customer not in everything(receipt)
        opened = scene.ticket(str(receipt.message["X-Ticket-Reference"]))
        claims = [link for link in opened["links"] if theirs.reference in str(link)]
        assert bool(claims) == (reference == theirs.reference), "linked, and only where it is there"
    assert answers[theirs.reference] == answers["ACME-987654"], "the same answer for both"
    nothing_happened(scene, theirs, "kaparens text")


def test_a02_leaked_message_ids_earn_a_stranger_nothing(scene: Scene, theirs: Opened):
    mallory = unused("mallory", "evil.example")
    for number, mail in enumerate((theirs.receipt, theirs.notice)):
        raw = letters.reply(mail.raw, f"läckt id {number}", sender=mallory, client="plain", to=letters.DESK)
        scene.send(raw)
        assert scene.journal(raw)[0]["state"] in {"done", "held"}
    guessed = f"<1001.1.{'a' * 16}.{'b' * 16}@tickets.acme.example>"
    raw = letters.plain("gissat", "gissat id\r\n", sender=mallory, In_Reply_To=guessed, References=guessed)
    scene.send(raw)
    scene.journal(raw)
    entries = scene.ticket(theirs.reference)["entries"]
    assert [e for e in entries if "gissat id" in e["text"]] == [], "a guessed id leads nowhere"
    assert all(e["verified"] is False for e in entries if "läckt id" in e["text"])
    nothing_happened(scene, theirs, "läckt id")
    assert [mail.message["X-Ticket-Event"] for mail in scene.sink.to(mallory)] == ["registered"], (
        "for the guessed one only"
    )


def test_a03_cc_of_an_unproven_mail_is_nobody(scene: Scene, theirs: Opened):
    mallory = unused("mallory", "evil.example")
    for results in ("", "Authentication-Results: mx.acme.example; dmarc=fail header.from=cust.example\r\n"):
        raw = letters.plain(
            f"Re: [{theirs.reference}] x", f"med kopia {bool(results)}\r\n",
            sender=f"Alice <{theirs.customer}>", Cc=f"Mal <{mallory}>",
        )  # fmt: skip
        scene.send(results.encode() + raw, sender=mallory, to=letters.DESK)
    scene.settled()
    assert mallory not in {p["address"] for p in scene.ticket(theirs.reference)["participants"]}
    assert scene.sink.to(mallory) == []


def test_a03_a_cc_of_a_new_unproven_mail_is_nobody_either(scene: Scene):
    alice, mallory = unused("alice"), unused("mallory", "evil.example")
    raw = letters.plain("ny med kopia", "ny\r\n", sender=f"Alice <{alice}>", Cc=f"Mal <{mallory}>")
    scene.send(raw, sender=mallory, to=letters.DESK)
    receipt = scene.mail(alice, "registered")
    scene.settled()
    ticket = scene.ticket(str(receipt.message["X-Ticket-Reference"]))
    assert {p["address"] for p in ticket["participants"]} == {alice}
    assert scene.sink.to(mallory) == []


def test_a04_a_code_mailed_to_a_reply_address_reaches_operators_only(scene: Scene):
    mallory = unused("mallory", "evil.example")
    scene.send(letters.plain("köper tid", "hej\r\n", sender=mallory))
    receipt = scene.mail(mallory, "registered")
    reference = str(receipt.message["X-Ticket-Reference"])
    addresses = {receipt.mail_from, str(receipt.message["From"]), str(receipt.message["Reply-To"] or "")}
    found = {a for text in addresses for a in re.findall(r"[\w.+-]+@acme\.example", text)} | {letters.DESK}
    for number, to in enumerate(sorted(found)):
        for subject in ("Verify your address", f"Verify your address [{reference}]"):
            code = letters.plain(
                subject, f"https://slack.example/confirm?code=12345{number}\r\n",
                sender="Slack <no-reply@slack.example>", to=to, References=str(receipt.message["Message-ID"]),
            )  # fmt: skip
            scene.send(code, to=to)
    scene.settled()
    assert [m for m in scene.sink.to(mallory) if "12345" in everything(m)] == []
    assert len(scene.sink.to(mallory)) == 1, scene.sink.summary()


ORDERS = ("#close", "#avsluta\n", "#assign me", "#ta", "hemligt svar till kunden", "<p>#close</p>")


def test_a05_a_forged_operator_is_held_and_the_real_one_asked(scene: Scene, theirs: Opened):
    """No bearer, no proof: From alone. By the number, by a leaked id, always to the plain desk address."""
    before = len(scene.sink.to("anna@acme.example", "confirmation"))
    raws = []
    for order in ORDERS:
        raws += [
            letters.plain(f"Re: [{theirs.reference}] x", f"{order}\r\n", sender=ANNA),
            letters.reply(theirs.receipt.raw, order, sender=ANNA, client="outlook", to=letters.DESK),
        ]
    for raw in raws:
        scene.send(raw, sender="mallory@evil.example", to=letters.DESK)
    rows = scene.journal(*raws)
    assert {(row["state"], row["reason"]) for row in rows} == {("held", "unproven")}
    asked = scene.sink.to("anna@acme.example", "confirmation")[before:]
    assert asked, "the real Anna is asked"
    assert all(mail.mail_from == "" for mail in asked)
    nothing_happened(scene, theirs, "hemligt svar")


def test_a05_a_bearer_with_a_failed_dmarc_is_refused(scene: Scene, theirs: Opened):
    raw = letters.proven(letters.reply(theirs.notice.raw, "#close", sender=ANNA), result="fail")
    scene.send(raw)
    row = scene.journal(raw)[0]
    assert (row["state"], row["proof"]["verdict"]) == ("held", "fail")
    nothing_happened(scene, theirs, "#close")


def test_a05_marks_of_exchange_are_worth_nothing_over_smtp(scene: Scene, theirs: Opened):
    marks = {"X_MS_Exchange_Organization_AuthAs": "Internal", "X_MS_Exchange_Organization_AuthSource": "x.outlook.com"}
    unnamed = b"Authentication-Results: spf=pass smtp.mailfrom=acme.example; dkim=pass header.d=acme.example; dmarc=pass action=none header.from=acme.example; compauth=pass reason=100\r\n"
    raw = letters.plain(f"Re: [{theirs.reference}] x", "#close\r\n", sender=ANNA, **marks)
    below = b"Authentication-Results: mx.acme.example; dmarc=none header.from=acme.example\r\n" + unnamed
    raws = [raw, unnamed + raw, below + raw]
    for mail in raws:
        scene.send(mail)
    assert [row["proof"]["verdict"] for row in scene.journal(*raws)] == ["none"] * 3
    assert {row["state"] for row in scene.journal(*raws)} == {"held"}
    nothing_happened(scene, theirs, "#close")


def test_a05_the_key_line_in_a_customers_quote_is_no_operator(scene: Scene):
    """He who was forwarded a notice and quotes its key acts no more for it, whatever name he takes."""
    opened = scene.opens(subject="Nyckeln")
    key = re.search(r"\b(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b", opened.notice.text)
    assert key is not None
    raw = letters.proven(
        letters.plain(f"Re: [{opened.reference}] x", f"#close\r\n\r\nNyckel: {key[0]}\r\n", sender=opened.customer)
    )
    scene.send(raw)
    scene.settled()
    # "#close" is his own right, as a customer (commands.md); the key gives him nothing beyond.
    more = letters.proven(
        letters.plain(f"Re: [{opened.reference}] x", f"#assign bo\r\n\r\nNyckel: {key[0]}\r\n", sender=opened.customer)
    )
    scene.send(more)
    scene.settled()
    ticket = scene.ticket(opened.reference)
    assert ticket["owner"] is None
    assert all(key[0] not in everything(mail) for mail in scene.sink.to(opened.customer))


FORGED = {
    "i exact id, below the border": f"{REAL_HOP}{BORDER}{OUTSIDE}Authentication-Results: {PASS}\r\n",
    "i exact id, below a Received that looks like ours": f"{REAL_HOP}{BORDER}{REAL_HOP}Authentication-Results: {PASS}\r\n",
    "ii upper case": f"Authentication-Results: {PASS.replace('mx.acme', 'MX.ACME')}\r\n",
    "ii upper case name": f"AUTHENTICATION-RESULTS: {PASS.replace('mx.acme.example', 'MX.acme.example')}\r\n",
    "iii comment": f"Authentication-Results: {PASS.replace('mx.acme.example', 'mx.acme.example(x)')}\r\n",
    "iii comment before": f"Authentication-Results: (x) {PASS}\r\n",
    "iii comment hides the end": "Authentication-Results: evil.example (; mx.acme.example; dmarc=pass header.from=acme.example)\r\n",
    "iii folded": f"Authentication-Results:\r\n mx.acme.\r\n example; {PASS.partition(';')[2]}\r\n",
    "iii longer id": f"Authentication-Results: x{PASS}\r\n",
    "iii quoted": f'Authentication-Results: "mx.acme.example" ; {PASS.partition(";")[2]} (\r\n',
    "iv above the real one, which says fail": f"Authentication-Results: {PASS}\r\nAuthentication-Results: mx.acme.example; dmarc=fail header.from=acme.example\r\n",
    "iv below the real one, which says fail": f"Authentication-Results: mx.acme.example; dmarc=fail header.from=acme.example\r\nAuthentication-Results: {PASS}\r\n",
    "iv below the real one, which says none": f"Authentication-Results: mx.acme.example; dmarc=none header.from=acme.example\r\n{BORDER}Authentication-Results: {PASS}\r\n",
    "v pass and fail in one": f"Authentication-Results: {PASS}; dmarc=fail header.from=acme.example\r\n",
    "about another domain": "Authentication-Results: mx.acme.example; dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example\r\n",
    "about a lookalike": "Authentication-Results: mx.acme.example; dmarc=pass header.from=\u0430cme.example\r\n",
    "of a part": "Authentication-Results: mx.acme.example; dkim=pass header.d=evil.example header.i=@acme.example\r\n",
    "arc": f"ARC-Authentication-Results: i=1; {PASS}\r\n",
    "old": f"X-Authentication-Results: {PASS}\r\nAuthentication-Results : {PASS}x\r\n",
    "spf": "Received-SPF: pass (mx.acme.example: domain of anna@acme.example) client-ip=127.0.0.1\r\n",
    "spf only": "Authentication-Results: mx.acme.example; spf=pass smtp.mailfrom=acme.example\r\n",
    "reason": 'Authentication-Results: mx.acme.example; dmarc=none reason="dmarc=pass header.from=acme.example"\r\n',
}


def test_a06_forged_results_prove_nothing(scene: Scene, theirs: Opened):
    raws = {
        name: lines.encode() + letters.plain(f"Re: [{theirs.reference}] x", "#close\r\n", sender=ANNA)
        for name, lines in FORGED.items()
    }
    for raw in raws.values():
        scene.send(raw, "mallory@evil.example", letters.DESK)
    rows = dict(zip(raws, scene.journal(*raws.values()), strict=True))
    assert {name: row["proof"] for name, row in rows.items() if row["proof"]["verdict"] == "pass"} == {}
    assert {name: row["state"] for name, row in rows.items() if row["state"] != "held"} == {}
    nothing_happened(scene, theirs, "#close")


def test_a10_a_reply_address_that_was_passed_on_acts_for_nobody_else(scene: Scene):
    opened = scene.opens(subject="Vidare")
    mallory = unused("mallory", "evil.example")
    stolen = letters.proven(letters.reply(opened.notice.raw, "#close\n\nhej från mig", sender=mallory))
    scene.send(stolen)
    row = scene.journal(stolen)[0]
    assert row["state"] == "held"
    told = scene.mail("anna@acme.example", "held", None)
    assert mallory in told.text, "the owner of the address is told who used it"
    ticket = scene.ticket(opened.reference)
    assert ticket["status"] == "new"
    assert scene.sink.to(mallory) == []
    assert len(scene.sink.to(opened.customer)) == 1, "only her receipt"

    mine = letters.reply(opened.notice.raw, "svar med indragen nyckel", sender=ANNA)
    scene.send(mine)
    row = scene.journal(mine)[0]
    assert (row["state"], row["reason"]) == ("held", "unproven"), "the address was revoked, even for Anna"
    assert [m for m in scene.sink.to(opened.customer) if "indragen nyckel" in m.text] == []

    others = scene.mail("bo@acme.example", "registered", opened.reference)
    scene.send(letters.operator(others.raw, "Hej! Bo svarar.", sender=letters.BO))
    assert "Bo svarar" in scene.mail(opened.customer, "answered").text, "only that one was revoked"


def test_a10_a_bearer_of_one_ticket_is_none_for_another(scene: Scene, theirs: Opened):
    """A genuine reply address with the subject and references of another ticket goes where the bearer says."""
    own = scene.opens(subject="Egen")
    raw = letters.operator(own.notice.raw, "svar på det egna")
    mixed = raw.replace(own.reference.encode(), theirs.reference.encode())
    scene.send(mixed)
    assert "svar på det egna" in scene.mail(own.customer, "answered").text
    assert [m for m in scene.sink.to(theirs.customer) if "svar på det egna" in everything(m)] == []


DIFFERENTIALS = (
    "From: {anna}\r\nFrom: mallory@evil.example", "From: mallory@evil.example\r\nFrom: {anna}", "From : {anna}\r\nFrom: mallory@evil.example",
    "From: {anna}, mallory@evil.example", "From: staff: {anna};", "From: {anna} <mallory@evil.example>",
    "From: mallory@evil.example){anna}", "From: mallory@evil.example ({anna}", "From: <@evil.example:{anna}>", "From: <{anna}\0@evil.example>",
    "From: =?utf-8?q?anna=40acme.example?=", "From: <=?utf-8?q?anna=40acme.example?=>", 'From: "{anna}"@evil.example',
    "From: <{anna}><mallory@evil.example>", "From:\r\n {anna}\r\nFROM: mallory@evil.example",
    "From: anna@acme.example.evil.example", "From: anna@\u0430cme.example", "From: anna@acme\u3002example.evil.example", "Sender: {anna}",
    "From: mallory@evil.example\r\nReply-To: {anna}", "From: anna(@evil.example)@acme.example", "From: {anna}\rFrom: mallory@evil.example",
    "From: mallory@evil.example\r\nResent-From: {anna}", "X: y\r\n\r\nFrom: {anna}", "From: {anna}\x0b<mallory@evil.example>",
)  # fmt: skip


def test_a07_no_two_readings_of_from_make_an_operator(scene: Scene):
    """The trusted hop passed the attacker's own domain, as it truthfully would; he even has the reply address."""
    passed = "Authentication-Results: mx.acme.example; dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example\r\n"
    opened = scene.opens(subject="Läsarter")
    raws = []
    for line in DIFFERENTIALS:
        head = passed + line.format(anna="anna@acme.example")
        rest = f"To: {letters.DESK}\r\nSubject: Re: [{opened.reference}] x\r\nMessage-ID: {make_msgid()}\r\nIn-Reply-To: {opened.notice.message_id}"
        raw = f"{rest}\r\n{head}\r\n\r\n#close\r\n\r\nläsartens text\r\n".encode()
        raws.append(raw)
        scene.send(raw, "mallory@evil.example", letters.DESK)
    rows = dict(zip(DIFFERENTIALS, scene.journal(*raws), strict=True))
    ticket = scene.ticket(opened.reference)
    assert ticket["status"] == "new", [e["evidence"] for e in ticket["entries"]]
    public = [e for e in ticket["entries"] if "läsartens" in e["text"] and e["visibility"] == "public"]
    assert public == []
    assert len(scene.sink.to(opened.customer)) == 1, "only her receipt"
    assert {name: row["state"] for name, row in rows.items() if row["state"] not in {"held", "done"}} == {}


def test_a12_reply_to_is_nobody(scene: Scene, theirs: Opened):
    mallory = unused("mallory", "evil.example")
    raw = letters.plain(
        f"Re: [{theirs.reference}] x",
        "#close\r\n\r\nsvara mig\r\n",
        sender=mallory,
        Reply_To=f"{ANNA}, {theirs.customer}",
    )
    scene.send(letters.proven(raw), mallory, letters.DESK)
    receipt = scene.mail(mallory, "registered")
    assert receipt.message["X-Ticket-Reference"] != theirs.reference
    nothing_happened(scene, theirs, "svara mig")


def test_a01_a_filters_word_outweighs_a_number_and_a_forged_name(scene: Scene, theirs: Opened):
    """Numbers can be counted and names are known: spam in a customer's name must not come to his ticket unseen."""
    raw = letters.plain(f"Re: [{theirs.reference}] x", "köp klockor\r\n", sender=theirs.customer)
    raw = b"X-Spam-Flag: YES\r\nAuthentication-Results: mx.acme.example; dmarc=none header.from=cust.example\r\n" + raw
    scene.send(raw)
    row = scene.journal(raw)[0]
    assert (row["state"], row["reason"]) == ("held", "spam"), row
    nothing_happened(scene, theirs, "köp klockor")
