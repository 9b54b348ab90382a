from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.commands import vocabulary
from gateway.commands.authority import Level, Standing
from gateway.commands.context import HeldDecision, Performed, Refused
from gateway.mail.message import Address
from gateway.policy.durations import Duration, Unit
from gateway.rules.distribute import AssignNext
from gateway.tickets.case import BearerMatch, Case
from gateway.tickets.effects import Arm, Change, Disarm, Join, Leave
from gateway.tickets.model import Actor, ActorKind, Entry, Kind, Participant, Status, Visibility

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # as in conftest


def changes(done: Performed | Refused) -> dict[str, Any]:
    assert isinstance(done, Performed), done
    return {effect.field: effect.value for effect in done.effects if isinstance(effect, Change)}


def messages(done: Performed | Refused) -> list[tuple[str, str]]:
    return [(line.result, line.message) for line in done.lines]


def of(done: Performed | Refused, kind: type) -> list[Any]:
    assert isinstance(done, Performed), done
    return [effect for effect in done.effects if isinstance(effect, kind)]


# -- status


def test_resolve_makes_the_reply_the_solution(do):
    done = do("#löst\n\nJag har bytt lampan.")
    assert changes(done) == {
        "status": Status.RESOLVED, "resolved_at": NOW, "resolved_by": "anna", "solution": "Jag har bytt lampan.",
    }  # fmt: skip
    assert (done.events, done.text) == (("resolved",), "Jag har bytt lampan.")


def test_resolving_arms_the_closing_and_leaving_it_disarms(do, ticket):
    assert of(do("#löst"), Arm) == [Arm("close-due", datetime(2026, 12, 1, 9, 0, tzinfo=UTC))]
    for written in ("#öppna", "#vänta", "#avsluta"):
        assert of(do(written, ticket(status=Status.RESOLVED, resolved_at=NOW)), Disarm) == [Disarm("close-due")]


def test_the_text_behind_resolve_is_the_solution_before_the_reply(do):
    assert changes(do("#löst Lampan är bytt.\n\nHej Karin!"))["solution"] == "Lampan är bytt."


def test_words_of_a_note_never_become_the_solution(do):
    done = do("#anteckning\n#löst\n\nKunden är besvärlig.")
    assert "solution" not in changes(done)
    assert done.note


def test_resolving_twice_is_refused(do, ticket):
    done = do("#løst", ticket(status=Status.RESOLVED), language="nb")
    assert messages(done) == [("failed", "Saken er allerede løst.")]


def test_a_closed_ticket_must_be_reopened_first(do, ticket):
    closed = ticket(status=Status.CLOSED)
    assert messages(do("#vänta", closed)) == [("failed", "Ärendet är avslutat. Öppna det först: #öppna")]
    assert messages(do("#stäng", closed)) == [("failed", "Ärendet är redan avslutat.")]


def test_closing_what_was_never_resolved_resolves_it_too(do, ticket):
    assert changes(do("#avsluta"))["resolved_at"] == NOW
    resolved = ticket(status=Status.RESOLVED, resolved_at=NOW, resolved_by="bo")
    assert changes(do("#avsluta", resolved)) == {"status": Status.CLOSED, "closed_at": NOW}


def test_reopening_takes_the_end_away_and_is_counted(do, ticket):
    done = do("#gjenåpne", ticket(status=Status.CLOSED, resolved_at=NOW, closed_at=NOW, resolved_by="bo"))
    assert changes(done) == {
        "status": Status.OPEN, "resolved_at": None, "resolved_by": None, "closed_at": None, "reopened_count": 1,
    }  # fmt: skip
    assert messages(do("#öppna")) == [("failed", "Ärendet är varken löst eller avslutat.")]


def test_waiting_with_a_time_arms_the_first_reminder(do):
    done = do("#vänta 3d\n\nVilken färg lyser lampan med?")
    assert changes(done) == {"status": Status.WAITING}
    assert of(done, Arm) == [Arm("reminder-1", datetime(2026, 11, 27, 9, 0, tzinfo=UTC))]
    assert of(do("#vänta"), Arm) == []


