"""A mail nobody can read is still a customer's: it opens a ticket with the whole mail attached."""

from __future__ import annotations

import pytest

from tests.support import letters
from tests.support.house import House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)


def test_a_mail_nobody_can_read_opens_a_ticket_and_is_attached(house: House):
    sender = house.customer()
    house.daemon.send(letters.poison("Hjälp", sender=sender, depth=5000))
    notice = eventually(lambda: house.mails("anna@acme.example", "registered"), 30, lambda: house.daemon.log)[0]
    ticket = house.daemon.ticket(str(notice.message["X-Ticket-Reference"]))
    assert ticket["requester"]["address"] == sender.partition("<")[2].rstrip(">")
    (entry,) = ticket["entries"]
    assert sum(file["size"] for file in entry["attachments"]) > 100_000, "what could not be read is attached whole"
    case = house.write("Skrivaren", "Den är trasig.")
    assert case.ticket["status"] == "new", "the next mail is read as ever"
