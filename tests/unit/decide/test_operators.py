"""A plain answer, orders, and everything that is held and asked instead (commands.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mail.message import Address, Attachment
from gateway.mail.proof import Proof, Verdict
from gateway.tickets.case import Case, SentMail
from gateway.tickets.effects import AddEntry, Change, FileMail, Hold, Revoke, Settle, Tell
from gateway.tickets.model import ActorKind, Kind, Status, Visibility

CUSTOMERS = {"karin@umbrella.example", "olle@umbrella.example"}
FILE = Attachment("a.pdf", "application/pdf", 3, inline=False, content_id=None, sha256="ab")


# --- a plain answer -----------------------------------------------------------------------------------------------


def test_a_plain_answer_goes_to_the_customer_and_takes_the_ticket(play):
    decision = play.answer("Prova igen.")
    (entry,) = play.of(AddEntry, decision)
    assert (entry.kind, entry.visibility, entry.direction, entry.text) == (
        Kind.ANSWER,
        Visibility.PUBLIC,
        "out",
        "Prova igen.",
    )
    assert entry.author_name == "Anna Åkesson"
    assert play.told(decision) == dict.fromkeys(CUSTOMERS, "answered")
    assert play.changes(decision)["owner"] == "anna"
    assert (decision.actor.kind, decision.actor.name) == (ActorKind.OPERATOR, "anna")


def test_a_plain_answer_counts_as_written_by_a_person_and_against_no_budget(play):
    for tell in play.of(Tell, play.answer("Prova igen.")):
        assert (tell.auto, tell.budgeted, tell.null_sender) == (None, False, False)


ANNA = Address("Anna Åkesson", "anna@acme.example")


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (Status.NEW, Status.OPEN), (Status.OPEN, None), (Status.WAITING, None), (Status.EXTERNAL, None),
        (Status.PAUSED, Status.OPEN), (Status.RESOLVED, None), (Status.CLOSED, None),
    ],
)  # fmt: skip
def test_a_plain_answer_opens_what_is_new_or_paused_and_leaves_every_other_status(play, status, after):
    decision = play.answer(ticket=replace(play.ticket, status=status))
    assert play.changes(decision).get("status") == after
    assert set(play.told(decision)) == CUSTOMERS


@pytest.mark.parametrize("status", [Status.NEW, Status.OPEN, Status.PAUSED])
def test_an_open_ticket_then_gets_the_desks_after_answer(play, status):
    ticket = replace(play.ticket, desk="shop", group="network", status=status)
    decision = play.answer(ticket=ticket)
    assert play.changes(decision)["status"] is Status.WAITING
    assert play.told(decision) == dict.fromkeys(CUSTOMERS, "waiting")
    assert all(tell.auto is None for tell in play.of(Tell, decision)), "his words go with it"


def test_an_order_about_the_status_beats_after_answer(play):
    decision = play.answer("#vila\n\nVi återkommer.", ticket=replace(play.ticket, desk="shop"))
    assert play.changes(decision)["status"] is Status.PAUSED


def test_only_the_first_answer_is_the_first_response(play):
    assert "first_response_at" not in play.changes(play.answer())
    assert play.changes(play.answer(ticket=replace(play.ticket, first_response_at=None)))["first_response_at"]


def test_an_owner_is_not_replaced_by_who_answers_and_hears_of_the_colleague(play):
    decision = play.answer(ticket=replace(play.ticket, owner="bo"))
    assert "owner" not in play.changes(decision)
    assert play.told(decision)["bo@acme.example"] == "colleague-answered"
    assert "anna@acme.example" not in play.told(decision)


def test_who_has_his_mail_already_gets_no_copy(play):
    to = (Address("", "support+abc@acme.example"), Address("Karin", "KARIN@umbrella.example"))
    decision = play.answer(to=to)
    assert play.not_told(decision) == {"karin@umbrella.example": "has the operator's mail already"}
    assert set(play.told(decision)) == {"olle@umbrella.example"}


def test_nobody_is_served_by_a_note(play):
    decision = play.answer(
        "#note\n\nKarin är arg", cc=(Address("", "bo@acme.example"),), ticket=replace(play.ticket, owner="bo")
    )
    assert "bo@acme.example" in play.told(decision)


def test_a_note_reaches_nobody_outside(play):
    decision = play.answer("#note\n\nKunden är arg")
    (entry,) = play.of(AddEntry, decision)
    assert (entry.kind, entry.visibility, entry.direction) == (Kind.NOTE, Visibility.INTERNAL, "none")
    assert play.told(decision) == {"bo@acme.example": "changed"}
    assert not {"status", "owner", "first_response_at"} & set(play.changes(decision))


def test_commands_alone_send_the_customer_nothing(play):
    decision = play.answer("#ta\n#prioritet hög")
    assert play.changes(decision) == {
        "owner": "anna",
        "owner_at": play.changes(decision)["owner_at"],
        "priority": "high",
    }
    assert not play.of(AddEntry, decision)
    assert not CUSTOMERS & set(play.told(decision))


def test_resolving_with_words_makes_one_mail_that_carries_them(play):
    decision = play.answer("Bytt toner.\n\n#löst")
    assert play.told(decision) == dict.fromkeys(CUSTOMERS, "resolved")
    assert {tell.other_events for tell in play.of(Tell, decision)} == {("answered",)}
    assert {tell.auto for tell in play.of(Tell, decision)} == {None}
    assert play.changes(decision)["solution"] == "Bytt toner."


def test_resolving_without_words_is_an_automatic_mail(play):
    assert {t.auto for t in play.of(Tell, play.answer("#löst"))} == {"auto-generated"}


def test_receipts_all_gives_a_transcript_with_the_null_sender(play):
    decision = play.answer("#prioritet hög\n\nVi tittar.", "bo", bearer=play.bearer("bo"))
    (sent,) = [t for t in play.of(Tell, decision) if t.event == "transcript"]
    assert (sent.to.address, sent.null_sender, sent.auto, sent.in_reply_to) == (
        "bo@acme.example", True, "auto-replied", "<m1@umbrella.example>",
    )  # fmt: skip
    assert sent.facts["customer_got"] == "Vi tittar."
    assert [line["result"] for line in sent.facts["transcript"]] == ["done"]


def test_a_question_is_answered_by_mail_and_touches_nothing(play):
    decision = play.answer("#hjälp ta")
    assert play.of(FileMail, decision)
    (told,) = play.of(Tell, decision)
    assert (told.event, told.to.address, told.null_sender) == ("transcript", "anna@acme.example", True)
    assert told.facts["help"]
    assert not play.of(Change, decision)


@pytest.mark.parametrize(
    ("person", "text", "kept"),
    [
        ("anna", "Det är lagat.\n\nMvh\nAnna", "Det är lagat."),
        ("anna", "Det är lagat.\n\nAnna", "Det är lagat.\n\nAnna"),
        ("cecilia", "Det är lagat.\n\n-- \nCecilia Dahl, nät", "Det är lagat."),
    ],
)
def test_his_own_signature_gives_way_to_the_brands(play, person, text, kept):
    ticket = replace(play.ticket, group="network") if person == "cecilia" else play.ticket
    (entry,) = play.of(AddEntry, play.answer(text, person, ticket=ticket, bearer=play.bearer(person)))
    assert entry.text.strip() == kept


def test_rules_of_an_event_add_to_what_an_operator_does(play):
    terms = play.under(
        'rules: [{name: Told, event: resolved, then: {tags: [klart], notify: {who: boss, mail: resolved}, note: "Bra"}}]'
    )
    decision = play.answer("#löst", terms=terms)
    assert play.changes(decision)["tags"] == ("klart",)
    assert play.told(decision)["boss@acme.example"] == "resolved"
    assert any(entry.text == "Bra" for entry in play.of(AddEntry, decision))


# --- how sure are we ----------------------------------------------------------------------------------------------


def test_a_failing_domain_is_held_and_told(play):
    decision = play.answer(proof=Proof(Verdict.FAIL, "dmarc"))
    assert play.of(Hold, decision)[0].reason == "unproven"
    assert play.told(decision) == {"anna@acme.example": "held"}
    assert not play.of(AddEntry, decision)


def test_his_from_alone_is_asked_at_the_registered_address(play):
    decision = play.reply("#close", Address("Anna Åkesson", "anna@home.example"), proof=Proof())
    (hold,) = play.of(Hold, decision)
    assert (hold.reason, hold.about, hold.person) == ("unproven", 7, "anna")
    (asked,) = play.of(Tell, decision)
    assert (asked.event, asked.to.address, asked.null_sender) == ("confirmation", "anna@acme.example", True)
    assert asked.facts["confirmation"]["orders"] == ["#avsluta"] or asked.facts["confirmation"]["orders"]


@pytest.mark.parametrize("carrier", ["key-line", "message-id"])
def test_a_colleagues_bearer_from_a_from_nobody_proved_is_revoked_with_the_hold_and_he_is_told(play, carrier):
    decision = play.answer(bearer=play.bearer("bo", carrier=carrier), proof=Proof())
    assert play.of(Hold, decision)
    assert [r.bearer_hash for r in play.of(Revoke, decision)] == ["h"]
    assert play.told(decision) == {"anna@acme.example": "confirmation", "bo@acme.example": "alarm"}


@pytest.mark.parametrize("carrier", ["key-line", "message-id"])
def test_who_is_proved_may_quote_a_colleagues_mail_and_takes_no_key_from_him(play, carrier):
    decision = play.answer(bearer=play.bearer("bo", carrier=carrier))
    assert play.of(Hold, decision), "it is no key of his own, all the same"
    assert not play.of(Revoke, decision)


def test_who_has_a_key_of_his_own_may_quote_a_colleagues(play):
    own, quoted = play.bearer("anna", hash="own"), play.bearer("bo", hash="quoted", carrier="key-line")
    decision = play.reply("Prova igen.", ANNA, bearers=(own, quoted), proof=Proof())
    assert [entry.text for entry in play.of(AddEntry, decision)] == ["Prova igen."]
    assert not play.of(Revoke, decision)


def test_a_groups_question_about_a_held_mail_of_no_ticket_is_decided_by_a_member(play):
    shared = play.bearer("anna", purpose="held", ticket_id=None, journal_id=99)
    shared = replace(shared, person="first-line", group=True)
    decision = play.mail("#accept", ANNA, found=play.found(bearers=(shared,)))
    assert [(s.journal_id, s.state) for s in play.of(Settle, decision)] == [(99, "received")]
    unproven = play.mail("#accept", ANNA, found=play.found(bearers=(shared,)), proof=Proof())
    assert play.of(Hold, unproven)
    assert not play.of(Settle, unproven)
    confirmed = play.mail(
        "#accept", ANNA, found=play.found(bearers=(shared,)), proof=Proof(), grant={"by": "anna", "confirmed": "anna"}
    )
    assert [s.journal_id for s in play.of(Settle, confirmed)] == [99]
    outsider = play.mail("#accept", Address("C", "cecilia@acme.example"), found=play.found(bearers=(shared,)))
    assert not play.of(Settle, outsider), "no member of that group"


def test_a_groups_question_about_a_held_mail_is_no_key_to_a_ticket(play):
    shared = replace(
        play.bearer("anna", purpose="held", ticket_id=None, journal_id=99), person="first-line", group=True
    )
    found = play.found(play.ticket, bearers=(shared,))
    decision = play.mail("Släpp inte in honom.", ANNA, reference="ACME-1042", found=found)
    assert not play.of(AddEntry, decision)
    assert play.of(Hold, decision)


def test_a_group_bearer_needs_a_pass(play):
    shared = replace(play.bearer("anna"), person="first-line", group=True)
    assert play.of(AddEntry, play.answer(bearer=shared))
    assert play.of(Hold, play.answer(bearer=shared, proof=Proof()))


def test_a_verb_that_needs_more_proof_asks_for_confirmation(play):
    decision = play.answer("#cc +ny@annan.example\n\nHej", proof=Proof())
    assert play.of(Hold, decision)[0].reason == "unproven"
    assert [t.event for t in play.of(Tell, decision)] == ["confirmation"]


# --- held and asked -----------------------------------------------------------------------------------------------


def test_a_near_miss_holds_the_whole_mail(play):
    decision = play.answer("#lösst\n\nBytt toner.")
    (hold,) = play.of(Hold, decision)
    assert (hold.reason, hold.facts["near_miss"]["nearest"]) == ("near-miss", "#löst")
    assert play.told(decision) == {"anna@acme.example": "held"}
    assert play.of(Tell, decision)[0].null_sender is False


@pytest.mark.parametrize(("grant", "status"), [("accept", Status.RESOLVED), ("send", None), ("note", None)])
def test_a_near_miss_is_obeyed_sent_or_kept_as_he_decides(play, grant, status):
    decision = play.answer("#lösst\n\nBytt toner.", grant={"as": grant, "by": "anna", "confirmed": "anna"})
    assert play.changes(decision).get("status") == status
    assert bool(CUSTOMERS & set(play.told(decision))) is (grant != "note")


def test_one_bad_line_stops_all_of_them(play):
    decision = play.answer("#ta\n#tilldela lisa\n\nHej")
    assert not play.of(Change, decision)
    (hold,) = play.of(Hold, decision)
    assert hold.facts["reason"] == "refused"
    assert "#tilldela lisa" in hold.facts["explanation"]
    assert play.told(decision) == {"anna@acme.example": "held"}


def test_a_missing_field_comes_back_with_its_ready_line(play):
    terms = play.under("")
    fields = terms.policy.desks["acme"].model_validate(
        {
            **terms.policy.desks["acme"].model_dump(
                exclude={"waiting", "reopen_within", "close_resolved_after", "confidential", "retention"}
            ),
            "fields": {"site": {"required_at": "resolve"}},
        }
    )
    terms = replace(terms, policy=terms.policy.model_copy(update={"desks": {**terms.policy.desks, "acme": fields}}))
    (hold,) = play.of(Hold, play.answer("#löst", terms=terms))
    assert hold.facts["reason"] == "missing"
    assert hold.facts["missing"]["line"] == "#fält site="


def sent(play, **changes):
    return Case(play.ticket, answered_mail=SentMail(3, 5, **changes))


def test_an_internal_line_of_the_mail_he_answers_is_never_sent_on(play):
    case = sent(play, internal_lines=("Kunden betalar aldrig i tid",))
    decision = play.answer("Hej!\nKunden betalar aldrig i tid", case=case)
    (hold,) = play.of(Hold, decision)
    assert (hold.reason, hold.facts["reason"], hold.facts["leak"]["line"]) == (
        "uncertain-quote", "leak", "Kunden betalar aldrig i tid",
    )  # fmt: skip
    granted = play.answer(
        "Kunden betalar aldrig i tid", case=case, grant={"as": "send", "by": "anna", "confirmed": "anna"}
    )
    assert play.of(AddEntry, granted)[0].visibility is Visibility.PUBLIC


@pytest.mark.parametrize(
    ("text", "files", "why"),
    [("", (FILE,), "bilagor"), ("Bo, kan du ta den?", (), "kollegas"), ("[intern] ring honom", (), "er själva")],
)
def test_what_may_not_be_meant_for_the_customer_is_asked_with_its_reason(play, text, files, why):
    decision = play.answer(text, attachments=files)
    (hold,) = play.of(Hold, decision)
    assert hold.reason == "ambiguous"
    assert why in hold.facts["explanation"]
    assert not CUSTOMERS & set(play.told(decision))


def test_files_with_an_order_are_no_doubt(play):
    assert play.of(AddEntry, play.answer("#löst", attachments=(FILE,)))


# --- collision ----------------------------------------------------------------------------------------------------


def crossed(play, by, **changes):
    answer = play.entry(6, by, kind=Kind.ANSWER, direction="out", author_name="Bo Ek", text="Hans svar")
    return Case(replace(play.ticket, **changes), entries=(play.entry(5, by, author_name="x"), answer))


def test_an_answer_that_crosses_a_colleagues_is_held_and_shown(play, bo):
    decision = play.answer("Mitt svar", case=crossed(play, bo))
    (hold,) = play.of(Hold, decision)
    assert (hold.reason, hold.facts["collision"]["by"], hold.facts["collision"]["text"]) == (
        "collision",
        "Bo Ek",
        "Hans svar",
    )


def test_what_he_had_seen_is_no_collision(play, bo):
    assert play.of(AddEntry, play.answer("Mitt svar", case=crossed(play, bo), bearer=play.bearer("anna", seen_entry=6)))


def test_his_own_earlier_answer_is_no_collision(play, anna):
    assert play.of(AddEntry, play.answer("Mitt svar", case=crossed(play, anna)))


def test_if_only_the_customer_wrote_since_it_goes(play, karin):
    case = Case(play.ticket, entries=(play.entry(5, karin), play.entry(6, karin)))
    assert play.of(AddEntry, play.answer("Mitt svar", case=case))


def test_a_ticket_that_a_colleague_took_since_is_a_collision(play, karin):
    seen = play.entry(5, karin)
    taken = replace(play.ticket, owner="bo", owner_at=seen.at + timedelta(minutes=5))
    (hold,) = play.of(Hold, play.answer("Mitt svar", case=Case(taken, entries=(seen,))))
    assert (hold.reason, hold.facts["collision"]["by"]) == ("collision", "Bo Ek")
    before = replace(taken, owner_at=seen.at - timedelta(minutes=5))
    assert not play.of(Hold, play.answer("Mitt svar", case=Case(before, entries=(seen,))))


def test_a_note_collides_with_nothing(play, bo):
    assert not play.of(Hold, play.answer("#note\n\nMin anteckning", case=crossed(play, bo)))


def colliding(play, way):
    terms = play.under("")
    desk = terms.policy.desks["acme"].model_copy(update={"colliding_answers": way})
    return replace(terms, policy=terms.policy.model_copy(update={"desks": {**terms.policy.desks, "acme": desk}}))


def test_a_desk_may_send_crossing_answers(play, bo):
    decision = play.answer("Mitt svar", case=crossed(play, bo), terms=colliding(play, "send"))
    assert set(play.told(decision)) >= CUSTOMERS


def test_a_desk_may_keep_crossing_answers_as_notes_and_tells_the_writer(play, bo):
    decision = play.answer("Mitt svar", case=crossed(play, bo), terms=colliding(play, "note"))
    assert play.of(AddEntry, decision)[0].kind is Kind.NOTE
    assert play.told(decision)["anna@acme.example"] == "transcript"
    assert not CUSTOMERS & set(play.told(decision))


# --- deciding about a held mail -----------------------------------------------------------------------------------


def deciding(play, text, **bearer):
    held = play.bearer("anna", purpose="held", journal_id=55, **bearer)
    return play.answer(text, bearer=held)


@pytest.mark.parametrize(
    ("text", "state", "grant"),
    [
        ("#skicka", "received", {"by": "anna", "as": "send", "confirmed": "anna"}),
        ("#godta", "received", {"by": "anna", "as": "accept", "confirmed": "anna"}),
        ("#note", "received", {"by": "anna", "as": "note", "confirmed": "anna"}),
        ("#drop", "discarded", {}),
        ("#confirm", "received", {"by": "anna", "confirmed": "anna"}),
        ("#accept on 1001", "received", {"by": "anna", "as": "accept", "ticket": 1001, "confirmed": "anna"}),
    ],
)
def test_his_decision_sends_the_held_row_on_its_way_or_discards_it(play, text, state, grant):
    text = {"#godta": "#accept", "#skicka": "#send"}.get(text, text)
    decision = deciding(play, text)
    (settled,) = play.of(Settle, decision)
    assert (settled.journal_id, settled.state, dict(settled.grant)) == (55, state, grant)
    assert play.of(FileMail, decision)


@pytest.mark.parametrize(("text", "confirmed"), [("Ja", True), ("ok, det var jag", True), ("kanske", False)])
def test_yes_as_the_first_word_confirms_a_mail_of_no_ticket(play, text, confirmed):
    asked = play.bearer("anna", purpose="confirm", ticket_id=None, journal_id=55)
    decision = play.mail(text, Address("Anna", "anna@acme.example"), found=play.found(bearers=(asked,)))
    assert bool(play.of(Settle, decision)) is confirmed


@pytest.mark.parametrize(
    ("text", "grant"),
    [("#accept", "accept"), ("#send", "send"), ("#accept on ACME-1001", "accept")],
)
def test_a_held_mail_of_no_ticket_is_decided_the_same_way(play, text, grant):
    held = play.bearer("bo", purpose="held", ticket_id=None, journal_id=55)
    decision = play.mail(text, Address("Bo", "bo@acme.example"), found=play.found(bearers=(held,)))
    (settled,) = play.of(Settle, decision)
    assert settled.grant["as"] == grant
    assert ("ticket" in settled.grant) is ("1001" in text)
    assert [t.event for t in play.of(Tell, decision)] == ["transcript"], "bo wants receipts of everything"


def test_a_confirmed_mail_is_obeyed_as_proven(play):
    decision = play.reply(
        "#cc +ny@annan.example\n\nHej",
        Address("Anna", "anna@acme.example"),
        proof=Proof(),
        grant={"confirmed": "anna", "by": "anna"},
    )
    assert not play.of(Hold, decision)
    assert "ny@annan.example" in play.told(decision)


@pytest.mark.parametrize(
    ("text", "state"),
    [("Ja", "received"), ("ok, det var jag", "received"), ("Nej", "discarded"), ("no it was not", "discarded")],
)
def test_a_plain_yes_or_no_about_a_ticket_never_reaches_the_customer(play, text, state):
    decision = play.answer(text, bearer=play.bearer("anna", purpose="confirm", journal_id=55))
    assert [(s.journal_id, s.state) for s in play.of(Settle, decision)] == [(55, state)]
    assert not play.of(AddEntry, decision)
    assert not CUSTOMERS & set(play.told(decision))


def test_a_no_is_told_to_the_admins(play):
    decision = play.answer("Nej", bearer=play.bearer("anna", purpose="confirm", journal_id=55))
    (told,) = play.of(Tell, decision)
    assert (told.event, told.audience, told.to.address) == ("alarm", "admin", "anna@acme.example")
    assert told.facts["alarm"]["orders"] == ["gateway journal show 55"]


def test_an_order_that_answers_a_question_about_a_held_mail_is_done_on_its_ticket(play):
    decision = deciding(play, "#prioritet hög")
    assert play.changes(decision) == {"priority": "high"}
    assert not play.of(Settle, decision)
