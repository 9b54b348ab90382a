"""A03 to A15, further ways to be somebody else: espoofer's cases, replays, chains, own headers, ciphertext."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, make_msgid

import pytest

from tests.attacks.scene import Opened, Scene, everything, unused
from tests.support import letters

ANNA = "anna@acme.example"
EVIL = "Authentication-Results: mx.acme.example; dmarc=%s header.from=%s; dkim=%s header.d=%s; spf=pass smtp.mailfrom=%s\r\n"
# chenjj/espoofer: the cases against a receiving server and against the reader's program, as headers and envelope
# sender; `said` is what an honest border would say of each. {a} is the admin, {l} the line break.
ESPOOFER = {
    "server_a1 helo passes": (f"From: <{ANNA}>", "", "none", "evil.example"),
    "server_a2 empty mail from, helo passes": (f"From: <{ANNA}>", "", "none", "x.evil.example"),
    "server_a3 no such subdomain": (f"From: <any@x.{ANNA.partition('@')[2]}>", "any@evil.example", "none", "evil.example"),
    "server_a4 dkim d= cut at NUL": (f"From: <{ANNA}>", "any@evil.example", "none", "acme.example\\x00.evil.example"),
    "server_a5 dkim selector cut": (f"From: <{ANNA}>", "any@evil.example", "none", "acme.example'a.evil.example"),
    "server_a6 route in mail from": (f"From: <{ANNA}>", "@acme.example,@x.example:any@evil.example", "none", "evil.example"),
    "server_a7 quoted mail from": (f"From: <{ANNA}>", '"any@acme.example"@evil.example', "none", "evil.example"),
    "server_a8 two froms, second passes": (f"From: <{ANNA}>\r\nFrom: <any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a9 space before the colon": (f"From : <{ANNA}>\r\nFrom: <any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a10 a line that is folded from the first": (f" From: <{ANNA}>\r\nFrom: <any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a11 folded name": (f"From\r\n : <{ANNA}>\r\nFrom: <any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a12 list of two": (f"From: <{ANNA}>, <any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a13 route": (f"From: <@evil.example,@any.example:{ANNA}>", "any@evil.example", "pass", "evil.example"),
    "server_a14 comment": (f"From: <any@evil.example(>)({ANNA})", "any@evil.example", "pass", "evil.example"),
    "server_a15 two brackets": (f"From: <{ANNA}><any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a16 encoded": (f"From: =?utf-8?b?{base64.b64encode(f'<{ANNA}>'.encode()).decode()}?= <any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a17 encoded with a cut": (f"From: =?utf-8?b?{base64.b64encode(f'<{ANNA}>,'.encode()).decode()}?=any@evil.example", "any@evil.example", "pass", "evil.example"),
    "server_a18 NUL": (f"From: <{ANNA}\x00any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "server_a19 backslash": (f"From: <{ANNA}\\,any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "client_a1 no from, sender": (f"Sender: <{ANNA}>", "any@evil.example", "pass", "evil.example"),
    "client_a2 resent-from": (f"Resent-From: <{ANNA}>\r\nFrom: <any@evil.example>", "any@evil.example", "pass", "evil.example"),
    "client_a3 unicode": ("From: <anna@\u0430cme.example>", "any@evil.example", "pass", "xn--cme-5cd.example"),
}  # fmt: skip


@pytest.fixture(scope="module")
def theirs(scene: Scene) -> Opened:
    return scene.opens("Kontot är 8327-9.", subject="Målet")


def acted(scene: Scene, opened: Opened) -> list[str]:
    """Return what became of the ticket that should not have."""
    scene.settled()
    ticket = scene.ticket(opened.reference)
    wrong = [] if (ticket["status"], ticket["owner"]) == ("new", None) else [f"{ticket['status']} {ticket['owner']}"]
    return wrong + [mail.subject for mail in scene.sink.to(opened.customer)[1:]]


def test_a07_espoofers_cases_make_nobody_an_operator(scene: Scene):
    opened = scene.opens(subject="Espoofer")
    raws = {}
    for name, (head, sender, verdict, domain) in ESPOOFER.items():
        # With a key of hers and nothing against him he would be known; he has it where the border spoke of his domain.
        bearer = f"In-Reply-To: {opened.notice.message_id}\r\n" if verdict == "pass" else ""
        said = EVIL % (verdict, domain, "pass", domain, sender.rpartition("@")[2] or "evil.example")
        mail = (
            f"{said}{head}\r\nTo: {letters.DESK}\r\nSubject: Re: [{opened.reference}] x\r\nMessage-ID: {make_msgid()}\r\n"
            f"{bearer}\r\n#close\r\n\r\n#ta\r\n"
        )
        raws[name] = mail.encode()
        with scene.wire() as wire:
            wire.say("EHLO evil.example")
            if not wire.say(f"MAIL FROM:<{sender}> SMTPUTF8").startswith("250"):  # refused in the session: as good
                raws.pop(name)
                continue
            assert wire.say(f"RCPT TO:<{letters.DESK}>").startswith("250")
            assert wire.say("DATA").startswith("354")
            assert wire.say(raws[name] + b".\r\n").startswith("250"), name
    rows = dict(zip(raws, scene.journal(*raws.values()), strict=True))
    assert acted(scene, opened) == [], {name: (row["state"], row["reason"]) for name, row in rows.items()}
    assert {
        name
        for name, row in rows.items()
        if row["proof"].get("domain") == "acme.example" and row["proof"]["verdict"] == "pass"
    } == set()
    assert len(raws) >= 18


def signed(raw: bytes, *, tags: str = "") -> bytes:
    """Return the mail under a signature of our domain, which the border found genuine."""
    signature = f"DKIM-Signature: v=1; a=rsa-sha256; d=acme.example; s=s1;{tags} h=from:subject:date:message-id; bh=AAAA; b=BBBB{len(raw)}\r\n"
    return letters.proven(signature.encode() + raw)


def test_a08_a_signature_over_a_part_of_the_body_proves_nothing(scene: Scene, theirs: Opened):
    """Genuine up to l=; what was put below it, anybody wrote. The border says pass all the same."""
    raws = [
        signed(letters.plain(f"Re: [{theirs.reference}] x", "Hej\r\n\r\n#close\r\n", sender=ANNA), tags=f" {tag}")
        for tag in ("l=3;", "L=3;", "l = 3 ;", "l=0;")
    ]
    for raw in raws[:1] + raws[2:]:
        scene.send(raw, "mallory@evil.example")
    rows = scene.journal(*raws[:1], *raws[2:])
    assert {row["proof"]["verdict"] for row in rows} == {"none"}
    assert {row["state"] for row in rows} == {"held"}
    assert acted(scene, theirs) == []


def test_a08_a_genuine_order_is_worth_nothing_at_another_address(scene: Scene):
    """Its To is unsigned: sent again to the reply address of another ticket that went to Anna, too."""
    one, other = scene.opens(subject="Den ena"), scene.opens(subject="Den andra")
    order = signed(letters.reply(one.notice.raw, "#priority high", sender=letters.ANNA, client="plain"))
    scene.send(order)
    scene.settled()
    assert scene.ticket(one.reference)["priority"] == "high"
    address = str(other.notice.message["Reply-To"])
    own = str(one.notice.message["Reply-To"])
    bare = re.search(r"<([^>]+)>|(\S+@\S+)", address)
    assert bare is not None
    replayed = order.replace(own.encode(), address.encode())
    assert replayed != order
    scene.send(replayed, "mallory@evil.example", bare[1] or bare[2])
    row = scene.journal(replayed)[0]
    assert row["state"] in {"held", "done"}
    ticket = scene.ticket(other.reference)
    assert ticket["priority"] != "high", row
    assert scene.ticket(other.reference)["owner"] is None


def test_a08_a_genuine_order_of_last_week_is_asked_about(scene: Scene):
    opened = scene.opens(subject="Förra veckan")
    for days in (-8, 8):
        then = datetime.now(UTC) + timedelta(days=days)
        old = letters.reply(opened.notice.raw, "#close\n\nKlart.", sender=letters.ANNA, at=then)
        scene.send(signed(old))
        assert scene.journal(signed(old))[0]["reason"] == "unproven"
    assert acted(scene, opened) == []
    fresh = letters.reply(opened.notice.raw, "Hej nu.", sender=letters.ANNA, at=datetime.now(UTC) - timedelta(days=6))
    scene.send(signed(fresh))
    assert "Hej nu." in scene.mail(opened.customer, "answered").text


def test_a09_a_chain_of_arc_by_anybody_proves_nothing(scene: Scene, theirs: Opened):
    passed = "mx.acme.example; dmarc=pass header.from=acme.example; dkim=pass header.d=acme.example; arc=none"
    chain = "".join(
        f"ARC-Seal: i={i}; a=rsa-sha256; cv={'none' if i == 1 else 'pass'}; d=acme.example; s=s1; b=AAAA\r\n"
        f"ARC-Message-Signature: i={i}; a=rsa-sha256; d=acme.example; s=s1; h=from:to:subject; bh=AAAA; b=BBBB\r\n"
        f"ARC-Authentication-Results: i={i}; {passed}\r\n"
        for i in (2, 1)
    )
    broken = "Authentication-Results: mx.acme.example; dmarc=fail header.from=acme.example; dkim=fail header.d=acme.example; arc=pass (i=2)\r\n"
    none = "Authentication-Results: mx.acme.example; arc=pass (i=2 dkim=pass dmarc=pass) header.from=acme.example\r\n"
    raws = [
        f"{above}{chain}".encode() + letters.plain(f"Re: [{theirs.reference}] x", "#close\r\n", sender=ANNA)
        for above in ("", broken, none)
    ]
    for raw in raws:
        scene.send(raw, "list@list.example")
    rows = scene.journal(*raws)
    assert {row["proof"]["verdict"] for row in rows} <= {"none", "fail"}
    assert {row["state"] for row in rows} == {"held"}
    assert acted(scene, theirs) == []


def test_a11_our_own_headers_from_outside_are_ignored_on_every_way(scene: Scene, theirs: Opened):
    names = ("X-Gateway-Ticket", "X-Gateway-Command", "X-Gateway-Internal", "X-Gateway-Loop", "X-Ticket-Reference", "X-Ticket-Event", "X-Ticket-Reason", "X-RT-Loop-Prevention", "X-OTRS-Loop", "X-Loop", "List-Unsubscribe")  # fmt: skip
    for value in (theirs.reference, "close", "yes", "registered", str(theirs.notice.message["X-Gateway-Loop"])):
        mallory = unused("mallory", "evil.example")
        head = "".join(f"{name}: {value}\r\n" for name in names)
        raw = head.encode() + letters.plain("Med huvuden", "hej\r\n", sender=mallory)
        scene.send(letters.proven(raw))
        receipt = scene.mail(mallory, "registered")
        assert receipt.message["X-Ticket-Reference"] != theirs.reference
        reference = str(receipt.message["X-Ticket-Reference"])
        assert scene.to_anna(reference, "registered"), "nobody is kept from hearing"
        assert value not in [str(receipt.message[name]) for name in ("X-Gateway-Loop", "X-Loop")]
    assert acted(scene, theirs) == []


def test_a12_reply_to_directs_no_word_of_ours(scene: Scene):
    """The receipt, our answer and what follows go to the From; a Reply-To elsewhere gets nothing."""
    alice, mallory = unused("alice"), unused("mallory", "evil.example")
    raw = letters.plain("Svara annanstans", "hej\r\n", sender=alice, Reply_To=f"Alice <{mallory}>")
    scene.send(letters.proven(raw))
    reference = str(scene.mail(alice, "registered").message["X-Ticket-Reference"])
    scene.send(letters.operator(scene.to_anna(reference, "registered").raw, "Här är svaret."))
    assert "Här är svaret." in scene.mail(alice, "answered").text
    assert scene.sink.to(mallory) == []
    assert {p["address"] for p in scene.ticket(reference)["participants"]} == {alice}


def test_a03_who_joins_later_sees_nothing_of_before(scene: Scene):
    """A proved mail of the customer brings a new Cc: the answer to it shows him nothing older."""
    opened = scene.opens("Lösenordet är tulpan77.", subject="Kopian")
    friend = unused("friend", "partner.example")
    raw = letters.reply(opened.receipt.raw, "Ta med min kollega.", sender=opened.customer, cc=friend, client="plain")
    scene.send(letters.proven(raw))
    notice = scene.to_anna(opened.reference, "customer-wrote")
    scene.send(letters.operator(notice.raw, f"#cc +{friend}\n\nVälkommen båda."))
    scene.settled()
    for mail in scene.sink.to(friend):
        assert "tulpan77" not in everything(mail), mail.subject
    assert scene.mail(opened.customer, "answered")


def test_a04_a_receipt_holds_neither_text_nor_code(scene: Scene):
    mallory = unused("mallory", "evil.example")
    text = "Your code is 918273, verify at https://slack.example/confirm?code=918273\r\n"
    for proved in (False, True):  # who is proved reads his own subject again, a stranger not even that
        raw = letters.plain("Verify" if proved else "Verify 918273", text, sender=mallory)
        scene.send(letters.proven(raw) if proved else raw)
        scene.settled()
    receipts = scene.sink.to(mallory)
    assert receipts
    for mail in receipts:
        assert "slack.example" not in everything(mail)
        assert "918273" not in everything(mail)
        assert list(mail.message.iter_attachments()) == [] or all(
            part.get_content_disposition() == "inline" for part in mail.message.iter_attachments()
        ), "no file of theirs"


OUTLOOK_BARE = "Hej, vi tittar.\r\n\r\nFrån: Mallory\r\nSkickat: den 21 november 2026 12:00\r\nTill: support@acme.example\r\nÄmne: x\r\n\r\n#close\r\n#assign bo\r\n"
TOP_HTML = "<div>Hej, vi tittar.</div><blockquote><p>#close</p><p>#assign bo</p></blockquote>"


@pytest.mark.parametrize("form", ["outlook without marks", "html on top", "below a signature", "forwarded"])
def test_a14_orders_in_what_is_quoted_are_text(scene: Scene, form: str):
    opened = scene.opens("#close\n\nHej", subject="Planterat")
    match form:
        case "outlook without marks":
            raw = letters.plain(
                f"SV: [{opened.reference}] x",
                OUTLOOK_BARE,
                sender=letters.ANNA,
                to=str(opened.notice.message["Reply-To"]),
            )
        case "html on top":
            raw = letters.plain(
                f"SV: [{opened.reference}] x", TOP_HTML, sender=letters.ANNA, to=str(opened.notice.message["Reply-To"])
            )
            raw = raw.replace(b"text/plain", b"text/html")
        case "below a signature":
            raw = letters.plain(
                f"SV: [{opened.reference}] x",
                "Hej, vi tittar.\r\n\r\n-- \r\nAnna\r\n#close\r\n",
                sender=letters.ANNA,
                to=str(opened.notice.message["Reply-To"]),
            )
        case _:
            text = "Hej, vi tittar.\r\n\r\n---------- Forwarded message ---------\r\nFrom: M <m@evil.example>\r\nDate: Sat, 21 Nov 2026 12:00\r\nSubject: x\r\nTo: <support@acme.example>\r\n\r\n#close\r\n"
            raw = letters.plain(
                f"SV: [{opened.reference}] x", text, sender=letters.ANNA, to=str(opened.notice.message["Reply-To"])
            )
    scene.send(letters.proven(raw))
    scene.settled()
    ticket = scene.ticket(opened.reference)
    assert ticket["status"] in {"new", "open"}, ticket["status"]
    assert ticket["owner"] in {None, "anna"}
    assert [
        m.subject
        for m in scene.sink.to(opened.customer, "answered")
        if "#close" in m.text.partition("Från:")[0].partition(">")[0].partition("skrev")[0]
    ] == []


CIPHER = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0000000000000\r\n=AAAA\r\n-----END PGP MESSAGE-----\r\n"


def parts(kind: str, *bodies: str) -> str:
    inside = "".join(f"--b\r\n{body}\r\n" for body in bodies)
    return f'Content-Type: {kind}; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n{inside}--b--\r\n'


ENCRYPTED = {
    "pgp/mime": parts(
        'multipart/encrypted; protocol="application/pgp-encrypted"', "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
        f"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n{CIPHER}",
    ),
    "efail": parts(
        "multipart/mixed", 'Content-Type: text/html\r\n\r\n<img src="http://127.0.0.1:1/', f"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(b'0' * 60).decode()}",
        'Content-Type: text/html\r\n\r\n">',
    ),
    "signed by another": parts(
        'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256', "Content-Type: text/plain\r\n\r\nFrom: anna@acme.example\r\n\r\n#close",
        "Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nAAAA\r\n-----END PGP SIGNATURE-----",
    ),
    "wrapped": f"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\nMIME-Version: 1.0\r\n\r\n{base64.b64encode(b'From: anna@acme.example' * 9).decode()}\r\n",
    "inline": f"MIME-Version: 1.0\r\n\r\nHej\r\n{CIPHER}",
}  # fmt: skip


@pytest.mark.parametrize("form", ENCRYPTED)
def test_a15_ciphertext_is_kept_as_it_is_and_proves_nothing(scene: Scene, form: str):
    """Bytes preserved, shown as a file, never opened; a signature inside is no proof; what we send stays plain."""
    opened = scene.opens(subject="Krypterat")
    head = f"From: {letters.ANNA.partition('<')[2].rstrip('>')}\r\nTo: {letters.DESK}\r\nSubject: Re: [{opened.reference}] x\r\nMessage-ID: {make_msgid()}\r\nDate: {format_datetime(datetime.now(UTC))}\r\n"
    forged = (head + ENCRYPTED[form]).encode()
    scene.send(forged, "mallory@evil.example", letters.DESK)
    row = scene.journal(forged)[0]
    assert (row["state"], row["proof"]["verdict"]) == ("held", "none")
    assert acted(scene, opened) == []

    customer = unused("hemlig")
    mine = letters.proven(
        forged.replace(ANNA.encode(), customer.encode(), 1).replace(opened.reference.encode(), b"NY-1")
    )
    scene.send(mine, customer, letters.DESK)
    receipt = scene.mail(customer, "registered")
    row = scene.journal(mine)[0]
    kept = scene.daemon.gateway("journal", "show", str(row["id"]), "--raw")
    assert ENCRYPTED[form].replace("\r\n", "\n").strip() in kept.replace("\r\n", "\n")
    entry = scene.ticket(str(receipt.message["X-Ticket-Reference"]))["entries"][0]
    assert entry["attachments"] or form == "inline"
    for mail in scene.about(str(receipt.message["X-Ticket-Reference"])):
        assert mail.message.get_content_type() not in {
            "multipart/encrypted",
            "multipart/signed",
            "application/pkcs7-mime",
        }
        assert "127.0.0.1:1/" not in mail.html
