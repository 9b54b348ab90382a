from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from gateway.mail import identity
from gateway.mail.message import Address
from gateway.store import book, contacts, keys, leases, rule_notes, status, tickets, timers
from gateway.store.book import Page
from gateway.store.engine import Store
from gateway.store.status import Queue
from gateway.tickets.effects import Arm, OpenTicket, Remember

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_rotated_key_signs_and_the_previous_ones_still_verify(store: Store):
    with store.write() as conn:
        before = keys.load_keys(conn)
        mark = identity.loop_mark(before, "<a@x>")
        keys.rotate(conn, NOW)
        after = keys.rotate(conn, NOW)
    assert len(before.current) == 32
    assert len({after.current, *after.previous}) == 3
    assert identity.own_loop_mark(after, mark, "<a@x>")
    assert after.sign("loop", "<a@x>") != mark


def test_a_contact_is_learned_bit_by_bit(store: Store):
    with store.write() as conn:
        contacts.remember(conn, Remember("Anna@cust.test", "Anna", None), NOW)
        contacts.remember(conn, Remember("anna@cust.test", "", "sv"), NOW + MINUTE)
        contact = contacts.get(conn, "ANNA@cust.test")
        assert contacts.get(conn, "bo@cust.test") is None
    assert (contact.address, contact.name, contact.language, contact.known) == ("Anna@cust.test", "Anna", "sv", True)


def test_an_unproven_mail_teaches_a_name_and_makes_no_known_contact(store: Store):
    with store.write() as conn:
        contacts.remember(conn, Remember("eva@cust.test", "Eva", "sv", known=False), NOW)
        assert contacts.get(conn, "eva@cust.test").known is False
        contacts.remember(conn, Remember("eva@cust.test"), NOW + MINUTE)
        contacts.remember(conn, Remember("eva@cust.test", known=False), NOW + 2 * MINUTE)
        assert contacts.get(conn, "eva@cust.test").known is True


def test_muting_an_address_we_only_wrote_to_makes_no_known_contact(store: Store):
    with store.write() as conn:
        contacts.mute(conn, "bo@cust.test", "bounced 5.1.1", NOW)
        assert contacts.get(conn, "bo@cust.test").known is False
        assert contacts.muted(conn, ["BO@cust.test", "anna@cust.test"]) == {"bo@cust.test": "bounced 5.1.1"}
        contacts.unmute(conn, "bo@cust.test")
        assert contacts.muted(conn, ["bo@cust.test"]) == {}
        assert contacts.muted(conn, []) == {}


def test_a_timer_fires_once(store: Store):
    with store.write() as conn:
        timers.arm(conn, None, Arm("digest", NOW + MINUTE, {"n": 1}))
        assert timers.next_at(conn) == NOW + MINUTE
        assert timers.claim_due(conn, NOW, "w", MINUTE, 5) == []
    with store.write() as conn:
        (timer,) = timers.claim_due(conn, NOW + MINUTE, "w", MINUTE, 5)
        assert timers.claim_due(conn, NOW + MINUTE, "w2", MINUTE, 5) == []
        assert (timer.kind, timer.facts) == ("digest", {"n": 1})
        assert timers.done(conn, timer.id)
        assert not timers.done(conn, timer.id)
        assert timers.next_at(conn) is None


def test_a_disarmed_timer_is_gone_and_others_stay(store: Store):
    with store.write() as conn:
        ticket = tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", Address("", "a@b.test")), NOW)
        for kind in ("reminder-1", "reminder-1", "wake"):
            timers.arm(conn, ticket.id, Arm(kind, NOW))
        timers.disarm(conn, ticket.id, "reminder-1")
        assert [timer.kind for timer in timers.of_ticket(conn, ticket.id)] == ["wake"]


def test_a_timer_can_be_put_off(store: Store):
    with store.write() as conn:
        timers.arm(conn, None, Arm("digest", NOW))
        (timer,) = timers.claim_due(conn, NOW, "w", MINUTE, 5)
        timers.later(conn, timer.id, NOW + MINUTE)
        assert timers.claim_due(conn, NOW, "w", MINUTE, 5) == []
        assert len(timers.claim_due(conn, NOW + MINUTE, "w", MINUTE, 5)) == 1


