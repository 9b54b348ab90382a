"""What is too large or could be run stays behind, is listed, and comes to an operator who asks: `#files` (A44)."""

from __future__ import annotations

import io
import zipfile
from email import policy as email_policy
from email.message import EmailMessage

from gateway.mail.message import Envelope
from gateway.mail.proof import Proof, Verdict
from gateway.mail.received import Received
from gateway.outbound.transport import Bounced
from gateway.store import contacts, journal, outbox

KARIN = "Karin Berg <karin@umbrella.example>"
RUNS = b"MZ this would run"


def locked() -> bytes:
    """Return a ZIP whose first entry says that it is encrypted."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("hemligt.txt", "x")
    raw = bytearray(made.getvalue())
    raw[6] |= 1
    return bytes(raw)


FILES = {"bild.png": b"\x89PNG small", "a.pdf.exe": RUNS, "lonelista.zip": locked(), "stor.bin": b"s" * 30_000}


def ask(house, number=1):
    """Let Karin send four files to a house that attaches 20 kB; return Anna's mail."""
    mail = EmailMessage(policy=email_policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = KARIN, "support@acme.example", "Filer"
    mail["Message-ID"], mail["Date"] = f"<files{number}@umbrella.example>", house.now
    mail.set_content("Se filerna.")
    for name, content in FILES.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    envelope = Envelope("karin@umbrella.example", ("support@acme.example",), "smtp")
    journal.write_received(house.store, [Received(envelope, mail.as_bytes(), house.now, Proof(Verdict.PASS, "dmarc"))])
    return next(mail for mail in house.under(attach_up_to=20_000).turn() if "anna@" in str(mail["To"]))


def files_of(mail):
    return {
        part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments() if part.get_filename()
    }


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def test_small_harmless_files_come_along_and_the_rest_is_listed(house):
    told = ask(house)
    assert set(files_of(told)) == {"bild.png"}
    assert all(name in text_of(told) for name in FILES if name != "bild.png")
    assert "#filer" in text_of(told)


def test_who_asks_gets_all_files_as_they_came_and_the_customer_nothing(house):
    (mail,) = house.answer(ask(house), "#filer")
    assert str(mail["To"]).endswith("<anna@acme.example>")
    assert files_of(mail) == FILES
    assert len(house.outbox()) == 4, "three of the first message, one to Anna"


def test_a_part_of_a_name_asks_for_those_files_only(house):
    (mail,) = house.answer(ask(house), "#files pdf")
    assert files_of(mail) == {"a.pdf.exe": RUNS}


def test_a_name_that_no_file_has_is_said(house):
    (mail,) = house.answer(ask(house), "#filer ritning")
    assert files_of(mail) == {}
    assert "inga sådana filer" in text_of(mail)


def test_files_that_fill_several_mails_come_in_several():
    from gateway.decide.operators import _mails_of
    from gateway.mail.message import Attachment

    files = [Attachment(f"f{n}", "image/png", size, False, None, "0" * 64) for n, size in enumerate((9, 9, 1, 40, 2))]
    files = [Attachment(f.name, f.type, f.size * 1_000_000, False, None, f.sha256) for f in files]
    assert [[one["name"] for one in mail] for mail in _mails_of(files)] == [["f0", "f1"], ["f2"], ["f3"], ["f4"]]


def test_who_does_not_prove_to_be_an_operator_gets_no_files(house):
    told = ask(house)
    mails = house.write(
        "#filer", "Anna Åkesson <anna@acme.example>", subject=f"Re: {told['Subject']}", verdict=Verdict.NONE
    )
    assert all(not files_of(mail) for mail in mails)


def test_a_mail_the_smarthost_finds_too_large_goes_again_with_its_files_listed(house):
    house.smarthost.script = [Bounced(552, "5.3.4 message too big")] * 3
    first = ask(house)
    assert files_of(first) == {}
    assert "bild.png" in text_of(first)
    rows = [row for row in house.outbox() if row.rcpt_to == "anna@acme.example"]
    assert [(row.state, row.message_id) for row in rows] == [("sent", str(first["Message-ID"]))]
    with house.store.read() as conn:
        assert [(a.outcome, a.status) for a in outbox.attempts_of(conn, rows[0].id)] == [
            ("deferred", "552"),
            ("sent", "250"),
        ]
        assert contacts.muted(conn, ["anna@acme.example"]) == {}


def test_a_mail_that_is_too_large_without_files_has_failed_and_mutes_nobody(house):
    house.smarthost.script = [Bounced(552, "5.3.4 message too big")] * 3
    house.write("Hej")
    failed = {row.rcpt_to for row in house.outbox() if row.state == "failed"}
    assert "karin@umbrella.example" in failed
    with house.store.read() as conn:
        assert contacts.muted(conn, failed) == {}
