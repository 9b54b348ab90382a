"""From notice to smarthost: backoff for days, giving up, what the ticket hears, and what a bug costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from gateway.errors import TryAgainError
from gateway.outbound.transport import Bounced, Deferred, Sent
from gateway.render.failure import TemplateFailure
from gateway.store import contacts, notices, outbox
from gateway.tickets.model import Kind
from gateway.work import deliver, notify

KARIN, ANNA, BO = "karin@umbrella.example", "anna@acme.example", "bo@acme.example"


def states(house):
    return {row.rcpt_to: row.state for row in house.outbox() if row.event == "registered"}


def ready(house):
    """Bring a message as far as the outbox."""
    house.receive("Hej")
    house.ingest()
    notify.run_once(house.deps, house.now)
    return house


def row_to(house, address):
    return next(row for row in house.outbox() if row.rcpt_to == address)


def test_a_deferred_mail_goes_out_with_the_same_bytes_later(house):
    ready(house).smarthost.script = [Deferred(451, "later")] * 3
    deliver.run_once(house.deps, house.now)
    assert set(states(house).values()) == {"deferred"}
    before = outbox.load_raw(house.store, row_to(house, KARIN))
    assert deliver.run_once(house.deps, house.now) == 0
    house.later(minutes=2)
    deliver.run_once(house.deps, house.now)
    assert set(states(house).values()) == {"sent"}
    assert next(raw for _, who, raw in house.smarthost.sent if who == KARIN) == before
    with house.store.read() as conn:
        tries = outbox.attempts_of(conn, row_to(house, KARIN).id)
    assert [(t.outcome, t.status) for t in tries] == [("deferred", "451"), ("sent", "250")]


def test_backoff_grows_and_gives_up_after_retry_for(house):
    ready(house.under(retry_for=timedelta(hours=3)))
    waits, last = [], None
    for _ in range(200):
        house.smarthost.script = [Deferred(None, "no answer", reached=False)] * 9
        if deliver.run_once(house.deps, house.now):
            if last is not None:
                waits.append(round((house.now - last).total_seconds() / 60))
            last = house.now
        if row_to(house, KARIN).state == "failed":
            break
        house.later(minutes=1)
    assert waits == [1, 5, 15, 30, 60, 60, 9]
    assert row_to(house, KARIN).state == "failed"
    assert row_to(house, KARIN).error == "gave up: no answer"


def test_giving_up_tells_us_and_mutes_nobody(house):
    ready(house.under(retry_for=timedelta(0)))
    house.smarthost.script = [Deferred(451, "full")] * 3
    deliver.run_once(house.deps, house.now)
    with house.store.read() as conn:
        assert contacts.muted(conn, [KARIN, ANNA, BO]) == {}
    mails = house.send()
    assert {mail["X-Ticket-Event"] for mail in mails} == {"bounced"}
    assert KARIN not in {mail["To"].addresses[0].addr_spec for mail in mails}


def test_a_bounce_is_an_event_of_the_ticket_and_mutes_the_address(house):
    ready(house)
    script = {KARIN: Bounced(550, "no such user")}
    order = [row.rcpt_to for row in house.outbox()]
    house.smarthost.script = [script.get(who, Sent(250, "ok", None)) for who in order]
    deliver.run_once(house.deps, house.now)
    assert (row_to(house, KARIN).state, row_to(house, KARIN).status) == ("failed", "550")
    with house.store.read() as conn:
        assert contacts.muted(conn, [KARIN]) == {KARIN: "bounced 550"}
        from gateway.store import tickets

        entries = tickets.load_case(conn, house.ticket().id).entries
    assert [entry.kind for entry in entries] == [Kind.MESSAGE, Kind.EVENT]
    told = house.send()
    assert {mail["To"].addresses[0].addr_spec for mail in told} == {ANNA, BO}
    assert KARIN in told[0].get_body(("plain",)).get_content()


def test_a_notice_of_a_bounce_that_bounces_makes_no_other(house):
    ready(house.under(retry_for=timedelta(0)))
    house.smarthost.script = [Bounced(550, "no")] * 50
    house.send()
    house.send()
    assert notify.run_once(house.deps, house.now) == 0
    assert {row.state for row in house.outbox()} <= {"failed", "suppressed"}


def test_a_good_mail_lifts_the_mute(house):
    house.write("Hej")
    with house.store.write("mute") as conn:
        contacts.mute(conn, KARIN, "bounced 550", house.now)
    house.write("Nu fungerar min post igen", subject="Ny sak")
    with house.store.read() as conn:
        assert contacts.muted(conn, [KARIN]) == {}


def test_the_oldest_unsent_mail_to_one_reader_of_a_ticket_goes_first(house):
    told = next(m for m in house.write("Hej") if "anna" in str(m["To"]))
    house.receive(
        "Svar ett", "Anna Åkesson <anna@acme.example>", to=str(told["Reply-To"]), In_Reply_To=str(told["Message-ID"])
    )
    house.ingest()
    notify.run_once(house.deps, house.now)
    house.smarthost.script = [Deferred(451, "later")]
    deliver.run_once(house.deps, house.now)
    house.receive(
        "Svar två", "Anna Åkesson <anna@acme.example>", to=str(told["Reply-To"]), In_Reply_To=str(told["Message-ID"])
    )
    house.ingest()
    assert house.send() == [], "the second waits for the first"
    sent = house.later(minutes=2).send()
    assert ["Svar ett" in str(m.get_body(("plain",)).get_content().splitlines()[:12]) for m in sent] == [True, False]


@pytest.mark.parametrize("text", ["Prova igen.", "Prova igen.\n\n#löst", "Hur ser det ut?\n\n#vänta"])
def test_words_of_an_operator_wait_the_send_delay_whatever_mail_carries_them(house, text):
    told = next(m for m in house.write("Hej") if "anna" in str(m["To"]))
    house.under(send_delay=timedelta(minutes=2))
    assert house.answer(told, text) == []
    assert len(house.later(minutes=3).send()) == 1


def test_a_diverted_house_sends_everything_to_one_address(house):
    mails = house.under(divert_to="test@acme.example").write("Hej")
    assert {who for _, who, _ in house.smarthost.sent} == {"test@acme.example"}
    assert {str(mail["To"].addresses[0].addr_spec) for mail in mails} == {"test@acme.example"}, "nor in the header"
    assert all(mail["Cc"] is None for mail in mails)
    receipt = next(mail for mail in mails if "karin@umbrella.example" in str(mail["To"]))
    for part in ("plain", "html"):
        shown = unescape(receipt.get_body((part,)).get_content())
        assert "Testläge: det här mejlet skulle ha gått till karin@umbrella.example." in shown


def test_verp_where_the_smarthost_allows_it_and_the_null_sender_where_the_mails_say_so(house):
    house.under(verp=frozenset({"out"})).write("Hej")
    assert all(sender.startswith("support+b-") for sender, _, _ in house.smarthost.sent)
    assert len({sender for sender, _, _ in house.smarthost.sent}) == 3


def test_without_a_smarthost_for_the_sender_a_mail_waits(house):
    house.deps = replace(house.deps, relays=[])
    ready(house)
    deliver.run_once(house.deps, house.now)
    assert set(states(house).values()) == {"deferred"}
    assert "no smarthost may send as support@acme.example" in row_to(house, KARIN).error


def test_a_bug_while_sending_costs_one_mail_its_turn_and_none_behind_it(house):
    ready(house).smarthost.script = [RuntimeError("a bug")]
    deliver.run_once(house.deps, house.now)
    assert sorted(states(house).values()) == ["deferred", "sent", "sent"]
    house.later(minutes=2)
    deliver.run_once(house.deps, house.now)
    assert set(states(house).values()) == {"sent"}


# --- templates ----------------------------------------------------------------------------------------------------


class Failing:
    """A library in which everything is missing, as after a bad edit of a template."""

    def __init__(self, real, error):
        self.real, self.error = real, error

    def __getattr__(self, name):
        raise self.error


@pytest.mark.parametrize("error", [TemplateFailure("x.md", 3, "no such variable"), RuntimeError("a bug")])
def test_a_template_that_fails_holds_the_mail_and_the_ticket_lives(house, error):
    good = house.deps.library()
    house.deps = replace(house.deps, library=lambda: Failing(good, error))
    assert house.write("Hej") == []
    assert house.ticket() is not None
    with house.store.read() as conn:
        held = [notices.get(conn, number) for number in (1, 2, 3)]
    assert {notice.state for notice in held} == {"held"}
    house.deps = replace(house.deps, library=lambda: good)
    with house.store.write("release") as conn:
        assert notices.release(conn, house.now) == 3
    assert len(house.send()) == 3


def test_what_has_left_is_written_down_as_soon_as_the_database_is_back_and_not_sent_again(make_house):
    away = [TryAgainError("away")] * 2

    def fail(step: str) -> None:
        if step == "mark sent" and away:
            raise away.pop()

    house = ready(make_house(fail))
    deliver.run_once(house.deps, house.now)
    assert not away
    assert set(states(house).values()) == {"sent"}
    assert len(house.smarthost.sent) == len(house.outbox())
