from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import VersionConflictError
from gateway.mail.message import Address, Attachment
from gateway.store import entries, tickets
from gateway.store.engine import Store
from gateway.tickets.effects import AddEntry, OpenTicket
from gateway.tickets.model import Actor, ActorKind, Kind, Participant, Status, Ticket, Visibility

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANNA = Address("Anna Åkesson", "anna@cust.test")
ACTOR = Actor(ActorKind.REQUESTER, "Anna Åkesson", "anna@cust.test")


def opening(**values: object) -> OpenTicket:
    return OpenTicket("acme", "ACME", "Skrivaren är trasig", ANNA, values)


def said(text: str, **fields: object) -> AddEntry:
    return AddEntry(**{
        "kind": Kind.MESSAGE, "visibility": Visibility.PUBLIC, "direction": "in", "author_name": "Anna", "text": text,
        **fields,
    })  # fmt: skip


def open_one(store: Store, **values: object) -> Ticket:
    with store.write() as conn:
        return tickets.open_ticket(conn, opening(**values), NOW)


def test_a_ticket_comes_back_as_it_was_opened(store: Store):
    full = {
        "source": "form", "status": Status.OPEN, "status_name": "Hos verkstaden", "priority": "high", "type": "incident",
        "group": "first", "owner": "karin", "line": 2, "tags": ("vip", 'skriv"are'), "watchers": ("bo",),
        "fields": {"rum": "12"}, "foreign_references": ("INC-1", "INC-2"), "confidential": True, "steps": ("ring",),
        "promises": ("torsdag",), "links": ("claims ACME-1",), "first_response_at": NOW, "time_spent_s": 90,
        "participants": (Participant("anna@cust.test", "Anna", "requester"), Participant("bo@cust.test", "", "cc", 4)),
    }  # fmt: skip
    opened = open_one(store, **full)
    with store.read() as conn:
        assert tickets.get(conn, opened.id) == opened
        assert tickets.by_number(conn, opened.number) == opened
    assert opened.reference == "ACME-1001"
    assert [getattr(opened, name) for name in full] == list(full.values())


def test_the_requester_takes_part_from_the_first_entry_on(store: Store):
    assert open_one(store).participants == (Participant("anna@cust.test", "Anna Åkesson", "requester", 0),)


def test_nul_and_half_surrogates_in_text_are_no_trouble(store: Store):
    effect = OpenTicket("acme", "ACME", "a\0b\udcc5", ANNA, {"tags": ("x\0",), "fields": {"k": "\udcc5"}})
    with store.write() as conn:
        opened = tickets.open_ticket(conn, effect, NOW)
    with store.read() as conn:
        assert tickets.get(conn, opened.id).subject == "ab?"


def test_a_naive_time_is_refused(store: Store):
    with pytest.raises(Exception, match="naive"), store.write() as conn:
        tickets.open_ticket(conn, opening(), datetime(2026, 1, 1))


def test_numbers_are_unique_and_without_gaps_under_concurrency(store: Store):
    numbers: list[int] = []

    def work() -> None:
        numbers.extend(open_one(store).number for _ in range(15))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1001, 1121))


def test_a_rollback_gives_its_number_back(store: Store):
    with pytest.raises(RuntimeError), store.write() as conn:  # noqa: PT012  # the block is what is tested
        tickets.open_ticket(conn, opening(), NOW)
        raise RuntimeError
    assert open_one(store).number == 1001


def test_a_change_raises_the_version_and_the_second_writer_is_told(store: Store):
    opened = open_one(store)
    with store.write() as conn:
        assert tickets.update(conn, opened.id, 0, {"owner": "karin", "status": Status.OPEN, "tags": ("a",)}) == 1
    with pytest.raises(VersionConflictError), store.write() as conn:
        tickets.update(conn, opened.id, 0, {"owner": "bo"})
    with store.read() as conn:
        now = tickets.get(conn, opened.id)
    assert (now.owner, now.status, now.tags, now.version) == ("karin", Status.OPEN, ("a",), 1)