def test_business_days_are_counted_in_the_desks_calendar(do):
    seen: list[Duration] = []

    def add(start: datetime, length: Duration) -> datetime:
        seen.append(length)
        return datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

    done = do("#vila 3 arbetsdagar", add=add)
    assert seen == [Duration(3, Unit.BUSINESS_DAYS)]
    assert of(done, Arm) == [Arm("wake", datetime(2026, 11, 30, 9, 0, tzinfo=UTC))]


def test_pause_until_a_date_arms_the_waking_and_repeats_what_it_understood(do):
    done = do("#vila till fre 12:00")
    assert of(done, Arm) == [Arm("wake", datetime(2026, 11, 27, 11, 0, tzinfo=UTC))]
    assert messages(done) == [("done", "Ärendet vilar till fredag 27 november kl. 12.00.")]
    assert messages(do("#påvent til 1. desember", language="nb")) == [
        ("done", "Saken er satt på vent til tirsdag 1. desember.")
    ]


def test_pause_without_a_date_has_an_open_end(do):
    assert of(do("#pause"), Arm) == []


@pytest.mark.parametrize("written", ["#vila till snart", "#vila till 2020-01-01", "#vänta igår"])
def test_a_date_that_is_none_or_has_passed_is_refused(do, written):
    assert isinstance(do(written), Refused)


def test_leaving_the_pause_disarms_the_waking(do, ticket):
    assert of(do("#löst", ticket(status=Status.PAUSED)), Disarm) == [Disarm("wake")]


def test_own_status_names_are_set_with_what_they_stand_for(do, ticket):
    assert changes(do("#status Beställd")) == {"status": Status.EXTERNAL, "status_name": "ordered"}
    named = ticket(status=Status.EXTERNAL, status_name="ordered")
    assert changes(do("#status extern", named)) == {"status_name": None}
    assert changes(do("#status pågår", named)) == {"status": Status.OPEN, "status_name": None}


def test_an_unknown_status_is_answered_with_the_allowed_ones(do):
    (line,) = do("#status klart").lines
    assert "ordered, nytt, pågår, väntar på kund" in line.message


# -- people


def test_taking_opens_a_new_ticket_and_makes_me_the_owner(do, ticket):
    done = do("#ta", ticket(status=Status.NEW))
    assert changes(done) == {"owner": "anna", "owner_at": NOW, "status": Status.OPEN}
    assert done.events == ("taken",)
    assert messages(do("#ta", ticket(owner="anna"))) == [("done", "Ärendet är redan ditt.")]


@pytest.mark.parametrize("written", ["bo", "Bo Ek", "till Bo", "bo@acme.example", "@bo", '"Bo Ek"'])
def test_a_person_may_be_named_in_many_ways(do, written):
    done = do(f"#tilldela {written}")
    assert changes(done)["owner"] == "bo"
    assert done.events == ("assigned",)


def test_assigning_to_me_is_taking(do):
    assert do("#tilldela mig").events == ("taken",)


def test_who_is_away_gets_it_with_a_word_of_warning(do):
    assert messages(do("#tilldela bo")) == [("done", "Ansvarig: Bo Ek, som är borta till 2026-12-01.")]


def test_people_who_are_no_operators_can_not_own_tickets(do):
    assert isinstance(do("#tilldela boss"), Refused)


def test_an_unknown_person_is_answered_with_the_known_ones(do):
    assert messages(do("#tilldela kalle")) == [
        ("failed", "”kalle” känner vi inte igen. Det här går: anna, bo, annika.")
    ]


def test_a_group_takes_the_ticket_from_an_owner_who_is_no_member(do, ticket):
    done = do("#grupp Första linjen", ticket(group="network", owner="annika"))
    assert changes(done) == {"group": "first-line", "line": 1, "owner": None, "owner_at": NOW}


def test_a_group_that_hands_out_in_turn_does_so(do):
    assert changes(do("#grupp network"))["owner"] == AssignNext("network", "round-robin")


def test_letting_go_of_what_nobody_has_changes_nothing(do, ticket):
    assert do("#släpp").effects == ()
    assert changes(do("#släpp", ticket(owner="anna"))) == {"owner": None, "owner_at": NOW}


def test_a_stranger_in_copy_needs_a_proof(do, policy):
    done = do("#kopia +chef@umbrella.example")
    assert isinstance(done, Refused)
    assert done.needs_confirmation
    proven = do("#kopia +chef@umbrella.example", standing=Standing(Level.PROVEN, "anna", "bearer"))
    assert of(proven, Join) == [Join(Participant("chef@umbrella.example", "", "cc", 1))]


