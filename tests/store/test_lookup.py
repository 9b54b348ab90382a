from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.mail.message import Address
from gateway.store import bearers, contacts, delivery, lookup, notices, outbox, tickets
from gateway.store.bearers import Bearer
from gateway.store.engine import Store
from gateway.store.outbox import Outgoing
from gateway.tickets.case import Found, KnownMessage
from gateway.tickets.effects import AddEntry, OpenTicket, Remember, Tell
from gateway.tickets.model import Actor, ActorKind, Kind, Ticket, Visibility
from gateway.tickets.thread import Clues

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA = Address("Anna", "anna@cust.test")
ACTOR = Actor(ActorKind.REQUESTER, "Anna", "anna@cust.test")


def open_one(store: Store, **values: object) -> Ticket:
    with store.write() as conn:
        return tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", ANNA, values), NOW)


def say(store: Store, ticket_id: int, message_id: str, content_key: str | None = None) -> int:
    effect = AddEntry(Kind.MESSAGE, Visibility.PUBLIC, "in", "Anna", "text", message_id=message_id)
    with store.write() as conn:
        return tickets.add_entry(conn, ticket_id, effect, ACTOR, NOW, content_key=content_key).id


def find(store: Store, sender: str | None = "anna@cust.test", now: datetime = NOW, **clues: object) -> Found:
    with store.read() as conn:
        return lookup.find(conn, Clues(**clues), sender, now)


def test_a_message_without_clues_finds_nothing_in_two_questions(store: Store):
    asked: list[str] = []
    with store.read() as conn:
        if store.dialect == "sqlite":
            conn.connection.driver_connection.set_trace_callback(asked.append)
        assert lookup.find(conn, Clues(content_key="k"), "anna@cust.test", NOW) == Found()
        if store.dialect == "sqlite":
            conn.connection.driver_connection.set_trace_callback(None)
            assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2


def test_a_known_message_id_leads_to_its_ticket_and_entry(store: Store):
    ticket = open_one(store)
    entry = say(store, ticket.id, "<a@cust.test>")
    found = find(store, message_ids=("<unknown@x>", "<a@cust.test>"))
    assert found.messages == (KnownMessage("<a@cust.test>", ticket.id, entry, None, None),)
    assert found.tickets == {ticket.id: ticket}


def test_a_message_id_that_two_tickets_know_leads_to_both(store: Store):
    first, second = open_one(store), open_one(store)
    say(store, first.id, "<same@x>")
    say(store, second.id, "<same@x>")
    assert [message.ticket_id for message in find(store, message_ids=("<same@x>",)).messages] == [first.id, second.id]


def test_our_own_mail_is_known_from_the_commit_on_and_later_by_its_aliases(store: Store):
    ticket = open_one(store)
    tell = Tell("registered", "requester", ANNA, None, "sv", ("requester",))
    with store.write() as conn:
        notice = notices.add(conn, ticket.id, 3, tell, "<ours@x>", {}, NOW)
    (before,) = find(store, message_ids=("<ours@x>",)).messages
    mail = Outgoing(
        notice, ticket.id, 3, "registered", "requester", "", ANNA.address, "s@acme.test", "<ours@x>", b"", NOW
    )
    with store.write() as conn:
        mail_id = outbox.add(conn, mail, NOW)
        (row,) = delivery.claim(conn, NOW, "w", HOUR, 1)
        delivery.sent(conn, row, NOW, "250", "ok", "<relay@smarthost>")
    after = find(store, message_ids=("<ours@x>", "<relay@smarthost>")).messages
    assert before == KnownMessage("<ours@x>", ticket.id, 3, None, "anna@cust.test")
    assert after == (
        KnownMessage("<ours@x>", ticket.id, 3, mail_id, "anna@cust.test"),
        KnownMessage("<relay@smarthost>", ticket.id, 3, mail_id, "anna@cust.test", alias=True),
    )


def test_a_number_and_a_foreign_reference_lead_to_their_tickets(store: Store):
    numbered, foreign = open_one(store), open_one(store, foreign_references=("INC0012",))
    found = find(store, numbers=(numbered.number, 77), foreign=("INC0012", "INC9"))
    assert found.by_number == {numbered.number: numbered.id}
    assert found.foreign == {"INC0012": foreign.id}
    assert set(found.tickets) == {numbered.id, foreign.id}


