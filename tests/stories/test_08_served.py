"""An operator mails the customer directly, with the desk in Cc: that mail is the answer, and nobody gets it twice."""

from __future__ import annotations

import pytest

from tests.support import letters
from tests.support.house import House

pytestmark = pytest.mark.timeout(300)


def test_a_mail_straight_to_the_customer_is_the_answer_and_is_not_sent_again(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    notice = case.notice()
    desk = str(notice.message["Reply-To"])
    case.operator(notice, "Hej Karin!\n\nJag kommer upp till dig klockan tre.", to=case.address, cc=desk)
    ticket = case.becomes(owner="anna")
    assert [(entry["kind"], entry["visibility"]) for entry in ticket["entries"]][-1] == ("answer", "public")
    assert ticket["first_response_at"] is not None
    house.daemon.idle()
    assert [mail.message["X-Ticket-Event"] for mail in case.had()] == ["registered"]
    told = [mail for mail in case.ticket["mails"] if mail["event"] == "answered" and mail["to"] == case.address]
    assert [(mail["state"], mail["suppressed_reason"]) for mail in told] == [
        ("suppressed", "has the operator's mail already")
    ]


def test_her_answer_to_all_threads_by_the_copy_the_desk_got(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    notice = case.notice()
    desk = str(notice.message["Reply-To"])
    direct = letters.operator(notice.raw, "Hej Karin!\n\nJag kommer klockan tre.", to=case.address, cc=desk)
    house.daemon.send(direct)
    case.becomes(owner="anna")
    answer = letters.reply(direct, "Det blir bra, men kom klockan fyra.", sender=case.sender, to=letters.DESK)
    house.daemon.send(letters.proven(answer))
    assert "klockan fyra" in case.notice(event="customer-wrote").text
