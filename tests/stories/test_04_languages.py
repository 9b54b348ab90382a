"""A Norwegian and an English customer of a Swedish desk: each is spoken to in his own language, the operator in hers."""

from __future__ import annotations

import pytest

from tests.support.house import House

pytestmark = pytest.mark.timeout(300)

NORWEGIAN = "Hei!\n\nSkriveren i tredje etasje virker ikke lenger. Kan dere se på den?\n\nVennlig hilsen\nOla Nordmann"
ENGLISH = "Hello,\n\nThe printer on the third floor does not work anymore. Could you please have a look?\n\nKind regards\nJane"


@pytest.mark.parametrize(
    ("name", "subject", "text", "language", "receipt", "waits", "solved"),
    [
        ("Ola Nordmann", "Skriveren virker ikke", NORWEGIAN, "nb", "Takk for e-posten din", "Vi venter på svar fra deg", "Saken er markert som løst"),
        ("Jane Doe", "The printer is broken", ENGLISH, "en", "Thank you for your email", "We are waiting", "marked as"),
        ("Karin Berg", "Skrivaren", "Hej!\n\nSkrivaren på plan tre fungerar inte längre. Kan ni titta på den?", "sv", "Tack för ditt mejl", "Vi väntar på", "löst"),
    ],
)  # fmt: skip
def test_each_reader_is_written_to_in_his_language(
    house: House, name: str, subject: str, text: str, language: str, receipt: str, waits: str, solved: str
):
    case = house.write(subject, text, sender=house.customer(name), signature="")
    assert receipt in case.receipt.text
    notice = case.notice()
    assert f'lang="{language}"' in case.receipt.html
    assert 'lang="sv"' in notice.html, "the operator reads Swedish"
    assert "Det du skriver ovanför den här raden" in notice.text

    case.operator(notice, "Which one? Vilken? Hvilken?\n#vänta")
    asked = case.got("waiting")
    assert waits in asked.text
    case.reply(asked, "3")
    case.operator(case.notice(event="customer-wrote"), "OK, toner.\n#löst")
    assert solved in case.got("resolved").text
    assert case.ticket["language"] == language
    for mail in case.had():
        assert mail.subject.count(case.reference) == 1
