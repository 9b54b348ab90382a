"""The whole way of a mail through the steps, with time as an argument."""

from __future__ import annotations

from datetime import timedelta

from gateway.store import notices, timers
from gateway.tickets.model import Status

ANNA_FROM = "Anna Åkesson <anna@acme.example>"
KARIN, ANNA, BO = "karin@umbrella.example", "anna@acme.example", "bo@acme.example"


def to(mails):
    return {mail["To"].addresses[0].addr_spec: mail for mail in mails}


def event(mail):
    return mail["X-Ticket-Event"]


def test_a_mail_becomes_a_ticket_a_receipt_and_two_operator_mails(house):
    mails = to(house.write("Hej, skrivaren är trasig."))
    assert {who: event(mail) for who, mail in mails.items()} == dict.fromkeys((KARIN, ANNA, BO), "registered")
    assert house.row(1).state == "done"
    assert house.ticket().status is Status.NEW
    assert "skrivaren är trasig" in mails[ANNA].get_body(("plain",)).get_content()
    assert "skrivaren är trasig" not in mails[KARIN].get_body(("plain",)).get_content(), (
        "no text of theirs in a receipt"
    )


def test_headers_are_those_of_the_specification(house):
    mails = to(house.write("Hej"))
    receipt, told = mails[KARIN], mails[ANNA]
    assert receipt["From"] == "ACME Support <support@acme.example>"
    assert receipt["Reply-To"] is None
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["Subject"].startswith("Re: [ACME-")
    assert receipt["Subject"].endswith("Skrivaren är trasig")
    assert receipt["List-Id"] is None
    assert receipt["X-Ticket-Reason"] == "requester"
    assert told["From"] == "Karin Berg via ACME Support <support@acme.example>"
    assert "+" in told["Reply-To"]
    assert told["Auto-Submitted"] == "auto-generated"
    assert told["List-Id"] == "<first-line.acme.tickets.acme.example>"
    for mail in mails.values():
        assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply, DR, RN, NRN"
        assert mail["References"].split()[0].startswith("<t.")
        assert not {"X-Mailer", "Precedence", "Bcc"} & set(mail.keys())


def test_an_answer_reaches_the_customer_as_a_persons_mail(house):
    told = to(house.write("Hej"))[ANNA]
    (mail,) = house.answer(told, "Prova att starta om den.")
    assert (event(mail), mail["To"].addresses[0].addr_spec) == ("answered", KARIN)
    assert mail["From"] == "Anna via ACME Support <support@acme.example>"
    assert mail["Auto-Submitted"] is None
    assert mail["Precedence"] is None
    assert "Prova att starta om den." in mail.get_body(("plain",)).get_content()
    ticket = house.ticket()
    assert (ticket.owner, ticket.status, ticket.first_response_at) == ("anna", Status.OPEN, house.now)


def test_the_customers_reply_threads_and_goes_to_the_owner_alone(house):
    told = to(house.write("Hej"))[ANNA]
    (answered,) = house.answer(told, "Prova att starta om den.")
    (mail,) = house.answer(answered, "Det hjälpte inte.", "Karin Berg <karin@umbrella.example>")
    assert (event(mail), mail["To"].addresses[0].addr_spec) == ("customer-wrote", ANNA)
    assert len(house.tickets()) == 1


def test_mails_to_one_reader_answer_the_one_he_had_last(house):
    told = to(house.write("Hej"))
    (answered,) = house.answer(told[ANNA], "Prova igen.")
    receipt = told[KARIN]
    assert receipt["Message-ID"] in answered["References"]
    assert answered["In-Reply-To"] == receipt["Message-ID"] or answered["In-Reply-To"] == "<m1@umbrella.example>"


def test_resolved_closes_by_itself_and_not_before(house):
    told = to(house.write("Hej"))[ANNA]
    house.answer(told, "Bytt toner.\n\n#löst")
    ticket = house.ticket()
    assert (ticket.status, ticket.solution) == (Status.RESOLVED, "Bytt toner.")
    assert house.later(days=6, hours=23).tick() == 0
    assert house.later(hours=2).tick() == 1
    assert house.ticket().status is Status.CLOSED
    assert house.later(days=30).tick() == 0
    assert house.send() == [], "closing is silent"


def test_who_writes_again_takes_the_closing_away(house):
    told = to(house.write("Hej"))[ANNA]
    resolved = to(house.answer(told, "Bytt toner.\n\n#löst"))[KARIN]
    house.later(days=1).answer(resolved, "Den är trasig igen", "Karin Berg <karin@umbrella.example>")
    assert house.ticket().status is Status.OPEN
    assert house.later(days=30).tick() == 0
    assert house.ticket().status is Status.OPEN


def test_a_closed_ticket_is_followed_up_and_its_history_stays_where_it_is(house):
    told = to(house.write("Hemligt ärende"))[ANNA]
    resolved = to(house.answer(told, "Bytt toner.\n\n#löst"))[KARIN]
    house.later(days=8).tick()
    assert house.ticket().status is Status.CLOSED
    mails = to(house.later(days=20).answer(resolved, "Nu är den trasig igen.", "Karin Berg <karin@umbrella.example>"))
    first, second = house.tickets()
    assert second.links == (f"follow-up {first.reference}",)
    assert {event(mail) for mail in mails.values()} == {"registered"}
    for mail in mails.values():
        assert "Bytt toner" not in mail.get_body(("plain",)).get_content().split("Nu är den")[0]
        assert "Hemligt ärende" not in mail.get_body(("plain",)).get_content()


