from __future__ import annotations

from datetime import UTC, datetime

from gateway.commands import transcript
from gateway.commands.context import Line
from gateway.commands.grammar import read
from gateway.commands.relay import Doubt, DoubtKind
from gateway.commands.sentences import TABLE, say


def test_each_line_is_told_with_its_result(do):
    facts = transcript.transcript(do("#ta"), "")
    assert facts == {
        "transcript": [{"line": "#ta", "result": "done", "message": "Ärendet är ditt."}],
        "customer_got": "",
    }


def test_a_question_is_answered_and_a_missing_field_gets_its_ready_line(do, ticket):
    assert transcript.transcript(do("#hjälp ta"), None)["help"] == [{"verb": "#ta", "text": "Gör ärendet till ditt."}]
    refused = transcript.transcript(do("#löst", ticket(desk="acme")), "")
    assert refused["missing"] == [{"field": "Ordernummer", "line": "#fält ordernummer="}]


def test_a_transcript_is_wanted_when_something_failed_or_was_asked_or_always(do):
    assert transcript.wanted(do("#prioritet x"), "none")
    assert transcript.wanted(do("#hjälp"), "none")
    assert not transcript.wanted(do("#ta"), "problems")
    assert transcript.wanted(do("#ta"), "all")


def test_a_near_miss_names_the_line_and_the_verb_in_the_operators_language():
    reading = read("#ta\nHej\n#lösst\nhälsar jag dig")
    facts = transcript.near_miss(reading, 55, "nb")
    assert facts["held"]["near_miss"] == {"line": "#lösst", "line_number": 3, "nearest": "#løst", "kind": "unknown"}
    assert (facts["held"]["reason"], facts["held"]["journal_id"], facts["customer_got"]) == ("near-miss", 55, "")
    assert [line["result"] for line in facts["transcript"]] == ["held"]


def test_other_holds_tell_why_and_give_the_text_back():
    at = datetime(2026, 11, 24, 8, 14, tzinfo=UTC)
    assert transcript.leaked("hemligt", "min text", 5)["held"]["leak"] == {"line": "hemligt"}
    doubt = transcript.doubtful(Doubt(DoubtKind.COLLEAGUE, "Bo, kan du"), "min text", 5, "sv")["held"]
    assert (doubt["reason"], doubt["explanation"]) == ("ambiguous", "Svaret börjar med en kollegas namn: ”Bo, kan du”")
    crossed = transcript.collision("Bo", at, "Hans ord", "min text", 5)["held"]
    assert crossed["collision"] == {"by": "Bo", "at": "2026-11-24T08:14:00+00:00", "text": "Hans ord"}
    assert crossed["text"] == "min text"


def test_a_confirmation_shows_what_would_be_done():
    facts = transcript.confirmation(read("#resolve\n#pri hög\n\nHej"), 5, "sv")
    assert facts["confirmation"]["orders"] == ["#löst"]
    assert transcript.confirmation(read("#priority high\n\nHej"), 5, "sv")["confirmation"] == {
        "orders": ["#prioritet high"],
        "text": "Hej",
    }


def test_every_sentence_has_three_languages_with_the_same_values():
    import re

    for code, texts in TABLE.items():
        slots = [sorted(re.findall(r"\{(\w+)\}", texts[language])) for language in ("sv", "nb", "en")]
        assert slots[0] == slots[1] == slots[2], code


def test_a_value_is_never_read_as_a_slot_again():
    assert say("title-is", value="{field} {0.__class__}").text("sv") == "Ny rubrik: {field} {0.__class__}"


def test_lines_may_come_from_anywhere():
    assert transcript.lines([Line("#x", "failed", "nej")]) == [{"line": "#x", "result": "failed", "message": "nej"}]
