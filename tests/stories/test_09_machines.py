"""What machines send: attached quietly or filed, never answered, never acted on (design.md: class x what happens)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import letters
from tests.support.house import Case, House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def _answered(house: House) -> Case:
    case = house.write("Skrivaren", "Den är trasig.")
    case.operator(case.notice(), "Hej Karin!\n\nVilken skrivare är det?\n#vänta")
    case.got("waiting")
    return case


def _mails(case: Case) -> int:
    return len([mail for mail in case.ticket["mails"] if mail["state"] == "sent"])


def _rows(house: House, mail_from: str) -> list[Any]:
    return [row for row in house.daemon.json("journal", "list") if row["mail_from"] == mail_from]


@pytest.mark.parametrize("honest", [True, False])
def test_a_vacation_answer_is_attached_and_nobody_is_answered(house: House, honest: bool):
    case = _answered(house)
    house.daemon.idle()
    before = _mails(case)
    house.daemon.send(letters.vacation(case.got("waiting").raw, sender=case.sender, honest=honest))
    eventually(lambda: len(case.ticket["entries"]) == 3, 30, lambda: str(case.ticket["entries"]))
    house.daemon.idle()
    assert case.ticket["status"] == "waiting", "a machine answers no question"
    assert _mails(case) == before


def test_a_vacation_answer_without_a_ticket_is_filed(house: House):
    sender = house.customer()
    asked = letters.plain("Hej", "Hej!\n", sender="Support <support@acme.example>", to=sender)
    house.daemon.send(letters.vacation(asked, sender=sender))
    address = sender.partition("<")[2].rstrip(">")
    row = eventually(lambda: [r for r in _rows(house, address) if r["state"] == "done"], 30)[0]
    assert row["ticket_id"] is None
    assert house.mails(address) == []


def test_a_permanent_bounce_marks_the_mail_mutes_the_address_and_is_told(house: House):
    case = _answered(house)
    mail = case.got("waiting")
    house.daemon.send(letters.bounce(mail.raw, case.address, to="support@acme.example"), sender="")
    told = case.notice(event="bounced")
    assert case.address in told.text
    ticket = case.ticket
    (sent,) = [row for row in ticket["mails"] if row["event"] == "waiting" and row["to"] == case.address]
    assert sent["state"] == "failed"
    case.operator(case.notice(), "Jag provar igen.")
    eventually(lambda: any("muted" in str(row["suppressed_reason"]) for row in case.ticket["mails"]), 30)
    assert case.had("answered") == []


def test_a_report_with_an_invented_id_is_believed_in_nothing(house: House):
    case = _answered(house)
    mail = case.got("waiting")
    forged = mail.raw.replace(mail.message_id.encode(), b"<1.2.3.4@tickets.acme.example>")
    house.daemon.send(letters.bounce(forged, case.address, to="support@acme.example"), sender="")
    house.daemon.idle()
    assert all(row["state"] != "failed" for row in case.ticket["mails"])
    assert house.mails("anna@acme.example", "bounced", case.reference) == []


def test_a_mailing_list_opens_a_ticket_without_a_receipt(house: House):
    sender = house.customer()
    letter = letters.customer(
        "Nytt från listan", "Vi behöver hjälp med skrivaren.", sender=sender,
        List_Id="Skrivare <skrivare.lists.example>", List_Post="<mailto:skrivare@lists.example>", Precedence="list",
    )  # fmt: skip
    house.daemon.send(letters.proven(letter))
    address = sender.partition("<")[2].rstrip(">")
    eventually(lambda: [r for r in _rows(house, address) if r["state"] == "done"], 30)
    house.daemon.idle()
    notice = next(mail for mail in house.mails("anna@acme.example", "registered") if "Nytt från listan" in mail.subject)
    ticket = house.daemon.ticket(str(notice.message["X-Ticket-Reference"]))
    (receipt,) = [mail for mail in ticket["mails"] if mail["to"] == address]
    assert (receipt["state"], receipt["suppressed_reason"]) == ("suppressed", "class mailing-list")
    assert house.mails(address) == []


def test_the_answer_of_a_calendar_is_attached_and_changes_nothing(house: House):
    case = _answered(house)
    mail = case.got("waiting")
    accepted = letters.plain(
        f"Accepterat: {mail.subject}", CALENDAR, sender=case.sender, In_Reply_To=mail.message_id
    ).replace(b"Content-Type: text/plain", b"Content-Type: text/calendar; method=REPLY")
    house.daemon.send(accepted)
    eventually(lambda: len(case.ticket["entries"]) == 3, 30)
    assert case.ticket["status"] == "waiting"
