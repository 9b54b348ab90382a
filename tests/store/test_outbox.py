from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import VersionConflictError
from gateway.mail.message import Address
from gateway.store import budgets, delivery, notices, outbox, tickets
from gateway.store.engine import Store
from gateway.store.outbox import OutboxRow, Outgoing
from gateway.tickets.effects import OpenTicket, Suppress, Tell

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANNA = Address("Anna", "anna@cust.test")


def ticket(store: Store) -> int:
    with store.write() as conn:
        return tickets.open_ticket(conn, OpenTicket("acme", "ACME", "x", ANNA), NOW).id


def tell(address: str = "anna@cust.test", **fields: object) -> Tell:
    return Tell("registered", "requester", Address("", address), None, "sv", ("requester",), **fields)


def outgoing(**fields: object) -> Outgoing:
    return Outgoing(**{
        "notice_id": None, "ticket_id": None, "entry_id": None, "event": "registered", "audience": "requester",
        "mail_from": "", "rcpt_to": "anna@cust.test", "from_address": "support@acme.test", "message_id": "<1@x>",
        "raw": b"Subject: x\r\n\r\n", "ready_at": NOW, **fields,
    })  # fmt: skip


def put(store: Store, **fields: object) -> int:
    with store.write() as conn:
        return outbox.add(conn, outgoing(**fields), NOW)


def claim(store: Store, now: datetime = NOW, worker: str = "w1", limit: int = 10) -> list[OutboxRow]:
    with store.write() as conn:
        return delivery.claim(conn, now, worker, MINUTE, limit)


def one(store: Store, mail_id: int) -> OutboxRow:
    with store.read() as conn:
        return outbox.get(conn, mail_id)


def test_a_notice_becomes_one_mail_however_often_it_is_tried(store: Store):
    with store.write() as conn:
        notice = notices.add(conn, None, None, tell(), "<n@x>", {"subject": "Hej"}, NOW)
    with store.write() as conn:
        (row,) = notices.claim(conn, NOW, "w", MINUTE, 10)
        assert (row.id, row.facts, row.address) == (notice, {"subject": "Hej"}, "anna@cust.test")
        assert outbox.add(conn, outgoing(notice_id=notice), NOW) is not None
        notices.done(conn, notice)
    with store.write() as conn:
        assert outbox.add(conn, outgoing(notice_id=notice), NOW) is None
    with pytest.raises(VersionConflictError), store.write() as conn:
        notices.done(conn, notice)


def test_a_notice_that_cannot_be_rendered_is_held_until_released(store: Store):
    with store.write() as conn:
        notice = notices.add(conn, None, None, tell(), "<n@x>", {}, NOW)
        notices.held(conn, notice, "registered.md:3: unknown variable")
    with store.write() as conn:
        assert notices.claim(conn, NOW, "w", MINUTE, 10) == []
        assert notices.release(conn, NOW) == 1
        (row,) = notices.claim(conn, NOW, "w", MINUTE, 10)
    assert row.error == "registered.md:3: unknown variable"


def test_a_notice_is_tried_again_later(store: Store):
    with store.write() as conn:
        notice = notices.add(conn, None, None, tell(), "<n@x>", {}, NOW)
        notices.retry_later(conn, notice, 1, NOW + MINUTE, "bug")
        assert notices.claim(conn, NOW, "w", MINUTE, 10) == []
        assert notices.claim(conn, NOW + MINUTE, "w", MINUTE, 10)[0].tries == 1


def test_the_bytes_of_a_mail_never_change(store: Store):
    small, large = b"\x00\xff mail", b"y" * (outbox.INLINE + 1)
    first = put(store, raw=small)
    blob = outbox.keep_raw(store, large)
    with store.write() as conn:
        second = outbox.add(conn, outgoing(raw=large), NOW, blob)
    assert outbox.keep_raw(store, small) is None
    assert outbox.load_raw(store, one(store, first)) == small
    assert outbox.load_raw(store, one(store, second)) == large


