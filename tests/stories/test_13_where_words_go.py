"""Where an operator's words go: inside where the mail said so, and back to him where the address is dead."""

from __future__ import annotations

import pytest

from tests.support import letters
from tests.support.house import House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

BO = "bo@acme.example"


def test_an_answer_to_a_colleagues_note_stays_inside(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    bos = case.notice(BO)
    case.operator(case.notice(), "#ta\n#anteckning\n\nKunden har ringt förut om samma sak.")
    case.becomes(owner="anna")
    case.house.daemon.send(letters.operator(bos.raw, "#anteckning\n\nDet är tonern igen.", sender=f"Bo Ek <{BO}>"))
    told = case.notice(event="changed")
    assert "stannar internt" in told.text, "the first line promises it"
    case.operator(told, "Då beställer jag en ny.")
    entries = eventually(
        lambda: [e for e in case.ticket["entries"] if "beställer" in e["text"]], 30, lambda: house.daemon.log
    )
    house.daemon.idle()
    assert [(entry["kind"], entry["visibility"]) for entry in entries] == [("note", "internal")]
    assert case.had("answered") == []


def test_words_to_an_address_that_bounced_come_back_to_their_writer(house: House):
    case = house.write("Skärmen", "Den är svart.")
    notice = case.notice()
    house.daemon.send(letters.bounce(case.receipt.raw, case.address, to=case.receipt.mail_from), sender="")
    bounced = case.notice(event="bounced")
    assert "Det här skulle ha kommit fram" not in bounced.text, "a receipt's failure is no text of hers"
    case.operator(notice, "Hej! Prova en annan sladd.")
    back = case.notice(event="bounced", count=2)
    assert "Prova en annan sladd" in back.text
    house.daemon.idle()
    assert case.had("answered") == []


def test_what_a_customer_writes_inside_our_quoted_questions_is_in_the_entry(house: House):
    case = house.write("Programmet", "Det startar inte.")
    asked = "Vilken version av programmet har du?\n\nVilken dator använder du i dag?"
    case.operator(case.notice(), f"Hej!\n\n{asked}")
    got = case.got("answered")
    quoted = got.text.replace("har du?", "har du?\nVersion 3.2", 1).replace("i dag?", "i dag?\nEn gammal Mac.", 1)
    assert "Version 3.2" in quoted
    head = f"Från: Support <support@acme.example>\nSkickat: den 24 november 2026 10:14\nTill: {case.address}\nÄmne: Programmet\n\n"
    raw = letters.plain(
        f"Sv: {got.subject}",
        f"Se mina svar nedan.\n\n{head}{quoted}",
        sender=case.sender,
        in_reply_to=str(got.message["Message-ID"]),
    )
    house.daemon.send(letters.proven(raw))
    wrote = case.notice(event="customer-wrote")
    for line in ("Se mina svar nedan.", "Version 3.2", "En gammal Mac."):
        assert line in wrote.text
    entry = case.ticket["entries"][-1]["text"]
    assert "> Vilken version av programmet har du?\nVersion 3.2" in entry
    assert "Skickat: den 24 november" not in entry
