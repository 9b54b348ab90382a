"""Every hold is told in a mail that says why, through the shipped templates."""

from __future__ import annotations

import pytest

ANNA = "Anna Åkesson <anna@acme.example>"
RULE = """
rules: [{name: Odd, event: received, when: {subject: {contains: udda}}, then: {hold: {because: Det ser udda ut}}}]
"""


def text(mail):
    return mail.get_body(("plain",)).get_content()


def told(house):
    return next(m for m in house.write("Hej, min dator är trasig sedan i går") if "anna" in str(m["To"]))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("#lösst\n\nKlart nu.", ("#lösst", "#löst", "Klart nu.")),
        ("#tilldela lisa\n\nHej", ("#tilldela lisa: ", "#tilldela lisa")),
        ("Bo, kan du ta den här?", ("Svaret börjar med en kollegas namn: ”Bo, kan du ta den här?”",)),
        ("[intern] ring honom inte", ("ser ut att vara menad för er själva",)),
        ("Hej!\nDet här är en intern rad av oss", ("Det här är en intern rad av oss", "bara vi ser")),
    ],
    ids=["near-miss", "refused", "colleague", "internal-mark", "leak"],
)
def test_the_writer_of_a_held_answer_reads_why_and_gets_his_text_back(house, words, expected):
    first = told(house)
    if "intern rad" in words:  # a note lies in the history of her next mail
        house.answer(first, "#note\n\nDet här är en intern rad av oss")
        mails = house.write("Något nytt?", subject=str(first["Subject"]))
        first = next(m for m in mails if "anna" in str(m["To"]))
    (mail,) = house.answer(first, words, ANNA)
    assert (mail["X-Ticket-Event"], mail["To"].addresses[0].addr_spec) == ("held", "anna@acme.example")
    for part in expected:
        assert part in text(mail)
    assert "Raden ”” " not in text(mail)


def test_a_collision_shows_what_the_colleague_wrote(house):
    bo = [m for m in house.write("En sak till", subject="Annat") if "bo@" in str(m["To"])]
    anna = [raw for _, who, raw in house.smarthost.sent if who == "anna@acme.example"]
    assert bo
    assert anna
    from email import message_from_bytes, policy

    mails = [message_from_bytes(raw, policy=policy.default) for raw in anna]
    latest = next(m for m in mails if "Annat" in str(m["Subject"]))
    house.answer(bo[0], "Jag har svarat redan.", "Bo Ek <bo@acme.example>")
    (held,) = house.answer(latest, "Mitt svar på samma sak")
    assert held["X-Ticket-Event"] == "held"
    assert "Jag har svarat redan." in text(held)
    assert "Bo Ek" in text(held)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"subject": "något udda"}, "Det ser udda ut"),
        ({"sender": "Nils <nils@a.example>, Olle <olle@b.example>"}, "bestämmer"),
        ({"subject": "[ACME-1001] hej", "sender": "Nils <nils@okand.example>"}, "inte är med"),
    ],
    ids=["rule", "two From", "stranger"],
)
def test_the_group_is_asked_about_what_it_must_decide(house, rules, given, expected):
    house.write("Hej")
    house.under(rules.replace("calendar: office}", "calendar: office, number_from_stranger: hold}", 1) + RULE)
    mails = house.write("Något skrivet", **given)
    held = [mail for mail in mails if mail["X-Ticket-Event"] == "held"]
    assert {mail["To"].addresses[0].addr_spec for mail in held} == {"anna@acme.example", "bo@acme.example"}
    assert expected in text(held[0])
    assert "Något skrivet" in text(held[0])
