"""Operators steer by lines in their replies, from the clients they have."""

from __future__ import annotations

from html import unescape

import pytest

from tests.support import letters
from tests.support.daemon import RULES
from tests.support.house import House
from tests.support.letters import BO

pytestmark = pytest.mark.timeout(300)

HOUSE_RULES = (
    RULES.replace(
        '    operator_reply: "support+{token}@acme.example"\n',
        '    operator_reply: "support+{token}@acme.example"\n'
        "    fields:\n"
        "      order_number: {type: text, pattern: '\\d{6}', required_at: resolve, label: {sv: Ordernummer, en: Order number}}\n"
        "  plain:\n    name: Plain\n    addresses: [plain@acme.example]\n    prefix: PLAIN\n"
        '    operator_reply: "plain+{token}@acme.example"\n    group: first-line\n',
    )
    + "admins: [anna]\n"
)
PLAIN = "plain@acme.example"


@pytest.mark.parametrize("client", ["outlook", "gmail", "apple", "plain"])
def test_words_and_a_command_come_through_from_every_client(house: House, client: letters.Client):
    case = house.write("Skrivaren", "Den är trasig.", to=PLAIN)
    case.operator(case.notice(), "Hej Karin!\n\nDen är lagad nu.\n\n#löst", client=client)
    solved = case.got("resolved")
    assert "Den är lagad nu." in solved.text
    assert "Den är lagad nu." in unescape(solved.html)
    for part in (solved.text, unescape(solved.html)):
        assert "#löst" not in part, "no command reaches a customer"
        assert "INTERN" not in part
        assert "Nyckel" not in part
    ticket = case.becomes(status="resolved")
    assert ticket["entries"][-1]["text"].strip().startswith("Hej Karin!")
    assert "Skickat:" not in ticket["entries"][-1]["text"], "the quote is no part of the answer"


def test_a_mistyped_command_is_held_and_done_once_it_is_accepted(house: House):
    case = house.write("Skrivaren", "Den är trasig.", to=PLAIN)
    case.operator(case.notice(), "Den är lagad nu.\n\n#lösst")
    held = case.notice(event="held")
    assert "#lösst" in held.text
    assert "#löst" in held.text, "the nearest verb is offered"
    assert "Den är lagad nu." in held.text, "he has his words back"
    assert case.had("resolved") == case.had("answered") == []
    case.operator(held, "#accept")
    assert "Den är lagad nu." in case.got("resolved").text
    case.becomes(status="resolved")


def test_a_note_stays_inside(house: House):
    case = house.write("Skrivaren", "Den är trasig.", to=PLAIN)
    case.operator(case.notice(), "#note\n\nHon ringer alltid på måndagar.")
    ticket = case.becomes(last_word="customer")
    note = case.notice("bo@acme.example", "changed")
    assert "ringer alltid" in note.text
    ticket = case.ticket
    assert [(entry["kind"], entry["visibility"]) for entry in ticket["entries"]] == [
        ("message", "public"),
        ("note", "internal"),
    ]
    house.daemon.idle()
    assert [mail.message["X-Ticket-Event"] for mail in case.had()] == ["registered"]


def test_assigning_tells_the_one_who_has_it_now(house: House):
    case = house.write("Skrivaren", "Den är trasig.", to=PLAIN)
    case.operator(case.notice(), "#assign bo\n#priority hög\n#tag +skrivare")
    assigned = case.notice("bo@acme.example", "assigned")
    assert "Den är trasig." in assigned.text
    ticket = case.ticket
    assert (ticket["owner"], ticket["priority"], ticket["tags"]) == ("bo", "high", ["skrivare"])
    house.daemon.idle()
    assert [mail.message["X-Ticket-Event"] for mail in case.had()] == ["registered"], (
        "commands alone send the customer nothing"
    )


def test_help_is_answered_by_mail_and_changes_nothing(house: House):
    case = house.write("Skrivaren", "Den är trasig.", to=PLAIN)
    before = case.ticket["version"]
    case.operator(case.notice(), "#help")
    told = case.notice(event="transcript")
    assert "#löst" in told.text
    assert "Löser ärendet." in told.text
    assert told.message["Auto-Submitted"] == "auto-replied"
    assert case.ticket["version"] == before


def test_a_missing_field_refuses_with_the_line_to_send(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    case.operator(case.notice(), "Klart nu.\n\n#löst")
    held = case.notice(event="held")
    assert "#fält ordernummer=" in held.text.lower()
    assert case.had("resolved") == []
    assert case.ticket["status"] == "new"
    case.operator(held, "Klart nu.\n\n#fält ordernummer=123456\n#löst")
    assert "Klart nu." in case.got("resolved").text
    assert case.becomes(status="resolved")["fields"] == {"order_number": "123456"}


def test_the_missing_field_alone_completes_the_held_answer(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    case.operator(case.notice(), "Nu är den lagad.\n\n#löst")
    case.operator(case.notice(event="held"), "#fält ordernummer=123456")
    assert "Nu är den lagad." in case.got("resolved").text
    assert case.becomes(status="resolved")["held"] == []


def test_an_unknown_colleague_is_refused_with_who_there_is(house: House):
    case = house.write("Skrivaren", "Den är trasig.", to=PLAIN)
    case.operator(case.notice(), "#tilldela cecilia", sender=letters.ANNA)
    told = case.notice(event="held")
    assert "cecilia" in told.text
    assert "bo" in told.text
    assert case.ticket["owner"] is None


def test_operators_answer_each_other_by_nobody_but_the_customer(house: House):
    case = house.write("Skrivaren", "Den är trasig.", to=PLAIN)
    bos = case.notice("bo@acme.example")
    case.operator(case.notice(), "#ta")
    case.becomes(owner="anna")
    case.operator(bos, "Anna, kan du ta den här?", sender=BO)
    held = case.notice("bo@acme.example", "held")
    assert "Anna, kan du ta den här?" in held.text
    assert case.had("answered") == [], "what begins with a colleague's name is asked about first"