def test_the_book_remembers_how_far_a_folder_was_read(store: Store):
    with store.write() as conn:
        assert book.get(conn, "support", "INBOX") is None
        book.put(conn, "support", "INBOX", 7, 100, NOW)
        book.put(conn, "support", "INBOX", 8, 4_294_967_295, NOW + MINUTE)
        book.put(conn, "support", "Junk", None, 0, NOW)
        assert book.get(conn, "support", "INBOX") == Page(8, 4_294_967_295, NOW)
        assert list(book.pages(conn)) == [("support", "INBOX"), ("support", "Junk")]


def test_a_lease_has_one_holder_until_it_runs_out(store: Store):
    with store.write() as conn:
        assert leases.acquire(conn, "timers", "a", NOW, MINUTE)
        assert leases.acquire(conn, "timers", "a", NOW, MINUTE)
        assert not leases.acquire(conn, "timers", "b", NOW, MINUTE)
        assert leases.renew(conn, "timers", "a", NOW, 2 * MINUTE)
        assert not leases.renew(conn, "timers", "b", NOW, MINUTE)
        assert not leases.acquire(conn, "timers", "b", NOW + MINUTE, MINUTE)
        assert leases.acquire(conn, "timers", "b", NOW + 2 * MINUTE, MINUTE)
        assert not leases.renew(conn, "timers", "a", NOW + 2 * MINUTE, MINUTE)
        leases.release(conn, "timers", "a")
        assert not leases.acquire(conn, "timers", "c", NOW + 2 * MINUTE, MINUTE)
        leases.release(conn, "timers", "b")
        assert leases.acquire(conn, "timers", "c", NOW + 2 * MINUTE, MINUTE)


def test_of_eight_that_want_a_lease_at_once_one_gets_it(store: Store):
    won: list[str] = []

    def want(name: str) -> None:
        with store.write() as conn:
            if leases.acquire(conn, "mailbox support", name, NOW, MINUTE):
                won.append(name)

    threads = [threading.Thread(target=want, args=(f"d{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_trouble_of_a_rule_is_counted(store: Store):
    with store.write() as conn:
        rule_notes.note(conn, "Invoices", "pattern ran out of time", NOW)
        rule_notes.note(conn, "Invoices", "pattern ran out of time", NOW + MINUTE, 5)
        (note,) = rule_notes.list_notes(conn)
        assert (note.times, note.first_at, note.last_at, note.ticket_id) == (2, NOW, NOW + MINUTE, 5)
        assert rule_notes.clear(conn, NOW) == 0
        assert rule_notes.clear(conn, NOW + 2 * MINUTE) == 1


def test_an_idle_store_has_nothing_waiting(store: Store):
    with store.read() as conn:
        assert status.status(conn, NOW) == status.StoreStatus({}, {}, 0, {})


def test_status_tells_what_waits_since_when(store: Store):
    from gateway.mail.message import Envelope
    from gateway.mail.received import Received
    from gateway.store import journal, outbox
    from gateway.store.outbox import Outgoing

    envelope = Envelope("a@b.test", ("s@acme.test",), "smtp")
    journal.write_received(store, [Received(envelope, b"%d" % n, NOW + n * MINUTE) for n in range(3)])
    mail = Outgoing(None, None, None, "answered", "requester", "", "a@b.test", "s@acme.test", "<1@x>", b"", NOW)
    with store.write() as conn:
        journal.mark(conn, 1, "done")
        journal.mark(conn, 2, "held", "spam")
        outbox.add(conn, mail, NOW)
        outbox.pause(conn, NOW, "maintenance")
        tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", Address("", "a@b.test")), NOW)
        timers.arm(conn, None, Arm("digest", NOW))
    with store.read() as conn:
        found = status.status(conn, NOW)
    assert found.queues == {
        "journal.received": Queue(1, NOW + 2 * MINUTE),
        "journal.held": Queue(1, NOW + MINUTE),
        "outbox.ready": Queue(1, NOW),
    }
    assert (found.open_tickets, found.timers_due, found.pauses) == ({"acme": 1}, 1, {"all": "maintenance"})
    assert found.oldest("journal.held") == NOW + MINUTE
    assert found.oldest("journal.parked") is None
