from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.mail.message import Address
from gateway.store import notices, threads, tickets, turns
from gateway.store.engine import Store
from gateway.tickets.effects import AddEntry, OpenTicket, Tell
from gateway.tickets.model import Actor, ActorKind, Kind, Visibility

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANNA, KARIN = Address("Anna", "anna@cust.test"), Address("Karin", "karin@acme.test")


def test_a_reader_has_seen_what_he_wrote_and_what_he_was_sent(store: Store):
    said = AddEntry(Kind.MESSAGE, Visibility.PUBLIC, "in", "Anna", "Hej", message_id="<anna-1@cust.test>")
    with store.write() as conn:
        ticket = tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", ANNA), NOW)
        entry = tickets.add_entry(conn, ticket.id, said, Actor(ActorKind.REQUESTER, "Anna", "Anna@cust.test"), NOW)
        for number, to in enumerate((ANNA, KARIN)):
            tell = Tell("registered", "requester", to, None, "sv", ("x",))
            notices.add(conn, ticket.id, entry.id, tell, f"<{number}@acme.test>", {}, NOW)
        assert threads.seen_by(conn, ticket.id, "anna@cust.test") == ("<anna-1@cust.test>", "<0@acme.test>")
        assert threads.seen_by(conn, ticket.id, "karin@acme.test") == ("<1@acme.test>",)
        assert threads.seen_by(conn, ticket.id, "bo@cust.test") == ()


def test_the_last_owner_of_a_group_is_who_got_its_last_ticket(store: Store):
    with store.write() as conn:
        assert turns.last_owner(conn, "first") is None
        for owner, group, minutes in (("anna", "first", 2), ("bo", "first", 1), ("eva", "second", 3)):
            values = {"owner": owner, "group": group, "owner_at": NOW + timedelta(minutes=minutes)}
            tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", ANNA, values), NOW)
        assert turns.last_owner(conn, "first") == "anna"
