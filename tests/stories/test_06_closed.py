"""A reply to a closed ticket: within the window it opens again, after it a new ticket is linked to the old one."""

from __future__ import annotations

import pytest

from tests.support.daemon import RULES
from tests.support.house import House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

HOUSE_RULES = RULES.replace(
    "operators:\n",
    '  quick:\n    name: Quick\n    addresses: [quick@acme.example]\n    prefix: QUICK\n    group: first-line\n'
    '    operator_reply: "quick+{token}@acme.example"\n    reopen_within: 1s\noperators:\n',
)  # fmt: skip


def test_a_reply_within_the_window_opens_the_ticket_again(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    case.operator(case.notice(), "Den är lagad.\n#löst")
    solved = case.got("resolved")
    house.daemon.gateway("ticket", "do", case.reference, "#avsluta", "--as", "anna")
    case.becomes(status="closed")
    case.reply(solved, "Nej, den är fortfarande trasig.")
    ticket = case.becomes(status="open")
    assert ticket["reopened_count"] == 1
    assert "fortfarande trasig" in case.notice(event="customer-wrote").text


def test_a_reply_after_the_window_opens_a_new_ticket_linked_to_the_old(house: House):
    case = house.write("Skrivaren", "Den är trasig.", to="quick@acme.example")
    case.operator(case.notice(), "Den är lagad.\n#löst")
    solved = case.got("resolved")
    house.daemon.gateway("ticket", "do", case.reference, "#avsluta", "--as", "anna")
    case.becomes(status="closed")
    case.reply(solved, "Nej, den är fortfarande trasig.")
    new = eventually(lambda: house.sink.to(case.address, "registered")[1:], 30)[0]
    ticket = house.daemon.ticket(str(new.message["X-Ticket-Reference"]))
    assert ticket["reference"] != case.reference
    assert case.reference in str(ticket["links"])
    assert [entry["text"].strip() for entry in ticket["entries"]] == ["Nej, den är fortfarande trasig."]
    assert case.ticket["status"] == "closed"
    assert case.reference not in new.subject, "the new ticket has its own number"
