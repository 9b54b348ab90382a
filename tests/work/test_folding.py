"""Operators are never cut, only folded into one list mail: over 30 in ten minutes on a ticket, 200 an hour."""

from __future__ import annotations

from collections import Counter
from html import unescape

import pytest

from gateway.mail.message import Address
from gateway.mail.proof import Verdict
from gateway.store import outbox
from gateway.tickets.case import Case
from gateway.tickets.effects import Decision, Tell
from gateway.tickets.model import Actor, ActorKind
from gateway.work import catching_up
from gateway.work.commit import apply

ANNA, BO = "anna@acme.example", "bo@acme.example"
LIST = "digest-of-events"


def tell(house, count, ticket=None, to=ANNA, person="anna", event="customer-wrote", **more):
    """Commit mails to one of us."""
    given = {"auto": "auto-generated", "entry": False, **more}
    told = Tell(event, "operator", Address("", to), person, given.pop("language", "sv"), ("owner",), **given)
    with house.store.write("tell") as conn:
        for _ in range(count):
            apply(conn, house.deps, Decision(Actor(ActorKind.TIMER, "x"), (told,)), None, Case(ticket), house.now)


def every(house):
    with house.store.read() as conn:
        return outbox.list_rows(conn, limit=100_000)


def folded(house, to=ANNA):
    return [row for row in every(house) if row.state == "suppressed" and row.rcpt_to == to]


def lists(house, mails=None):
    """Return the list mails that leave now."""
    catching_up.run_once(house.deps, house.now)
    return [mail for mail in house.send() if mail["X-Ticket-Event"] == LIST]


def text(mail):
    return mail.get_body(("plain",)).get_content()


def words(mail):
    return " ".join(text(mail).split())


def test_thirty_mails_in_ten_minutes_about_one_ticket_leave_and_the_others_become_one_list(house):
    house.write("Hej")  # the first mail of the ticket to anna and bo
    tell(house, 32, house.ticket())
    assert [row.reason for row in folded(house)] == [
        "folded: 30 mails in ten minutes about one ticket; a list follows"
    ] * 3
    assert folded(house, BO) == [], "counted for each reader"
    assert len(house.send()) == 29
    assert lists(house.later(minutes=9)) == [], "not before its time"
    (told,) = lists(house.later(minutes=1))
    assert told["To"].addresses[0].addr_spec == ANNA
    assert told["Subject"] == "3 händelser samlade i ett mejl"
    assert "3 händelser i 1 ärende:" in words(told)
    assert words(told).count("ACME-1001 kunden skrev · Skrivaren är trasig") == 3
    assert {row.reason for row in folded(house)} == {"folded: told in the list of 2026-11-24 09:10 UTC"}
    assert lists(house.later(minutes=20)) == [], "told once"


def test_after_ten_minutes_mails_about_the_ticket_leave_again(house):
    house.write("Hej")
    tell(house, 30, house.ticket())
    assert len(folded(house)) == 1
    tell(house.later(minutes=11), 5, house.ticket())
    assert len(folded(house)) == 1


def test_another_ticket_is_told_meanwhile(house):
    house.write("Hej")
    house.write("En sak till", subject="Annat")
    tell(house, 31, house.ticket())
    house.send()
    tell(house, 1, house.ticket(1002))
    assert len(house.send()) == 1


def test_two_hundred_an_hour_over_all_tickets(house):
    tell(house, 205)
    assert [row.reason for row in folded(house)] == ["folded: 200 mails in an hour; a list follows"] * 5
    tell(house.later(minutes=61), 1)
    assert len(folded(house)) == 5, "an hour later there is room again"


@pytest.mark.parametrize("event", ["transcript", "confirmation", "held", "list"])
def test_what_answers_a_mail_of_his_own_is_never_folded(house, event):
    tell(house, 201)
    told = Tell(event, "operator", Address("", ANNA), "anna", "sv", ("sender",), entry=False, auto="auto-replied")
    with house.store.write("tell") as conn:
        apply(conn, house.deps, Decision(Actor(ActorKind.TIMER, "x"), (told,)), None, Case(), house.now)
    assert {row.event for row in folded(house)} == {"customer-wrote"}