def test_the_oldest_unsent_mail_to_a_recipient_about_a_ticket_goes_first(store: Store):
    this, other = ticket(store), ticket(store)
    first, second = put(store, ticket_id=this), put(store, ticket_id=this, rcpt_to="ANNA@cust.test")
    elsewhere, to_bo = put(store, ticket_id=other), put(store, ticket_id=this, rcpt_to="bo@cust.test")
    mails = claim(store)
    assert [mail.id for mail in mails] == [first, elsewhere, to_bo]
    with store.write() as conn:
        delivery.deferred(conn, mails[0], NOW, NOW + MINUTE, "451", "later")
        for mail in mails[1:]:
            delivery.sent(conn, mail, NOW, "250", "ok")
    assert claim(store) == []
    (again,) = claim(store, NOW + MINUTE)
    assert again.id == first
    with store.write() as conn:
        delivery.sent(conn, again, NOW + MINUTE, "250", "ok")
    assert [mail.id for mail in claim(store, NOW + MINUTE)] == [second]


def test_mails_about_no_ticket_do_not_wait_for_each_other(store: Store):
    put(store)
    put(store)
    assert len(claim(store)) == 2


def test_a_mail_is_not_due_before_its_time(store: Store):
    put(store, ready_at=NOW + MINUTE)
    assert claim(store) == []
    assert len(claim(store, NOW + MINUTE)) == 1


def test_eight_delivering_threads_send_each_mail_once_and_in_order(store: Store):
    about = [ticket(store) for _ in range(5)]
    for n in range(60):
        put(store, ticket_id=about[n % 5], message_id=f"<{n}@x>")
    sent: list[tuple[int, int]] = []
    stop = threading.Event()

    def work(name: str) -> None:
        while not stop.is_set():
            for mail in claim(store, worker=name, limit=3):
                sent.append((mail.ticket_id, mail.id))
                with store.write() as conn:
                    delivery.sent(conn, mail, NOW, "250", "ok")
            if len(sent) >= 60:
                stop.set()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    stop.set()
    assert len(sent) == len(set(sent)) == 60
    for ticket_id in about:
        order = [mail for about_ticket, mail in sent if about_ticket == ticket_id]
        assert order == sorted(order)


def test_each_attempt_is_written_down(store: Store):
    mail_id = put(store)
    (mail,) = claim(store)
    with store.write() as conn:
        delivery.deferred(conn, mail, NOW, NOW + MINUTE, "451", "greylisted")
    (mail,) = claim(store, NOW + MINUTE)
    assert (mail.attempts, mail.first_attempt_at, mail.error) == (1, NOW, "greylisted")
    with store.write() as conn:
        delivery.failed(conn, mail, NOW + MINUTE, "550", "no such user")
    with store.read() as conn:
        tries = [(attempt.outcome, attempt.status, attempt.text) for attempt in outbox.attempts_of(conn, mail_id)]
    assert tries == [("deferred", "451", "greylisted"), ("failed", "550", "no such user")]
    assert (one(store, mail_id).state, one(store, mail_id).attempts) == ("failed", 2)


def test_a_sent_mail_is_not_sent_again(store: Store):
    put(store)
    (mail,) = claim(store)
    with store.write() as conn:
        delivery.sent(conn, mail, NOW, "250", "ok")
        delivery.deferred(conn, mail, NOW, NOW, "451", "late news")
    assert one(store, mail.id).state == "sent"
    assert claim(store, NOW + MINUTE * 2) == []


def test_a_mail_on_its_way_cannot_be_cancelled(store: Store):
    waiting, going = put(store), put(store)
    with store.write() as conn:
        assert outbox.cancel(conn, waiting, "undo")
    assert [mail.id for mail in claim(store)] == [going]
    with store.write() as conn:
        assert not outbox.cancel(conn, going)
    assert (one(store, waiting).state, one(store, waiting).reason) == ("cancelled", "undo")


def test_a_failed_mail_is_tried_again_on_order(store: Store):
    mail_id = put(store)
    (mail,) = claim(store)
    with store.write() as conn:
        delivery.failed(conn, mail, NOW, "550", "no")
        assert outbox.retry(conn, mail_id, NOW)
    assert [again.id for again in claim(store)] == [mail_id]


def test_a_held_mail_stands_in_nobodys_way(store: Store):
    about = ticket(store)
    first, second = put(store, ticket_id=about), put(store, ticket_id=about)
    with store.write() as conn:
        assert outbox.hold(conn, first, "too large for every smarthost")
    assert [mail.id for mail in claim(store)] == [second]


