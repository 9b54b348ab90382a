"""Automatic mail to the outside is counted: per ticket and address, per address, to strangers (mails.md: budgets)."""

from __future__ import annotations

from gateway.mail.message import Address
from gateway.mail.proof import Verdict
from gateway.store import contacts, notices
from gateway.tickets.case import Case
from gateway.tickets.effects import Decision, Tell
from gateway.tickets.model import Actor, ActorKind
from gateway.work.commit import apply

KARIN = "karin@umbrella.example"


def tell(house, count=1, to=KARIN, ticket=None, **more):
    """Commit automatic mails to one address, one commit each; return the reasons of those that were not made."""
    for _ in range(count):
        given = {"auto": "auto-generated", "budgeted": True, **more}
        told = Tell("reminder-1", "requester", Address("", to), None, "sv", ("requester",), entry=False, **given)
        with house.store.write("tell") as conn:
            apply(conn, house.deps, Decision(Actor(ActorKind.TIMER, "x"), (told,)), None, Case(ticket), house.now)
    return [row.reason for row in house.outbox() if row.state == "suppressed" and row.rcpt_to == to]


def test_three_automatic_mails_a_day_to_one_address_in_one_ticket(house):
    house.write("Hej")
    ticket = house.ticket()
    assert tell(house, 2, ticket=ticket) == []
    assert tell(house, 1, ticket=ticket) == ["budget: 3 automatic mails a day to one address in one ticket"]
    assert len(tell(house.later(hours=25), 3, ticket=house.ticket())) == 1, "a day later there is room again"


def test_twenty_a_day_to_one_address_over_all_tickets(house):
    for number in range(22):
        house.receive(f"Hej {number}", subject=f"Sak {number}")
    while house.ingest():
        pass
    reasons = [row.reason for row in house.outbox() if row.state == "suppressed"]
    assert reasons == ["budget: 20 automatic mails a day to one address"] * 2
    assert len(house.tickets()) == 22


def test_sixty_an_hour_to_all_strangers_together(house):
    for number in range(62):
        house.receive(
            f"Hej {number}",
            f"s{number}@okand.example <s{number}@okand.example>",
            subject=f"S{number}",
            verdict=Verdict.NONE,
        )
    while house.ingest():
        pass
    suppressed = [row for row in house.outbox() if row.state == "suppressed"]
    assert [row.reason for row in suppressed] == ["budget: 60 automatic mails an hour to strangers"] * 2
    house.later(minutes=61).receive("Hej", "ny <ny@okand.example>", verdict=Verdict.NONE)
    house.ingest()
    assert len([row for row in house.outbox() if row.state == "suppressed"]) == 2


def test_what_a_person_wrote_is_never_cut(house):
    house.write("Hej")
    assert tell(house, 9, ticket=house.ticket(), auto=None, budgeted=False) == []


def test_every_suppression_is_a_row_with_its_reason_and_an_address_that_bounced_gets_none(house):
    with house.store.write("mute") as conn:
        contacts.mute(conn, KARIN, "bounced 5.1.1", house.now)
    house.write("Hej", verdict=Verdict.FAIL)
    rows = {row.rcpt_to: (row.state, row.event) for row in house.outbox() if row.state == "suppressed"}
    assert rows == {KARIN: ("suppressed", "registered")}


def test_an_operators_answer_to_an_address_that_bounced_is_told_to_him(house):
    told = next(m for m in house.write("Hej") if "anna" in str(m["To"]))
    with house.store.write("mute") as conn:
        contacts.mute(conn, KARIN, "bounced 5.1.1", house.now)
    (mail,) = house.answer(told, "Prova igen.")
    assert (mail["X-Ticket-Event"], mail["To"].addresses[0].addr_spec) == ("bounced", "anna@acme.example")
    assert any(row.reason == "muted: bounced 5.1.1" for row in house.outbox())
    with house.store.read() as conn:
        assert notices.get(conn, 1).state == "done"