def test_an_address_seen_in_the_ticket_may_be_added_and_sees_nothing_from_before(do, ticket):
    entry = Entry(
        41, 7, NOW, Kind.MESSAGE, Visibility.PUBLIC, "in", Actor(ActorKind.REQUESTER, "Karin", "karin@umbrella.example"),
        "Karin", "Hej", cc=(Address("Chefen", "Chef@umbrella.example"),),
    )  # fmt: skip
    case = Case(ticket(), (entry,))
    assert of(do("#kopia +chef@umbrella.example", case=case), Join) == [
        Join(Participant("chef@umbrella.example", "", "cc", 42))
    ]


def test_taking_somebody_out_of_copy(do, ticket):
    with_cc = ticket(participants=(Participant("chef@umbrella.example", "", "cc"),))
    assert of(do("#kopia -chef@umbrella.example", with_cc), Leave) == [Leave("chef@umbrella.example")]
    assert messages(do("#kopia -x@umbrella.example", with_cc)) == [
        ("failed", "x@umbrella.example är inte med i ärendet.")
    ]


def test_our_own_addresses_are_never_in_copy(do):
    for own in ("help@plain.example", "bo@acme.example"):
        assert messages(do(f"#kopia +{own}")) == [("failed", f"{own} är vår egen adress.")]


# -- fields


@pytest.mark.parametrize(
    ("written", "field", "value"),
    [
        ("#prioritet hög", "priority", "high"),
        ("#prioritet HØY", "priority", "high"),
        ("#priority low", "priority", "low"),
        ("#påverkan stor", "impact", "high"),
        ("#hastegrad middels", "urgency", "medium"),
        ("#typ beställning", "type", "order"),
        ("#type spørsmål", "type", "question"),
        ("#kategori Faktura", "category", "invoice"),
        ("#kategori invoice / credit", "category", "invoice/credit"),
        ("#kategori reminder", "category", "invoice/reminder"),
        ("#rubrik Lampan på plan 3", "subject", "Lampan på plan 3"),
        ("#etikett +ny gammal", "tags", ("ny", "gammal")),
        ("#tid 1h30m 23/11 samtal med Karin", "time_spent_s", 5400),
    ],
)
def test_values_are_understood_in_three_languages(do, written, field, value):
    assert changes(do(written))[field] == value


def test_impact_and_urgency_give_the_priority(do):
    assert changes(do("#påverkan stor\n#brådska låg")) == {"impact": "high", "urgency": "low", "priority": "medium"}


def test_an_unknown_level_is_answered_in_the_operators_language(do):
    assert messages(do("#prioritet jättehög")) == [
        ("failed", "”jättehög” känner vi inte igen. Det här går: låg, medel, hög.")
    ]
    assert messages(do("#prioritet hög")) == [("done", "Prioritet: hög.")]


def test_tags_are_added_and_taken_away_whatever_their_case(do, ticket):
    assert changes(do("#etikett -Gammal +ny", ticket(tags=("gammal", "kvar"))))["tags"] == ("kvar", "ny")


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ("#fält ordernummer=123456", {"order_number": "123456"}),
        ("#order_number 123456", {"order_number": "123456"}),
        ("#ort luleå", {"site": "Luleå"}),
        ("#ort lulea", {"site": "Luleå"}),
        ("#fält delivery=fre", {"delivery": "2026-11-27"}),
        ("#fält cost=1 200,50", {"cost": "1200.50"}),
        ("#fält insured=ja", {"insured": "yes"}),
        ("#fält floors=two, one", {"floors": "two, one"}),
    ],
)
def test_declared_fields_are_verbs_and_their_values_are_kept_in_one_form(do, ticket, written, fields):
    assert changes(do(written, ticket(desk="acme")))["fields"] == fields


@pytest.mark.parametrize(
    "written",
    ["#fält ordernummer=12", "#fält cost=mycket", "#fält site=Kiruna", "#fält delivery=snart", "#fält okänt=1"],
)
def test_a_value_that_does_not_fit_its_field_is_refused(do, ticket, written):
    assert isinstance(do(written, ticket(desk="acme")), Refused)


