"""The frozen facts of a mail: who sees what, names, headers, references."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.message import Address, Attachment
from gateway.tickets.effects import Tell
from gateway.tickets.model import Actor, ActorKind, Entry, Kind, Participant, Visibility
from gateway.tickets.notice_facts import Moment, first_name
from gateway.tickets.snapshot import Thread, notice, telltale_lines, visible

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KARIN, OLLE, TONER = (
    Address("Karin Berg", "karin@umbrella.example"), Address("Olle", "olle@umbrella.example"),
    Address("Toner", "toner@supplier.example"),
)  # fmt: skip
ANNA = Address("Anna Åkesson", "anna@acme.example")
FILE = Attachment("a.pdf", "application/pdf", 3, inline=False, content_id=None, sha256="ab")


def entry(number, kind=Kind.MESSAGE, visibility=Visibility.PUBLIC, direction="in", author=KARIN, **more):
    actor = Actor(ActorKind.REQUESTER, author.name, author.address)
    return Entry(number, 7, NOW, kind, visibility, direction, actor, author.name, f"text {number}", **more)


def answer(number, **more):
    said = entry(number, Kind.ANSWER, direction="out", **more)
    return replace(said, author=Actor(ActorKind.OPERATOR, "anna", ANNA.address), author_name="Anna Åkesson")


FIRST, NOTE, SAID = entry(1), entry(2, Kind.NOTE, Visibility.INTERNAL, "none"), answer(3)
ASKED = entry(4, Kind.EXTERNAL, Visibility.EXTERNAL, "out", ANNA, to=(TONER,))
REPLIED = entry(5, Kind.EXTERNAL, Visibility.EXTERNAL, "in", TONER)
STRANGER = entry(6, author=Address("M", "m@evil.example"), verified=False, visibility=Visibility.PUBLIC)
ALL = [FIRST, NOTE, SAID, ASKED, REPLIED, STRANGER]


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "address", "expected"),
    [
        ("operator", "anna@acme.example", [1, 2, 3, 4, 5, 6]),
        ("admin", "root@acme.example", [1, 2, 3, 4, 5, 6]),
        ("requester", "KARIN@umbrella.example", [1, 3]),
        ("requester", "olle@umbrella.example", [3]),
        ("third-party", "toner@supplier.example", [4, 5]),
        ("third-party", "other@supplier.example", []),
        ("requester", "nobody@else.example", []),
        ("third-party", "karin@umbrella.example", []),
    ],
)
def test_each_reader_sees_his_part(ticket, audience, address, expected):
    assert [e.id for e in visible(ALL, ticket, audience, address)] == expected


def test_a_new_requester_who_takes_no_part_yet_is_still_the_requester(ticket):
    changed = replace(ticket, requester=Address("Ny", "ny@umbrella.example"))
    assert [e.id for e in visible(ALL, changed, "requester", "ny@umbrella.example")] == [1, 3]


entries = st.lists(
    st.builds(
        entry, st.integers(1, 50), st.sampled_from(Kind), st.sampled_from(Visibility), st.sampled_from(["in", "out", "none"]),
        st.sampled_from([KARIN, OLLE, TONER, ANNA]), verified=st.booleans(), to=st.sampled_from([(), (TONER,), (KARIN,)]),
    ),
    max_size=12,
)  # fmt: skip


@given(entries, st.sampled_from(["requester", "third-party"]), st.sampled_from([KARIN, OLLE, TONER, ANNA]))
def test_nothing_internal_or_unverified_ever_reaches_a_customer(said, audience, reader):
    people = (Participant(KARIN.address, "", "requester"), Participant(OLLE.address, "", "cc", 20))
    for seen in visible(said, a_ticket(people), audience, reader.address):
        assert seen.visibility is not Visibility.INTERNAL
        assert audience == "third-party" or (seen.visibility is Visibility.PUBLIC and seen.verified)


def a_ticket(people):
    from gateway.tickets.model import Status, Ticket

    return Ticket(7, 1, "A", "acme", "x", Status.OPEN, KARIN, NOW, participants=people)


# --- a notice -----------------------------------------------------------------------------------------------------


def thread(bearer=None, seen=("<a@x>", "<b@x>")):
    return Thread("<1042.3.r.m@h>", "<t.1042.m@h>", seen, "loop", bearer)


def make(policy, ticket, told=SAID, history=ALL[:3], bearer=None, seen=("<a@x>", "<b@x>"), moment=None, **tell):
    fixed = Tell("answered", "requester", KARIN, None, "sv", ("requester",))
    given_ = replace(fixed, **tell)
    moment = moment or Moment(NOW, "Europe/Stockholm")
    return notice(given_, ticket, told, history, policy, thread(bearer, seen), moment, 8, "tickets.acme.example")


OPERATOR = {"audience": "operator", "to": ANNA, "person": "anna"}


def test_a_notice_is_json(policy, ticket):
    assert json.loads(json.dumps(make(policy, ticket)))["reference"] == "ACME-1042"


def test_the_thread_begins_with_the_anchor_and_answers_what_he_saw_last(policy, ticket):
    made = make(policy, ticket)
    assert made["references"] == ["<t.1042.m@h>", "<a@x>", "<b@x>"]
    assert made["in_reply_to"] == "<b@x>"
    assert make(policy, ticket, in_reply_to="<his@x>")["in_reply_to"] == "<his@x>"
    assert make(policy, ticket, seen=())["in_reply_to"] is None


def test_references_keep_the_first_and_the_last_ids_twenty_at_most(policy, ticket):
    ids = tuple(f"<{n}@x>" for n in range(40))
    found = make(policy, ticket, seen=ids)["references"]
    assert len(found) == 20
    assert (found[:2], found[2], found[-1]) == (["<t.1042.m@h>", "<0@x>"], "<22@x>", "<39@x>")


def test_customers_answer_the_desk_and_operators_the_bearers_address(policy, ticket):
    assert make(policy, ticket)["reply_to"] is None
    made = make(policy, ticket, bearer="k7q29xmaabcdefgh", **OPERATOR)
    assert made["reply_to"] == "support+k7q29xmaabcdefgh@acme.example"
    assert made["key"]


@pytest.mark.parametrize(
    ("told", "changes", "tell", "expected"),
    [
        (SAID, {}, {}, "Anna via ACME Support"),
        (SAID, {"desk": "own"}, {}, "Anna Åkesson, Own"),
        (None, {}, {"event": "registered"}, "ACME Support"),
        (FIRST, {}, OPERATOR, "Karin Berg via ACME Support"),
        (SAID, {}, OPERATOR, "ACME Support"),
        (FIRST, {}, {**OPERATOR, "entry": False}, "ACME Support"),
        (FIRST, {"owner": "anna"}, {"event": "registered"}, "ACME Support"),
    ],
)
def test_the_from_names_the_desk_and_who_speaks(policy, ticket, told, changes, tell, expected):
    made = make(policy, replace(ticket, **changes), told, **tell)
    desk = policy.desks[changes.get("desk", "acme")]
    assert made["from"] == {"name": expected.replace("Own", desk.name), "address": desk.addresses[0]}


def test_an_operators_address_never_leaves(policy, ticket):
    made = make(policy, replace(ticket, owner="anna"))
    assert "anna@acme.example" not in json.dumps(made)


def test_what_the_reader_may_not_see_is_not_in_his_mail_at_all(policy, ticket):
    made = make(policy, replace(ticket, priority="high", tags=("vip",)), NOTE, ALL)
    said = json.dumps(made)
    for secret in ("text 2", "text 4", "text 5", "text 6", "vip", "first-line"):
        assert secret not in said
    assert made["facts"]["entry"] is None
    assert made["attachments"] == []


def test_operators_see_notes_marked_and_newest_first(policy, ticket):
    past = make(policy, ticket, REPLIED, ALL, **OPERATOR)["facts"]["history"]
    assert [(one["text"], one["visibility"]) for one in past] == [
        ("text 6", "public"), ("text 4", "external"), ("text 3", "public"), ("text 2", "internal"), ("text 1", "public"),
    ]  # fmt: skip


def test_quiet_entries_are_not_repeated(policy, ticket):
    quiet = entry(9, folded=True)
    assert make(policy, ticket, SAID, [FIRST, SAID, quiet], **OPERATOR)["facts"]["history"][0]["text"] == "text 1"


def test_a_neutral_mail_shows_no_history_and_greets_nobody(policy, ticket):
    facts = make(policy, ticket, FIRST, [FIRST, SAID], neutral=True, event="registered")["facts"]
    assert (facts["history"], facts["greeting_name"]) == ([], None)
    assert make(policy, ticket)["facts"]["greeting_name"] == "Karin"


def test_an_unproven_mail_goes_to_operators_as_text(policy, ticket):
    unproven = replace(STRANGER, html="<b>x</b>")
    assert make(policy, ticket, unproven, [unproven], **OPERATOR)["facts"]["entry"]["html"] is None
    proven = replace(FIRST, html="<b>x</b>")
    assert make(policy, ticket, proven, [proven], **OPERATOR)["facts"]["entry"]["html"] == "<b>x</b>"


def test_files_go_along_with_what_is_told(policy, ticket):
    said = replace(SAID, attachments=(FILE,))
    assert [a["sha256"] for a in make(policy, ticket, said, [said])["attachments"]] == ["ab"]


def test_instruction_steps_and_ready_answers_are_for_operators(policy, ticket):
    lift = replace(ticket, template="lift", steps=("Ring",))
    inside = make(policy, lift, **OPERATOR)["facts"]
    assert inside["instruction"] == "Ring hissfirman i Luleå först."
    assert inside["answers"] == [{"name": "on-it", "text": "Vi är på väg."}]
    assert inside["steps"] == [{"text": "Ring", "done": False}]
    outside = make(policy, lift)["facts"]
    assert (outside["instruction"], outside["answers"], outside["steps"]) == (None, [], [])
    assert make(policy, replace(ticket, template="gone"), **OPERATOR)["facts"]["answers"] == []


@pytest.mark.parametrize(
    ("event", "priority", "tell", "expected"),
    [
        ("customer-wrote", "high", OPERATOR, "high"), ("customer-wrote", "low", OPERATOR, None),
        ("breached", None, OPERATOR, "high"), ("answered", "high", {}, None),
    ],
)  # fmt: skip
def test_only_high_priority_and_breaches_are_important_and_only_to_us(policy, ticket, event, priority, tell, expected):
    assert make(policy, replace(ticket, priority=priority), **{**tell, "event": event})["importance"] == expected


def test_operator_mail_has_a_list_id_and_customer_mail_none(policy, ticket):
    assert make(policy, ticket, **OPERATOR)["list_id"] == "first-line.acme.tickets.acme.example"
    assert make(policy, replace(ticket, group=None), **OPERATOR)["list_id"] == "all.acme.tickets.acme.example"
    assert make(policy, ticket)["list_id"] is None


def test_the_question_is_our_last_answer_and_six_lines_of_it(policy, ticket):
    long = replace(SAID, text="\n\n".join(f"rad {n}" for n in range(9)))
    assert make(policy, ticket, FIRST, [FIRST, long])["facts"]["question"]["text"].splitlines() == [
        f"rad {n}" for n in range(6)
    ]
    assert make(policy, ticket, FIRST, [FIRST])["facts"]["question"] is None


def test_the_desks_clock_stands_in_the_facts(policy, ticket):
    moment = Moment(NOW, "Europe/Stockholm", closed_now=True, opens=NOW, reopen_until=NOW)
    facts = make(policy, ticket, moment=moment)["facts"]
    assert (facts["closed_now"], facts["desk"]["opens"], facts["reopen_until"]) == (
        True,
        NOW.isoformat(),
        NOW.isoformat(),
    )


def test_a_ticket_of_a_desk_that_is_gone_is_still_told_of(policy, ticket):
    assert make(policy, replace(ticket, desk="gone"))["from"]["address"] == "support@acme.example"


def test_facts_of_the_tell_are_laid_over(policy, ticket):
    assert make(policy, ticket, facts={"bounce": {"recipient": "x"}}, **OPERATOR)["facts"]["bounce"] == {
        "recipient": "x"
    }


# --- small things -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Karin Berg", "Karin"), ("Anna-Karin von Essen", None), ("Karin", None), ("Berg, Karin", None),
        ("Umbrella AB", None), ("ACME Support", None), ("karin berg", None), ("K2 Berg", None), ("", None),
        ("Åsa Öberg", "Åsa"), ("KARIN BERG", None), ("Karin Berg Kundtjänst", None), ("Sean O'Neill", "Sean"),
    ],
)  # fmt: skip
def test_a_first_name_is_used_only_when_it_is_certain(name, expected):
    assert first_name(name) == expected


def test_long_internal_lines_are_telltales_and_short_ones_are_not(policy, ticket):
    note = replace(NOTE, text="Kunden  betalar aldrig i tid\nkort")
    lift = replace(ticket, template="lift", steps=("Ring hissfirman och vänta på svar",))
    inside, public = telltale_lines(
        make(policy, lift, replace(FIRST, text="En lång rad som alla har sett"), [FIRST, note], **OPERATOR)
    )
    assert inside == (
        "Kunden betalar aldrig i tid",
        "Ring hissfirman i Luleå först.",
        "Ring hissfirman och vänta på svar",
    )
    assert "kort" not in public
