"""The main job with real clients: a customer and an operator, each at neomutt with a mailbox on Dovecot."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.support.client import Neomutt
from tests.support.daemon import Daemon
from tests.support.dovecot import Dovecot
from tests.support.sink import Delivery, Sink

pytestmark = pytest.mark.timeout(300)

KARIN = "karin@umbrella.example"
ANNA = "anna@acme.example"
INTERNAL = ("#", "INTERN", "Nyckel:", "Det du skriver ovanför", "anna@acme.example", "bo@acme.example")


def test_a_customer_and_an_operator_solve_it_from_their_own_clients(
    daemon: Daemon, sink: Sink, dovecot: Dovecot, person: Callable[..., Neomutt]
):
    karin, anna = person(daemon, KARIN, "Karin Berg"), person(daemon, ANNA, "Anna Åkesson")

    karin.write("support@acme.example", "Skrivaren på plan 3", "Hej!\n\nSkrivaren på plan 3 är trasig.\n\nMvh\nKarin")
    receipt = _post(sink, karin, "registered")
    notice = _post(sink, anna, "registered")
    reference = str(receipt.message["X-Ticket-Reference"])
    assert "är trasig" not in receipt.text, "a receipt repeats nothing of hers"
    assert "Skrivaren på plan 3 är trasig." in notice.text

    anna.reply(notice.raw, "Hej Karin!\n\nVilken skrivare är det, den röda eller den blå?\n\nHälsningar\nAnna")
    asked = _post(sink, karin, "answered")
    assert daemon.ticket(reference)["owner"] == "anna", "an answer takes a ticket that nobody owns"
    assert daemon.ticket(reference)["status"] == "open"

    karin.reply(asked.raw, "Den röda.")
    wrote = _post(sink, anna, "customer-wrote")
    ticket = daemon.ticket(reference)
    assert ticket["entries"][-1]["text"].strip() == "Den röda.", "her client quotes; only her new words are an entry"

    anna.reply(wrote.raw, "Den har fått ny toner nu.\n\nHälsningar\nAnna\n#löst")
    solved = _post(sink, karin, "resolved")
    assert daemon.ticket(reference)["status"] == "resolved"
    assert "ny toner" in str(daemon.ticket(reference)["solution"])

    karin.reply(solved.raw, "Tack, nu fungerar den!")
    _post(sink, anna, "customer-wrote", 2)
    assert daemon.ticket(reference)["status"] == "resolved", "thanks do not reopen"

    assert "Skrivaren" not in receipt.subject, "a stranger's own words never come back to an address he may have forged"
    for mail in (receipt, asked, solved):
        _is_fit_for_a_customer(mail, reference)
    for mail in (asked, solved):
        assert mail.subject == f"Re: [{reference}] Skrivaren på plan 3"
    assert "ny toner" in solved.text
    assert "#löst" not in solved.text
    _is_one_thread(daemon, dovecot, karin, (receipt, asked, solved))
    daemon.idle()
    assert sink.faults == []
    assert [mail.subject for mail in sink.to("bo@acme.example")] == [notice.subject], (
        "the group hears of the first only"
    )


def _post(sink: Sink, to: Neomutt, event: str, count: int = 1) -> Delivery:
    """Take the newest mail of an event to somebody from the sink to his mailbox, as his mail server would."""
    mail = sink.wait_for(count, to.address, event, seconds=30)[-1]
    to.receive(mail.raw)
    return mail


def _is_fit_for_a_customer(mail: Delivery, reference: str) -> None:
    assert mail.subject.count(reference) == 1
    answers_to = mail.message["Reply-To"] or mail.message["From"]
    assert answers_to.addresses[0].addr_spec == "support@acme.example", "no bearer for a customer"
    assert mail.message["From"].addresses[0].addr_spec == "support@acme.example"
    for text in (mail.text, mail.html):
        lines = [line.strip() for line in text.splitlines()]
        for word in INTERNAL:
            assert not any(line.startswith(word) if word == "#" else word in line for line in lines), (word, text)


def _is_one_thread(daemon: Daemon, dovecot: Dovecot, karin: Neomutt, ours: tuple[Delivery, ...]) -> None:
    """Ask her own mail server, which threads by References (RFC 5256) over her mails and ours."""
    hers = [row["id"] for row in daemon.json("journal", "list") if row["mail_from"] == KARIN]
    for row in hers:
        karin.receive(daemon.run("journal", "show", str(row), "--raw").stdout.encode())
    with dovecot.client(karin.user) as mailbox:
        mailbox.select_folder("INBOX", readonly=True)
        assert len(mailbox.search()) == len(ours) + len(hers) == 6
        assert len(mailbox.thread("REFERENCES")) == 1, mailbox.thread("REFERENCES")
    anchors = {str(mail.message["References"]).split()[0] for mail in ours}
    assert len(anchors) == 1, "one constant anchor per ticket stands first"
    for earlier, later in pairwise(ours):
        references = str(later.message["References"]).split()
        assert earlier.message_id in references
        assert str(later.message["In-Reply-To"]) in references
    assert len({mail.message_id for mail in ours}) == len(ours)
