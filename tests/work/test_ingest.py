"""What may go wrong between the journal and a ticket, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.errors import TryAgainError, VersionConflictError
from gateway.mail import reading
from gateway.store import journal, tickets
from gateway.tickets.model import Status
from gateway.work import ingest
from gateway.work.parser_pool import InlineParser, Unparsable

KARIN_FROM = "Karin Berg <karin@umbrella.example>"


class Broken(InlineParser):
    """Fails on mails with a word in them, as a bug of ours would."""

    def __init__(self, word: bytes, error: Exception | None = None) -> None:
        self.word, self.error, self.calls = word, error or RuntimeError("a bug"), 0

    def parse(self, raw, envelope):
        if self.word in raw:
            self.calls += 1
            raise self.error
        return super().parse(raw, envelope)


def with_parser(house, parser):
    house.deps = replace(house.deps, parser=parser)
    return house


def test_a_bug_is_retried_then_parked_and_the_next_mail_goes_on(house):
    with_parser(house, Broken(b"trasig rad"))
    bad, good = house.receive("en trasig rad"), house.receive("Hej")
    house.ingest()
    assert house.row(good).state == "done"
    assert (house.row(bad).state, house.row(bad).tries) == ("received", 1)
    assert house.later(seconds=1).ingest() == 0, "not at once"
    house.later(minutes=1).ingest()
    house.later(minutes=1).ingest()
    assert (house.row(bad).state, house.row(bad).reason) == ("parked", "three attempts failed; see the log")
    assert house.later(days=1).ingest() == 0


def test_a_parked_mail_is_replayed_once_the_bug_is_mended(house):
    with_parser(house, Broken(b"trasig"))
    bad = house.receive("en trasig rad", subject="Hej")
    for _ in range(3):
        house.later(minutes=1).ingest()
    with_parser(house, InlineParser())
    with house.store.write("replay") as conn:
        assert journal.replay(conn, bad, house.now)
    house.ingest()
    assert house.row(bad).state == "done"


def test_when_the_database_is_away_nothing_is_counted_against_the_mail(house):
    with_parser(house, Broken(b"Hej", TryAgainError("away")))
    number = house.receive("Hej")
    with pytest.raises(TryAgainError):
        house.ingest()
    assert (house.row(number).state, house.row(number).tries) == ("received", 0)
    with_parser(house, InlineParser())
    assert house.ingest() == 0, "claimed still"
    assert house.later(minutes=6).ingest() == 1
    assert house.row(number).state == "done"


class Dead(InlineParser):
    """Loses every mail."""

    def parse(self, raw, envelope):
        return Unparsable("killed: too much memory", reading.shell(raw, "killed", envelope))


def test_a_mail_nobody_could_read_opens_a_ticket_with_the_raw_mail_attached(house):
    mails = with_parser(house, Dead()).write("Hej", subject="Oläslig")
    (ticket,) = house.tickets()
    assert ticket.subject == "Oläslig"
    told = next(mail for mail in mails if "anna" in str(mail["To"]))
    assert any(part.get_filename() == "message.eml" for part in told.walk())
    assert "killed: too much memory" in told.get_body(("plain",)).get_content()


class Crash(Exception):
    """The process died here."""


def test_a_crash_before_the_commit_costs_only_time(make_house):
    armed = {"on": True}

    def fail(where: str) -> None:
        if armed["on"] and "commit ticket" in where:
            raise SystemExit(where)

    house = make_house(fail)
    number = house.receive("Hej")
    with pytest.raises(SystemExit):
        house.ingest()
    armed["on"] = False
    again = make_house(worker="two")
    again.now = house.now
    assert again.ingest() == 0, "the claim of the dead one holds"
    assert again.later(minutes=6).ingest() == 1
    assert (again.row(number).state, len(again.tickets())) == ("done", 1)
    assert again.later(minutes=6).ingest() == 0
    assert len(again.send()) == 3


def test_somebody_who_changes_the_ticket_meanwhile_makes_it_be_decided_anew(house):
    told = next(m for m in house.write("Hej") if "anna" in str(m["To"]))
    ticket = house.ticket()
    calls = []
    terms = house.deps.terms

    class Meddling:
        """The first decision sees a ticket that somebody else has changed in between."""

        def parse(self, raw, envelope):
            return InlineParser().parse(raw, envelope)

        def close(self):
            pass

    def meddle():
        calls.append(1)
        return terms()

    house.deps = replace(house.deps, parser=Meddling(), terms=meddle)
    with house.store.write("meddle") as conn:
        tickets.update(conn, ticket.id, ticket.version, {"priority": "low"}, at=house.now)
    house.answer(told, "Prova igen.")
    assert (house.ticket().owner, house.ticket().priority) == ("anna", "low")
    assert calls


def test_a_stale_version_is_refused_by_the_store(house):
    house.write("Hej")
    ticket = house.ticket()
    with house.store.write("one") as conn:
        tickets.update(conn, ticket.id, ticket.version, {"priority": "low"}, at=house.now)
    with pytest.raises(VersionConflictError), house.store.write("two") as conn:
        tickets.update(conn, ticket.id, ticket.version, {"priority": "high"}, at=house.now)
    assert house.ticket().priority == "low"


def test_an_answer_waits_for_the_message_it_answers(house):
    with_parser(house, Broken(b"forst"))
    first = house.receive("forst")
    house.ingest()
    second = house.receive("Re: forst, tack", subject="Re: x", In_Reply_To="<m1@umbrella.example>")
    with_parser(house, Broken(b"Subject: Skrivaren"))
    house.ingest()
    assert house.row(second).state == "received"
    with_parser(house, InlineParser())
    house.later(minutes=1)
    house.ingest()
    house.later(seconds=1).ingest()
    assert house.row(first).state == house.row(second).state == "done"
    assert len(house.tickets()) == 1


def test_an_answer_to_nothing_we_know_does_not_wait_for_ever(house):
    with_parser(house.under(tries=99), Broken(b"Skrivaren"))
    stuck = house.receive("fastnar")
    house.ingest()
    orphan = house.receive("svar", subject="Annat", In_Reply_To="<unknown@x>")
    house.ingest()
    assert (house.row(stuck).state, house.row(orphan).state) == ("received", "done")


def test_an_answer_waits_a_minute_from_the_first_look_at_it_however_long_the_queue_was(house):
    with_parser(house.under(tries=99), Broken(b"Skrivaren"))
    stuck = house.receive("fastnar")
    answer = house.receive("svar", subject="Annat", In_Reply_To="<m1@umbrella.example>")
    house.later(hours=2).ingest()
    assert house.row(answer).state == "received"
    house.later(seconds=ingest.PARENT_PATIENCE.total_seconds() - 1).ingest()
    assert house.row(answer).state == "received"
    house.later(seconds=1).ingest()
    assert (house.row(stuck).state, house.row(answer).state) == ("received", "done")
    assert ingest.PARENT_PATIENCE.total_seconds() == 60


def test_mails_that_name_each_other_are_read_a_few_times_and_no_more(house):
    """Each look is a parse: who sends such pairs on purpose must not buy two minutes of it for each (A45)."""

    class Counting(InlineParser):
        reads = 0

        def parse(self, raw, envelope):
            Counting.reads += 1
            return super().parse(raw, envelope)

    with_parser(house, Counting())
    one = house.receive("ett", subject="Ett", In_Reply_To="<m2@umbrella.example>")
    other = house.receive("två", subject="Två", In_Reply_To="<m1@umbrella.example>")
    for _ in range(300):
        house.later(milliseconds=250).ingest()
    assert house.row(one).state == house.row(other).state == "done"
    assert Counting.reads <= 20


def test_the_same_mail_twice_is_one_ticket(house):
    house.receive("Hej")
    first = house.row(1)
    house.ingest()
    raw = journal.load_raw(house.store, first)
    from gateway.mail.received import Received

    copy = raw.replace(b"Subject:", b"X-Relay: other\r\nSubject:")
    number = journal.write_received(house.store, [Received(first.envelope, copy, house.now, first.proof)])[0].journal_id
    house.ingest()
    assert (house.row(number).state, len(house.tickets())) == ("duplicate", 1)


def test_our_own_mail_that_comes_back_is_filed(house):
    house.write("Hej")
    raw = house.smarthost.sent[0][2]
    from gateway.mail.received import Received

    number = journal.write_received(house.store, [Received(house.row(1).envelope, raw, house.now)])[0].journal_id
    house.ingest()
    assert (house.row(number).state, house.row(number).reason) == ("done", "one of our own mails came back")


def test_a_held_stranger_is_let_in_on_the_ticket_a_person_named(house):
    house.write("Hej")
    number = house.ticket().number
    house.receive("Jag också", "Nils <nils@okand.example>")
    with house.store.write("let in") as conn:
        assert journal.replay(conn, 2, house.now, {"as": "accept", "by": "anna", "ticket": number})
    house.ingest()
    assert len(house.tickets()) == 1
    assert house.row(2).ticket_id == house.ticket().id


def test_each_row_says_what_became_of_it_and_of_which_ticket(house):
    house.write("Hej")
    row = house.row(1)
    assert (row.state, row.ticket_id, row.entry_id is not None, row.settled_at) == (
        "done",
        house.ticket().id,
        True,
        house.now,
    )
    assert house.ticket().status is Status.NEW


def test_a_batch_in_which_one_fails_brings_the_others_to_their_end(house):
    with_parser(house, Broken(b"trasig rad"))
    numbers = [house.receive(text, subject=text) for text in ("ett", "trasig rad", "tre")]
    assert house.ingest() == 3
    assert [house.row(n).state for n in numbers] == ["done", "received", "done"]
    assert len(house.tickets()) == 2
    assert timedelta(minutes=1) < ingest.LEASE