def test_a_changed_foreign_reference_is_found_and_the_old_one_is_not(store: Store):
    ticket = open_one(store, foreign_references=("OLD",))
    with store.write() as conn:
        tickets.update(conn, ticket.id, 0, {"foreign_references": ("NEW",)})
    assert find(store, foreign=("OLD", "NEW")).foreign == {"NEW": ticket.id}


def test_a_merged_ticket_brings_those_it_was_merged_into(store: Store):
    last = open_one(store)
    middle = open_one(store, merged_into=last.id)
    first = open_one(store, merged_into=middle.id)
    found = find(store, numbers=(first.number,))
    assert set(found.tickets) == {first.id, middle.id, last.id}
    assert found.by_number == {first.number: first.id}


def test_two_tickets_merged_into_each_other_are_no_endless_loop(store: Store):
    first, second = open_one(store), open_one(store)
    with store.write() as conn:
        tickets.update(conn, first.id, 0, {"merged_into": second.id})
        tickets.update(conn, second.id, 0, {"merged_into": first.id})
    assert set(find(store, numbers=(first.number,)).tickets) == {first.id, second.id}


def test_a_bearer_tells_for_whom_it_is_and_where_it_was_found(store: Store):
    ticket = open_one(store)
    bearer = Bearer(
        "h1", "ticket", "key-line", "karin@acme.test", NOW + HOUR, ticket_id=ticket.id, person="karin",
        group=True, audience="third-party", journal_id=4, mail_id=9, seen_entry=5,
    )  # fmt: skip
    with store.write() as conn:
        bearers.add(conn, [bearer], NOW)
    found = find(store, bearer_hashes=(("h0", "key-line"), ("h1", "subaddress")))
    (match,) = found.bearers
    assert (match.carrier, match.purpose, match.person, match.group) == ("subaddress", "ticket", "karin", True)
    assert (match.audience, match.journal_id, match.mail_id, match.seen_entry) == ("third-party", 4, 9, 5)
    assert set(found.tickets) == {ticket.id}


def test_a_revoked_bearer_takes_the_message_id_of_its_mail_along_but_not_its_reports(store: Store):
    carriers = {"a": "key-line", "b": "message-id", "c": "verp", "d": "key-line"}
    with store.write() as conn:
        made = [
            Bearer(h, "report" if h == "c" else "ticket", carrier, "k@acme.test", NOW + HOUR, notice_id=8 if h == "d" else 7)
            for h, carrier in carriers.items()
        ]  # fmt: skip
        bearers.add(conn, made, NOW)
        assert bearers.revoke(conn, "a", "came from somebody else", NOW)
    found = find(store, bearer_hashes=tuple(carriers.items())).bearers
    assert [match.hash for match in found] == ["c", "d"]


def test_an_expired_or_revoked_bearer_is_worth_nothing(store: Store):
    with store.write() as conn:
        bearers.add(conn, [Bearer(h, "ticket", "key-line", "k@acme.test", NOW + HOUR, person="k") for h in "abc"], NOW)
        assert bearers.revoke(conn, "a", "came from somebody else", NOW)
        assert not bearers.revoke(conn, "a", "again", NOW)
        bearers.touch(conn, "b", NOW)
    hashes = tuple((h, "key-line") for h in "abc")
    assert [match.hash for match in find(store, bearer_hashes=hashes).bearers] == ["b", "c"]
    assert find(store, now=NOW + HOUR, bearer_hashes=hashes).bearers == ()
    with store.write() as conn:
        bearers.add(conn, [Bearer("d", "ticket", "key-line", "x@y.test", NOW + HOUR)], NOW)
        assert bearers.revoke_all_but(conn, {"k", "l"}, "left", NOW) == 0
        assert bearers.revoke_all_but(conn, {"l"}, "left", NOW) == 2
        assert bearers.forget(conn, NOW + 2 * HOUR) == 4


def test_the_same_content_and_the_contact_are_found(store: Store):
    ticket = open_one(store)
    entry = say(store, ticket.id, "<a@x>", "k1")
    with store.write() as conn:
        contacts.remember(conn, Remember("Anna@Cust.test", "Anna", "sv"), NOW)
    found = find(store, content_key="k1")
    assert found.same_content == (ticket.id, entry)
    assert (found.contact.name, found.contact.language, found.contact.known) == ("Anna", "sv", True)
    assert find(store, None).contact is None