def test_a_required_field_must_be_filled_in_before_resolving(do, ticket):
    done = do("#løst", ticket(desk="acme"), language="nb")
    assert isinstance(done, Refused)
    assert messages(done) == [
        ("failed", "Saken er ikke løst ennå: Ordrenummer mangler. Svar med linjen: #felt ordrenummer=")
    ]
    assert done.missing == (("Ordrenummer", "#felt ordrenummer="),)


def test_the_ready_line_below_resolve_is_enough(do, ticket):
    done = do("#löst\n#fält order_number=123456", ticket(desk="acme"))
    assert changes(done)["status"] is Status.RESOLVED
    assert done.ticket.fields == {"order_number": "123456"}


def test_a_template_fills_what_it_says_and_leaves_subject_status_and_filled_fields(do, ticket):
    done = do("#mall invoice-question", ticket(tags=("vip",), fields={"site": "Karlskrona"}))
    found = changes(done)
    assert found["tags"] == ("vip", "invoice")
    assert (found["group"], found["category"], found["priority"]) == ("first-line", "invoice", "low")
    assert not found.keys() & {"subject", "status", "fields", "desk"}


def test_a_template_may_require_fields_and_fills_its_texts(do, ticket):
    done = do("#mall repair\n#löst", ticket(), language="en")
    assert done.missing == (("site", "#field site="),)
    filled = changes(do("#mall repair", ticket()))
    assert filled["solution"] == "ACME-1042 är lagad."


# -- all or nothing


def test_nothing_is_done_when_one_line_fails(do):
    done = do("#ta\n#prioritet jättehög\n#löst")
    assert isinstance(done, Refused)
    assert [line.result for line in done.lines] == ["not-done", "failed", "not-done"]


@pytest.mark.parametrize("verb", [verb for verb in vocabulary.TABLE if verb.later], ids=lambda verb: verb.name)
def test_a_verb_that_comes_later_says_so_and_nothing_is_done(do, verb):
    done = do(f"#{verb.word('en')} x", standing=Standing(Level.PROVEN, "anna", "bearer"), language="en")
    assert messages(done) == [("failed", f"#{verb.name} is known but does not work yet. Nothing was done.")]


@pytest.mark.parametrize(
    "verb", ["assign", "group", "priority", "field", "title", "cc", "time", "status", "template", "answer"]
)
def test_a_verb_that_needs_something_says_how_it_is_written(do, verb):
    done = do(f"#{verb}", language="en")
    assert messages(done) == [
        ("failed", f"Something is missing after #{verb}. Like this: {vocabulary.VERBS[verb].shape('en')}")
    ]


@pytest.mark.parametrize("verb", ["take", "unassign", "reopen", "send", "drop", "confirm"])
def test_a_verb_that_stands_alone_takes_nothing_behind_it(do, ticket, verb):
    done = do(f"#{verb} nu genast", ticket(status=Status.RESOLVED))
    assert isinstance(done, Refused)


def test_a_mail_without_commands_is_done_with_its_text(do):
    done = do("Hej Karin!")
    assert (done.effects, done.text, done.note) == ((), "Hej Karin!", False)


def test_a_note_keeps_the_words_behind_the_verb_and_below(do):
    done = do("#anteckning Karin ringde.\n\nHon låter nöjd.")
    assert (done.note, done.text) == (True, "Karin ringde.\n\nHon låter nöjd.")


def test_every_command_leaves_its_cause_in_history(do):
    done = do("#tilldela bo")
    assert {effect.cause for effect in of(done, Change)} == {"#assign bo"}


def test_without_a_ticket_only_questions_and_decisions_work(do, policy):
    done = do("#löst", case=Case(), desk="plain")
    assert messages(done)[0][0] == "failed"
    assert isinstance(do("#hjälp", case=Case()), Performed)


def test_help_tells_every_working_verb_in_the_operators_language(do):
    rows = do("#hjelp", language="nb").question.answer
    assert {"verb": "#ta", "text": "Gjør saken til din."} in rows
    assert len(rows) == len([verb for verb in vocabulary.TABLE if not verb.later])
    (row,) = do("#hjälp #löst").question.answer
    assert row["verb"] == "#löst [text]"


# -- held mail


