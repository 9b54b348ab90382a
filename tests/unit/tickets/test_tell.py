"""One commit, at most one mail per person; nobody twice, nobody wrong (mails.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.policy.schema_desk import TELL
from gateway.tickets.effects import Suppress, Tell
from gateway.tickets.model import Contact, Participant
from gateway.tickets.tell import RANK, Happening, rank, tell

KARIN, OLLE = "karin@umbrella.example", "olle@umbrella.example"
ANNA, BO, CECILIA, BOSS = "anna@acme.example", "bo@acme.example", "cecilia@acme.example", "boss@acme.example"
ALL = {ANNA, BO, CECILIA}


def told(what, ticket, policy, contact=None):
    return {t.to.address: t for t in tell(what, ticket, policy, contact) if isinstance(t, Tell)}


def silent(what, ticket, policy):
    return {s.to.address: s.reason for s in tell(what, ticket, policy) if isinstance(s, Suppress)}


# --- who hears of what: the shipped table, row by row -------------------------------------------------------------

SILENT = (
    "closed",
    "reopened",
    "merged",
    "split",
    "paused",
    "woke",
    "taken",
    "status-changed",
    "changed",
    "participant-added",
)
ROWS = {
    "registered": {KARIN} | ALL,
    "answered": {KARIN, OLLE},
    "customer-wrote": {ANNA, BOSS},
    "waiting": {KARIN, OLLE},
    "reminder-1": {KARIN},
    "reminder-2": {KARIN},
    "reminder-3": {KARIN, ANNA},
    "external-asked": {"toner@supplier.example", ANNA},
    "external-answered": {ANNA},
    "resolved": {KARIN, OLLE},
    "closed-after-silence": {KARIN, ANNA},
    "assigned": {ANNA},
    "escalated": {ANNA, BOSS},
    "due-soon": {ANNA},
    "breached": {ANNA, BOSS},
    "bounced": {ANNA},
    "held": {ANNA},
    "approved": {ANNA},
    "declined": {ANNA},
    "contract-ending": {ANNA, BOSS},
    **{event: set() for event in SILENT},
}


@pytest.mark.parametrize("event", ROWS)
def test_the_shipped_table_tells_whom_it_should(policy, ticket, event):
    desk = policy.desks["acme"].model_copy(update={"tell": TELL})
    shipped = policy.model_copy(update={"desks": {"acme": desk}})
    owned = replace(ticket, owner="anna", watchers=("boss",))
    assert set(told(Happening((event,)), owned, shipped)) == ROWS[event]


@pytest.mark.parametrize(
    ("event", "spoken", "auto"),
    [
        ("answered", True, None), ("waiting", True, None), ("resolved", True, None), ("external-asked", True, None),
        ("resolved", False, "auto-generated"), ("waiting", False, "auto-generated"), ("registered", True, "auto-replied"),
        ("reminder-1", True, "auto-generated"), ("closed-after-silence", True, "auto-generated"),
    ],
)  # fmt: skip
def test_auto_submitted_stands_where_no_person_wrote_it(policy, ticket, event, spoken, auto):
    mails = told(Happening((event,), spoken=spoken), ticket, policy)
    customers = [mail for mail in mails.values() if mail.audience != "operator"]
    assert {mail.auto for mail in customers} == {auto}
    assert {mail.budgeted for mail in customers} == {auto is not None}
    assert {mail.auto for mail in mails.values() if mail.audience == "operator"} <= {"auto-generated"}


def test_operators_are_never_cut_by_a_budget(policy, ticket):
    assert not any(m.budgeted for m in told(Happening(("customer-wrote",)), ticket, policy).values())


# --- one commit, one mail -----------------------------------------------------------------------------------------


def test_the_highest_event_makes_the_mail_and_the_card_shows_the_others(policy, ticket):
    mails = told(Happening(("answered", "changed", "waiting", "resolved"), spoken=True), ticket, policy)
    assert (mails[KARIN].event, mails[KARIN].other_events) == ("resolved", ("waiting", "answered"))


def test_the_ranking_is_the_one_of_the_specification():
    assert RANK == ("resolved", "closed", "external-asked", "waiting", "reopened", "registered", "answered", "assigned")
    assert [rank(name) for name in ("resolved", "assigned", "changed")] == [0, 7, 8]


def test_what_a_rule_notifies_is_ranked_like_any_event(policy, ticket):
    what = Happening(("customer-wrote",), extra=(("resolved", ("group",)),))
    assert told(what, ticket, policy)[ANNA].event == "resolved"
    assert told(what, ticket, policy)[ANNA].other_events == ("customer-wrote",)


def test_reasons_are_joined(policy, ticket):
    what = Happening(("customer-wrote", "assigned"))
    mail = told(what, replace(ticket, owner="anna", watchers=("anna",)), policy)[ANNA]
    assert (mail.event, mail.reasons) == ("assigned", ("owner",))
    noticed = Happening(("escalated", "customer-wrote"))
    mail = told(noticed, replace(ticket, owner="anna", watchers=("cecilia",)), policy)
    assert mail[CECILIA].reasons == ("watchers",)


def test_an_event_said_twice_is_shown_once(policy, ticket):
    mail = told(Happening(("customer-wrote",), extra=(("customer-wrote", ("group",)),)), ticket, policy)[ANNA]
    assert mail.other_events == ()


def test_words_that_came_with_a_reopening_are_a_persons_words(policy, ticket):
    mail = told(Happening(("reopened", "answered"), spoken=True), ticket, policy)[KARIN]
    assert (mail.event, mail.auto, mail.budgeted) == ("reopened", None, False)
    assert told(Happening(("reopened",), spoken=True), ticket, policy)[KARIN].auto == "auto-generated"


# --- nobody wrong -------------------------------------------------------------------------------------------------


def test_who_caused_it_hears_nothing_by_address_or_by_person(policy, ticket):
    assert silent(Happening(("answered",), by=KARIN), ticket, policy) == {KARIN: "caused it"}
    assert silent(Happening(("customer-wrote",), by="anna@home.example", person="anna"), ticket, policy) == {
        ANNA: "caused it"
    }


def test_a_receipt_goes_to_who_caused_it_unless_it_may_not(policy, ticket):
    assert KARIN in told(Happening(("registered",), by=KARIN), ticket, policy)
    assert silent(Happening(("registered",), by=KARIN, receipt="spam"), ticket, policy) == {KARIN: "spam"}


def test_a_stranger_gets_a_neutral_receipt_with_the_null_sender(policy, ticket):
    mail = told(Happening(("registered",), neutral=True), ticket, policy)
    assert (mail[KARIN].neutral, mail[KARIN].null_sender) == (True, True)
    assert not mail[ANNA].neutral
    assert not told(Happening(("resolved",), neutral=True), ticket, policy)[KARIN].neutral


def test_our_own_desks_are_never_told_not_even_by_a_reply_address(policy, ticket):
    people = (
        *ticket.participants,
        Participant("own+abc@acme.example", "", "cc"),
        Participant("OWN@acme.example", "", "cc"),
    )
    reasons = silent(Happening(("answered",)), replace(ticket, participants=people), policy)
    assert set(reasons.values()) == {"an address of our own"}


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"muted": {KARIN: "bounced 5.1.1"}}, "muted: bounced 5.1.1"),
        ({"served": frozenset({KARIN})}, "has the operator's mail already"),
        ({"automatic": True}, "an automatic message came"),
    ],
)
def test_every_suppression_has_its_reason(policy, ticket, what, reason):
    assert silent(Happening(("answered",), **what), ticket, policy)[KARIN] == reason


def test_an_automatic_message_still_tells_us(policy, ticket):
    assert set(told(Happening(("bounced",), automatic=True), ticket, policy)) == ALL


def test_a_silent_desk_tells_nobody_outside_and_everybody_inside(policy, ticket):
    quiet = replace(ticket, desk="quiet")
    assert silent(Happening(("registered",)), quiet, policy) == {KARIN: "the desk is silent"}
    assert set(told(Happening(("registered",)), quiet, policy)) == ALL


def test_what_he_muted_gives_way_to_what_he_did_not(policy, ticket):
    owned = replace(ticket, owner="bo")
    assert silent(Happening(("assigned",)), owned, policy) == {BO: "muted by himself"}
    mail = told(Happening(("assigned", "customer-wrote")), owned, policy)[BO]
    assert (mail.event, mail.other_events) == ("customer-wrote", ())


def test_facts_are_for_operators_alone(policy, ticket):
    mails = told(Happening(("closed-after-silence",), facts={"secret": 1}), replace(ticket, owner="anna"), policy)
    assert (dict(mails[KARIN].facts), dict(mails[ANNA].facts)) == ({}, {"secret": 1})


def test_a_desk_that_is_gone_is_the_first_one(policy, ticket):
    assert KARIN in told(Happening(("answered",)), replace(ticket, desk="gone"), policy)


# --- language -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "changes", "expected"),
    [
        (None, {}, "sv"), ("nb", {}, "nb"), ("fi", {}, "sv"), (None, {"language": "en"}, "en"),
        (None, {"language": None}, "sv"), ("nb", {"desk": "own"}, "en"),
    ],
)  # fmt: skip
def test_customers_are_written_to_in_their_own_language(policy, ticket, contact, changes, expected):
    known = Contact(KARIN, language=contact)
    assert told(Happening(("answered",)), replace(ticket, **changes), policy, known)[KARIN].language == expected


def test_a_contacts_language_is_his_alone(policy, ticket):
    mails = told(Happening(("answered",)), ticket, policy, Contact(KARIN, language="nb"))
    assert (mails[KARIN].language, mails[OLLE].language) == ("nb", "sv")


def test_operators_are_written_to_in_theirs_else_the_desks_first(policy, ticket):
    mails = told(Happening(("customer-wrote", "escalated")), ticket, policy)
    assert {who: mail.language for who, mail in mails.items()} == {ANNA: "nb", BO: "sv", CECILIA: "sv", BOSS: "en"}
    assert told(Happening(("registered",)), replace(ticket, desk="own"), policy)[CECILIA].language == "en"