def test_of_eight_threads_that_change_one_ticket_at_once_none_is_lost(store: Store):
    opened = open_one(store)

    def add_minute() -> None:
        for _ in range(10):
            while True:
                try:
                    with store.read() as conn:
                        seen = tickets.get(conn, opened.id)
                    with store.write() as conn:
                        tickets.update(conn, seen.id, seen.version, {"time_spent_s": seen.time_spent_s + 60})
                    break
                except VersionConflictError:
                    continue

    threads = [threading.Thread(target=add_minute) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as conn:
        now = tickets.get(conn, opened.id)
    assert (now.time_spent_s, now.version) == (8 * 10 * 60, 80)


def test_people_join_once_and_leave(store: Store):
    opened = open_one(store)
    with store.write() as conn:
        tickets.join(conn, opened.id, Participant("Bo@Cust.test", "Bo", "cc", 3))
        tickets.join(conn, opened.id, Participant("bo@cust.test", "again", "cc", 9))
        assert tickets.get(conn, opened.id).participants[1:] == (Participant("Bo@Cust.test", "Bo", "cc", 3),)
        tickets.leave(conn, opened.id, "BO@cust.test")
        assert len(tickets.get(conn, opened.id).participants) == 1


def test_a_parent_knows_its_children(store: Store):
    parent = open_one(store)
    children = [open_one(store, parent=parent.id).id for _ in range(2)]
    with store.read() as conn:
        assert tickets.get(conn, parent.id).children == tuple(children)


def test_an_entry_comes_back_whole(store: Store):
    opened = open_one(store)
    file = Attachment("bild.png", "image/png", 3, True, "cid1", "ab" * 32)
    effect = said(
        "Hej", html="<p>Hej</p>", full_text="Hej\n> gammalt", to=(ANNA,), cc=(Address("", "bo@cust.test"),),
        attachments=(file,), message_id="<a@cust.test>", evidence=("message-id",), verified=False, folded=True,
    )  # fmt: skip
    with store.write() as conn:
        entry = tickets.add_entry(conn, opened.id, effect, ACTOR, NOW, None, "pass")
    with store.read() as conn:
        assert tickets.get_entry(conn, entry.id) == entry
        assert entries.whole(conn, opened.id) == (entry,)
        (light,) = entries.newest(conn, opened.id)
    assert entry.text == "Hej"
    assert entry.author == ACTOR
    assert (light.html, light.full_text, light.attachments) == (None, "", (file,))


def test_the_newest_entries_come_oldest_first(store: Store):
    opened = open_one(store)
    with store.write() as conn:
        for n in range(5):
            tickets.add_entry(conn, opened.id, said(str(n)), ACTOR, NOW)
        assert [entry.text for entry in entries.newest(conn, opened.id, 3)] == ["2", "3", "4"]


def test_the_same_content_is_committed_once(store: Store):
    first, second = open_one(store), open_one(store)
    with store.write() as conn:
        tickets.add_entry(conn, first.id, said("a"), ACTOR, NOW, content_key="k")
    with pytest.raises(VersionConflictError), store.write() as conn:
        tickets.add_entry(conn, second.id, said("a"), ACTOR, NOW, content_key="k")
    with store.read() as conn:
        assert entries.whole(conn, second.id) == ()


def test_a_case_tells_of_the_requesters_other_open_tickets(store: Store):
    this, other, closed = open_one(store), open_one(store), open_one(store, status=Status.CLOSED)
    with store.read() as conn:
        case = tickets.load_case(conn, this.id)
        nothing = tickets.load_case(conn, 99)
    assert case.ticket == this
    assert case.other_open == ((other.reference, other.subject, "new"),)
    assert closed.status is Status.CLOSED
    assert nothing.ticket is None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [3, 2, 1]),
        ({"open": True}, [2, 1]),
        ({"open": False}, [3]),
        ({"owner": None}, [3, 1]),
        ({"owner": "karin"}, [2]),
        ({"owner": ("karin", None)}, [3, 2, 1]),
        ({"owner": ("karin", "bo")}, [2]),
        ({"status": Status.CLOSED}, [3]),
        ({"tag": "vip"}, [2]),
        ({"tag": "vi"}, []),
        ({"tag": "100%"}, [1]),
        ({"requester": "ANNA@cust.test", "open": True}, [2, 1]),
        ({"participant": "bo@cust.test"}, [1]),
        ({"created_since": NOW + timedelta(minutes=1)}, [3, 2]),
        ({"updated_before": NOW + timedelta(minutes=1)}, [1]),
        ({"fields": None}, [3, 2, 1]),
    ],
)
def test_a_view_shows_the_tickets_it_asks_for(store: Store, filters: dict[str, object], expected: list[int]):
    with store.write() as conn:
        first = tickets.open_ticket(conn, opening(tags=("100%",)), NOW)
        tickets.join(conn, first.id, Participant("bo@cust.test", "", "cc"))
        tickets.open_ticket(conn, opening(owner="karin", tags=("vip",)), NOW + timedelta(minutes=1))
        tickets.open_ticket(conn, opening(status=Status.CLOSED), NOW + timedelta(minutes=2))
    with store.read() as conn:
        found = tickets.list_tickets(conn, filters)
    assert [ticket.number - 1000 for ticket in found] == expected


def test_a_view_is_sorted_and_limited(store: Store):
    for owner in ("b", "a", "c"):
        open_one(store, owner=owner)
    with store.read() as conn:
        assert [t.owner for t in tickets.list_tickets(conn, sort="owner")] == ["a", "b", "c"]
        assert [t.owner for t in tickets.list_tickets(conn, sort="-number", limit=2)] == ["c", "a"]


def test_an_unknown_filter_or_order_is_an_error(store: Store):
    with store.read() as conn:
        with pytest.raises(ValueError, match="colour"):
            tickets.list_tickets(conn, {"colour": "red"})
        with pytest.raises(ValueError, match="id; --"):
            tickets.list_tickets(conn, sort="id; --")


def test_the_load_of_an_owner_is_his_open_tickets(store: Store):
    for owner, status in (
        ("karin", Status.OPEN),
        ("karin", Status.WAITING),
        ("karin", Status.CLOSED),
        ("bo", Status.NEW),
    ):
        open_one(store, owner=owner, status=status)
    open_one(store)
    with store.read() as conn:
        assert tickets.open_per_owner(conn) == {"karin": 2, "bo": 1}