def test_a_flood_of_strangers_gives_an_operator_two_hundred_mails_and_a_list(house, rules):
    house.under(rules.replace("members: [anna, bo]}", "members: [anna]}", 1))
    flood, burst = 260, 20  # the same with 5,000, which takes minutes
    for number in range(flood):
        who = f"s{number}@okand.example"
        house.receive(f"Köp nu {number}", f"Nr {number} <{who}>", subject=f"Sak {number}", verdict=Verdict.NONE)
        if number % burst == burst - 1:
            while house.ingest():
                pass
            catching_up.run_once(house.deps, house.now)
            house.later(minutes=1)
    catching_up.run_once(house.deps, house.later(minutes=10).now)
    sent = house.send()
    mine = [mail for mail in sent if mail["To"].addresses[0].addr_spec == ANNA]
    assert Counter(mail["X-Ticket-Event"] for mail in mine) == {"registered": 200, LIST: 1}
    named = {str(mail["X-Ticket-Reference"]) for mail in mine if mail["X-Ticket-Event"] == "registered"}
    said = " ".join(words(mail) for mail in mine if mail["X-Ticket-Event"] == LIST)
    named |= {word.strip(",.") for word in said.split() if word.startswith("ACME-")}
    assert named == {f"ACME-{1001 + number}" for number in range(flood)}, "every ticket is told to him"
    assert len(folded(house)) == flood - 200


def test_two_daemons_send_one_list(make_house):
    one = make_house(worker="one")
    tell(one, 203)
    two = make_house(worker="two")
    two.later(minutes=10)
    assert catching_up.run_once(two.deps, two.now) == 1
    assert catching_up.run_once(one.deps, two.now) == 0
    assert len([m for m in two.send() if m["X-Ticket-Event"] == LIST]) == 1


@pytest.mark.parametrize(
    ("language", "heading"),
    [("sv", "Det hände mycket på kort tid"), ("nb", "Det skjedde mye på kort tid"), ("en", "A lot happened in a short time")],
)  # fmt: skip
def test_the_list_speaks_his_language_in_text_and_html(house, language, heading):
    tell(house, 201, language=language)
    (told,) = lists(house.later(minutes=10))
    assert words(told).startswith(heading)
    assert heading in unescape(told.get_body(("html",)).get_content())


def test_who_is_an_operator_no_more_gets_no_list(house, rules):
    tell(house, 201)
    house.send()
    house.under(rules.replace("[anna@acme.example]", "[annan@acme.example]"))
    assert lists(house.later(minutes=10)) == []
    assert {row.reason for row in folded(house)} == {"folded: the address is nobody's here any more"}


def test_a_groups_address_gets_its_list(house, rules):
    house.under(rules.replace("members: [anna, bo]}", "members: [anna, bo], addresses: [first@acme.example]}", 1))
    tell(house, 201, to="first@acme.example", person="first-line", group_bearer=True)
    (told,) = lists(house.later(minutes=10))
    assert told["To"].addresses[0].addr_spec == "first@acme.example"


def test_a_ticket_of_the_list_is_taken_as_the_list_says(house):
    house.write("Min skärm är svart sedan i går.")
    tell(house, 31, house.ticket())
    house.send()
    (told,) = lists(house.later(minutes=10))
    assert "numret i ämnet, till exempel [ACME-1001], och raden #ta. Svara ja när" in words(told)
    assert "#löst" not in words(told), "no button: it is about no single ticket"
    (asked,) = house.write("#ta", f"Anna Åkesson <{ANNA}>", subject="[ACME-1001]")
    house.answer(asked, "ja")
    while house.ingest():
        pass
    assert house.ticket().owner == "anna"


def test_a_list_beyond_its_lines_names_the_other_tickets(house):
    house.write("Hej")
    house.write("En sak till", subject="Annat")
    tell(house, 200)
    tell(house, 151, house.ticket(1001))
    tell(house, 1, house.ticket(1002))
    (told,) = lists(house.later(minutes=10))
    assert words(told).count("kunden skrev") == 150
    assert "Dessutom 4 till, i de här ärendena: ACME-1001, ACME-1002." in words(told)


def test_a_hold_of_a_strangers_mail_has_its_line(house, rules):
    house.under(rules + "rules: [{name: Odd, event: received, when: {subject: {contains: udda}}, then: {hold: true}}]")
    tell(house, 200)
    house.write("Något skrivet", "Nils <nils@okand.example>", subject="Helt udda")
    (told,) = [mail for mail in lists(house.later(minutes=10)) if ANNA in str(mail["To"])]
    assert "väntar på beslut · Nils: Helt udda" in words(told)