def test_a_paused_ticket_wakes_at_its_time(house):
    told = to(house.write("Hej"))[ANNA]
    house.answer(told, "#vila 5d")
    assert house.ticket().status is Status.PAUSED
    house.later(days=4, hours=23).tick()
    assert house.ticket().status is Status.PAUSED
    house.later(hours=2).tick()
    assert house.ticket().status is Status.OPEN


def test_a_new_cc_sees_nothing_from_before(house):
    told = to(house.write("Mitt lösenord är hemligt."))[ANNA]
    house.answer(told, "#cc +ny@annan.example")
    (answered, copied) = house.answer(told, "Nu är det klart.")
    for mail in (answered, copied):
        if mail["To"].addresses[0].addr_spec == "ny@annan.example":
            assert "hemligt" not in mail.get_body(("plain",)).get_content()
            break
    else:
        raise AssertionError("the new Cc was not told")


def test_a_cc_who_joins_with_the_answer_sees_the_answer_alone(house):
    told = to(house.write("Mitt lösenord är hemligt."))[ANNA]
    mails = to(house.answer(told, "#cc +ny@annan.example\n\nNu är det klart."))
    text = mails["ny@annan.example"].get_body(("plain",)).get_content()
    assert "Nu är det klart." in text
    assert "hemligt" not in text


def test_a_note_never_leaves_the_house(house):
    told = to(house.write("Hej"))[ANNA]
    mails = house.answer(told, "#note\n\nKunden är arg")
    assert {mail["To"].addresses[0].addr_spec for mail in mails} == {BO}
    assert "INTERN" in mails[0].get_body(("plain",)).get_content().upper()


def test_a_stranger_gets_a_neutral_receipt_from_the_null_sender(house):
    from gateway.mail.proof import Verdict

    house.write("Hej", verdict=Verdict.NONE)
    (mail_from, raw) = next((f, r) for f, to_, r in house.smarthost.sent if to_ == KARIN)
    assert mail_from == ""
    assert b"Skrivaren" not in raw
    assert b"multipart/related" not in raw


def test_notices_to_operators_are_bearers_for_thirty_days(house):
    told = to(house.write("Hej"))[ANNA]
    house.later(days=29).answer(told, "Fortfarande min nyckel.")
    assert house.ticket().owner == "anna"
    house.later(days=32).receive(
        "En gång till",
        "Anna Åkesson <anna@acme.example>",
        to=str(told["Reply-To"]),
        In_Reply_To=str(told["Message-ID"]),
    )
    house.turn()
    assert house.row(3).state == "held"


def test_a_question_was_it_you_may_be_answered_for_a_day(house):
    from gateway.mail.proof import Verdict

    house.write("Hej")
    asked = house.write(
        "#löst", "Anna Åkesson <anna@acme.example>", subject=f"Re: [{house.ticket().reference}]", verdict=Verdict.NONE
    )
    (question,) = asked
    assert (event(question), house.row(2).state) == ("confirmation", "held")
    assert house.later(hours=23).answer(question, "Ja", verdict=Verdict.NONE) == []
    assert house.row(2).state == "received"
    house.turn()
    assert (house.row(2).state, house.ticket().status) == ("done", Status.RESOLVED)


def test_a_late_yes_is_no_yes_and_he_is_told(house):
    from gateway.mail.proof import Verdict

    house.write("Hej")
    subject = f"Re: [{house.ticket().reference}]"
    (question,) = house.write("#löst", ANNA_FROM, subject=subject, verdict=Verdict.NONE)
    (told,) = house.later(hours=25).answer(question, "Ja", verdict=Verdict.NONE)
    assert (event(told), told["To"].addresses[0].addr_spec) == ("transcript", ANNA)
    assert house.row(2).state == "held"
    assert house.ticket().status is Status.NEW


def test_history_tells_causes_in_their_order(house):
    told = to(house.write("Hej"))[ANNA]
    house.answer(told, "#prioritet hög\n\nVi tittar.")
    lines = house.history(house.ticket())
    assert lines[0].cause == "registered"
    assert "#priority hög" in [line.cause for line in lines]
    assert str(lines[-1].actor.kind) == "operator"


def test_a_timer_of_one_ticket_that_fails_does_not_stop_the_others(house):
    told = to(house.write("Hej"))[ANNA]
    house.answer(told, "#löst")
    from gateway.tickets.effects import Arm

    with house.store.write("arm") as conn:
        timers.arm(conn, house.ticket().id, Arm("close-due", house.now + timedelta(days=6)))
        timers.arm(conn, None, Arm("nothing", house.now + timedelta(days=1)))
    house.later(days=10)
    assert house.tick() == 3
    assert house.ticket().status is Status.CLOSED
    with house.store.read() as conn:
        assert timers.next_at(conn) is None
        assert notices.get(conn, 1) is not None
