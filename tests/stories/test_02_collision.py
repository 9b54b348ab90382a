"""Two operators answer the same mail: the later answer is held, and he decides what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.client import Neomutt
from tests.support.house import Case, House
from tests.support.sink import Delivery
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

BO = "bo@acme.example"
LATE = "Hej Karin!\n\nStarta om skrivaren, det brukar hjälpa.\n\nHälsningar\nBo"


@pytest.fixture
def crossed(house: House, person: Callable[..., Neomutt]) -> tuple[Case, Neomutt, Delivery]:
    """Karin wrote, Anna answered, and Bo answered the older notice; last the mail that says his answer is held."""
    case = house.write("Skrivaren", "Den är trasig.")
    older = case.notice(BO)
    case.operator(case.notice(), "Hej Karin!\n\nJag kommer upp till dig klockan tre.")
    case.got("answered")
    bo = person(house.daemon, BO, "Bo Ek")
    bo.receive(older.raw)
    bo.reply(older.raw, LATE)
    held = case.notice(BO, "held")
    bo.receive(held.raw)
    return case, bo, held


@pytest.mark.parametrize("verb", ["#send", "#släng", "#anteckning"])
def test_a_crossing_answer_is_held_until_its_writer_decides(crossed: tuple[Case, Neomutt, Delivery], verb: str):
    case, bo, held = crossed
    daemon = case.house.daemon
    assert "Anna" in held.text, "he sees who answered"
    assert "klockan tre" in held.text, "and what"
    assert "Starta om skrivaren" in held.text, "he has his own words back"
    assert len(case.had("answered")) == 1, "nothing of his went out"
    assert all("Starta om" not in entry["text"] for entry in case.ticket["entries"])

    bo.reply(held.raw, verb)
    eventually(lambda: not daemon.json("journal", "list", "--state", "held"), 30, lambda: daemon.log)
    daemon.idle()

    ticket = case.ticket
    late = [entry for entry in ticket["entries"] if "Starta om" in entry["text"]]
    answers = [mail.text for mail in case.had("answered")]
    assert ticket["owner"] == "anna"
    match verb:
        case "#send":
            assert [(entry["kind"], entry["visibility"]) for entry in late] == [("answer", "public")]
            assert len(answers) == 2
            assert "Starta om skrivaren" in answers[1]
        case "#släng":
            assert (late, len(answers)) == ([], 1)
            assert any(
                row["reason"] == "dropped by bo" for row in daemon.json("journal", "list", "--state", "discarded")
            )
        case "#anteckning":
            assert [(entry["kind"], entry["visibility"]) for entry in late] == [("note", "internal")]
            assert len(answers) == 1


def test_a_word_of_the_customer_in_between_holds_nothing(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    notice = case.notice()
    case.reply(case.receipt, "Det luktar bränt, också.")
    case.notice(event="customer-wrote")
    case.operator(notice, "Hej!\n\nJag kommer upp till dig klockan tre.")
    assert "klockan tre" in case.got("answered").text
    assert house.mails("anna@acme.example", "held", case.reference) == []
