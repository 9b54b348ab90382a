"""What waits for a person is told to the admins, once a day."""

from __future__ import annotations

from datetime import timedelta

from gateway.mail.proof import Verdict
from gateway.store import bearers, journal
from gateway.store.bearers import Bearer
from gateway.tickets.effects import Settle
from gateway.work import housekeep


def held(house):
    house.receive("#löst", "Anna Åkesson <anna@acme.example>", verdict=Verdict.NONE)
    house.ingest()
    house.send()
    return house


def test_a_house_in_order_tells_nobody(house):
    house.write("Hej")
    assert housekeep.run_once(house.deps, house.now) == 0


def test_what_is_held_is_told_once_a_day_to_every_admin(house):
    held(house).under(admin=("root@acme.example",))
    assert housekeep.run_once(house.deps, house.now) == 2
    mails = house.send()
    assert {mail["To"].addresses[0].addr_spec for mail in mails} == {"anna@acme.example", "root@acme.example"}
    assert "gateway journal list --state held" in mails[0].get_body(("plain",)).get_content()
    assert {mail["Auto-Submitted"] for mail in mails} == {"auto-generated"}
    assert housekeep.run_once(house.deps, house.later(hours=23).now) == 0
    assert housekeep.run_once(house.deps, house.later(hours=2).now) == 2


def test_each_held_message_has_its_line(house):
    held(house)
    house.receive("Köp piller", "Piller <sale@pills.example>", subject="Billigt", verdict=Verdict.NONE)
    with house.store.write("hold") as conn:  # as what lay in the junk folder, which nobody has read
        journal.mark(conn, 2, "held", "junk")
    housekeep.run_once(house.deps, house.now)
    text = house.send()[0].get_body(("plain",)).get_content()
    assert "#2 låg i skräpposten: sale@pills.example – Billigt" in text
    assert "#1 avsändaren är inte bekräftad: anna@acme.example" in text


def test_a_delivery_report_about_no_ticket_stands_in_the_list_of_its_day(house):
    house.receive(
        "550 5.1.1 <olle@umbrella.example>: User unknown", "MAILER-DAEMON@mx.example",
        subject="Undelivered Mail Returned to Sender", mail_from="",
    )  # fmt: skip
    house.ingest()
    assert house.tickets() == []
    assert housekeep.run_once(house.deps, house.now) == 1
    text = house.send()[0].get_body(("plain",)).get_content()
    assert "1 leveransrapporter som inte hör till något ärende" in text
    said = " ".join(text.split())
    assert "#1 leveransrapport: MAILER-DAEMON@mx.example – Undelivered Mail Returned to Sender" in said
    assert housekeep.run_once(house.deps, house.later(days=2).now) == 0, "a list of the day"


def test_what_was_decided_is_told_no_more(house):
    held(house)
    with house.store.write("drop") as conn:
        for row in journal.list_rows(conn, "held"):
            journal.settle(conn, Settle(row.id, "discarded", "dropped by anna"), house.now)
    assert house.row(1).state == "discarded"
    assert housekeep.run_once(house.deps, house.now) == 0


def test_bearers_are_forgotten_sixty_days_after_they_ran_out(house):
    with house.store.write("add") as conn:
        bearers.add(conn, [Bearer("h", "ticket", "key-line", "a@x", house.now + timedelta(days=1))], house.now)
    housekeep.run_once(house.deps, house.later(days=60).now)
    with house.store.write("look") as conn:
        assert bearers.revoke(conn, "h", "look", house.now)
    housekeep.run_once(house.deps, house.later(days=2).now)
    with house.store.write("look") as conn:
        assert not bearers.revoke(conn, "h", "look", house.now)