def test_a_pause_stops_what_it_names_until_resumed(store: Store):
    receipt, answer = put(store, automatic=True), put(store)
    with store.write() as conn:
        outbox.pause(conn, NOW, "breaker", "automatic")
    assert [mail.id for mail in claim(store)] == [answer]
    with store.write() as conn:
        outbox.pause(conn, NOW, "maintenance")
        assert outbox.paused(conn) == {"automatic": "breaker", "all": "maintenance"}
    assert claim(store, NOW + 2 * MINUTE) == []
    with store.write() as conn:
        outbox.resume(conn)
    assert [mail.id for mail in claim(store, NOW + 2 * MINUTE)] == [receipt, answer]


def test_what_is_not_sent_has_a_row_with_its_reason(store: Store):
    about = ticket(store)
    with store.write() as conn:
        outbox.suppress(conn, about, Suppress("registered", "requester", ANNA, "muted: bounced 5.1.1"), NOW)
        (row,) = outbox.of_ticket(conn, about)
    assert (row.state, row.reason, row.rcpt_to) == ("suppressed", "muted: bounced 5.1.1", "anna@cust.test")
    assert claim(store) == []
    with pytest.raises(KeyError):
        outbox.load_raw(store, row)


def test_a_delivery_report_changes_what_was_sent_and_nothing_else(store: Store):
    sent, waiting = put(store), put(store, ready_at=NOW + MINUTE)
    (mail,) = claim(store)
    with store.write() as conn:
        delivery.sent(conn, mail, NOW, "250", "ok")
        delivery.told(conn, sent, "deferred", "4.4.1", "still trying")
        assert outbox.get(conn, sent).state == "sent"
        delivery.told(conn, sent, "failed", "5.1.1", "unknown")
        delivery.told(conn, waiting, "failed", "5.1.1", "forged")
    assert (one(store, sent).state, one(store, sent).status) == ("failed", "5.1.1")
    assert one(store, waiting).state == "ready"


def test_a_mail_is_found_by_its_envelope_id_and_listed_by_state(store: Store):
    first, second = put(store, envid_hash="h1"), put(store)
    with store.read() as conn:
        assert outbox.by_envid(conn, "h1").id == first
        assert outbox.by_envid(conn, "h2") is None
        assert [mail.id for mail in outbox.list_rows(conn)] == [second, first]
        assert outbox.list_rows(conn, "sent") == []


def test_the_leak_check_gets_the_lines_of_the_mail_that_was_answered(store: Store):
    mail_id = put(store, entry_id=7, internal_lines=["hemlig rad"], public_lines=["öppen rad"])
    with store.read() as conn:
        answered = tickets.answered_mail(conn, mail_id)
        assert tickets.answered_mail(conn, 99) is None
    assert (answered.entry_id, answered.internal_lines, answered.public_lines) == (7, ("hemlig rad",), ("öppen rad",))


def test_budgets_count_automatic_mail_to_the_outside(store: Store):
    about, other = ticket(store), ticket(store)

    def notice(name: str, at: datetime, ticket_id: int, **fields: object) -> None:
        with store.write() as conn:
            notices.add(conn, ticket_id, None, tell(**{"budgeted": True, **fields}), f"<{name}@x>", {}, at)

    notice("now", NOW, about)
    notice("neutral", NOW, about, neutral=True)
    notice("other ticket", NOW, other)
    notice("morning", NOW - timedelta(hours=3), about)
    notice("yesterday", NOW - timedelta(hours=25), about)
    notice("somebody else", NOW, about, address="bo@cust.test")
    notice("a person wrote it", NOW, about, budgeted=False)
    with store.read() as conn:
        assert budgets.counts(conn, "ANNA@cust.test", about, NOW) == budgets.Counts(3, 4, 1, 4)
        assert budgets.counts(conn, "anna@cust.test", None, NOW).ticket_day == 0
        assert budgets.in_hour(conn, NOW) == 4
        assert budgets.busiest_hour(conn, NOW) == 1, "the hour that is looked at is not compared with itself"
        assert budgets.busiest_hour(conn, NOW + timedelta(hours=2)) == 4
        assert budgets.busiest_hour(conn, NOW + timedelta(days=30)) == 0