def held(**values: Any) -> Standing:
    fixed: dict[str, Any] = {
        "hash": "h", "purpose": "held", "carrier": "key-line", "ticket_id": 7, "person": "anna",
        "address": "anna@acme.example", "group": False, "journal_id": 55, "mail_id": 1, "seen_entry": 0,
    }  # fmt: skip
    return Standing(Level.KNOWN, "anna", "bearer", BearerMatch(**{**fixed, **values}))


@pytest.mark.parametrize(
    ("written", "decision"),
    [
        ("#ta-emot", HeldDecision("accept", 55)),
        ("#accept on 1042", HeldDecision("accept", 55, 1042)),
        ("#ta-imot på ACME-1042", HeldDecision("accept", 55, 1042)),
        ("#skicka", HeldDecision("send", 55)),
        ("#dropp", HeldDecision("drop", 55)),
        ("#bekräfta", HeldDecision("confirm", 55)),
        ("#anteckning", HeldDecision("note", 55)),
    ],
)
def test_the_bearer_of_the_question_tells_which_held_mail_is_decided(do, written, decision):
    done = do(written, standing=held())
    assert (done.decide, done.effects, done.note) == (decision, (), False)


def test_there_is_nothing_to_decide_without_such_a_bearer(do):
    assert isinstance(do("#skicka", standing=held(purpose="ticket")), Refused)
    assert isinstance(do("#skicka"), Refused)


def test_a_mail_gets_one_decision_only(do):
    assert isinstance(do("#skicka\n#släng", standing=held()), Refused)


# -- who may


def test_an_unproven_mail_is_refused_and_a_confirmation_would_do(do):
    done = do("#löst", standing=Standing(Level.UNPROVEN, "anna", "no-bearer"))
    assert isinstance(done, Refused)
    assert done.needs_confirmation


def test_a_refused_mail_can_not_be_confirmed(do):
    done = do("#löst", standing=Standing(Level.REFUSED, "anna", "fail"))
    assert isinstance(done, Refused)
    assert not done.needs_confirmation


def test_a_desk_that_wants_proof_wants_it_for_everything(do, ticket):
    strict = ticket(desk="strict")
    assert isinstance(do("#ta", strict), Refused)
    assert isinstance(do("#ta", strict, standing=Standing(Level.PROVEN, "anna", "bearer")), Performed)


def test_a_role_that_may_not_is_told_which_may(do):
    done = do("#löst", standing=Standing(Level.PROVEN, "boss", "bearer"), operator="boss")
    assert messages(done) == [("failed", "#löst får du inte använda. Det får: operator, incident-manager, admin.")]


# -- ready answers


def test_a_ready_answer_stands_where_its_line_stands(do, ticket):
    asked = ticket(template="invoice-question")
    assert do("#svar copy-sent", asked).whole("") == "Hej Karin! En kopia är skickad. /Anna"
    above = do("#svar copy-sent\nSäg till om den inte kommer.", asked)
    assert above.whole(above.text) == "Hej Karin! En kopia är skickad. /Anna\n\nSäg till om den inte kommer."
    below = do("Tack för att du väntade.\n#svar copy-sent\nMvh\nAnna", asked)
    assert (below.before, below.after) == ("", "Hej Karin! En kopia är skickad. /Anna")
    assert below.text.startswith("Tack för att du väntade.")


def test_a_ready_answer_is_in_the_customers_language(do, ticket):
    asked = ticket(template="invoice-question", language="en")
    assert do("#svar copy-sent", asked, language="sv").after == "A copy of ACME-1042 has been sent."


def test_a_ready_answer_may_come_with_the_template_it_belongs_to(do):
    assert do("#mall invoice-question\n#svar later").after == "Vi återkommer."


def test_an_unknown_ready_answer_names_those_there_are(do, ticket):
    assert "copy-sent, later" in messages(do("#svar kvitto", ticket(template="invoice-question")))[0][1]
    assert "#mall" in messages(do("#svar copy-sent"))[0][1]


def test_a_ready_answer_is_no_note_and_goes_by_mail_only(do, ticket):
    asked = ticket(template="invoice-question")
    assert isinstance(do("#anteckning\n#svar copy-sent", asked), Refused)
    assert isinstance(do("#svar copy-sent", asked, channel="cli"), Refused)
