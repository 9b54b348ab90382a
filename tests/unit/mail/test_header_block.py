"""Header blocks in the text, as clients write them above an older mail."""

from __future__ import annotations

from gateway.mail import header_block


def test_a_block_gives_its_fields_and_where_the_mail_begins() -> None:
    lines = [
        "*Från:* Anna <a@s.example>",
        "*Skickat:* den 3 mars 2025 10:14",
        "*Till:* Bo <b@k.example>;",
        " Cecilia <c@k.example>",
        "*Ämne:* Re: x",
        "",
        "Hej",
    ]
    block = header_block.read(lines, 0)
    assert block is not None
    assert block.end == 5
    assert block.fields == {
        "from": "Anna <a@s.example>",
        "date": "den 3 mars 2025 10:14",
        "to": "Bo <b@k.example>; Cecilia <c@k.example>",
        "subject": "Re: x",
    }


def test_labels_may_stand_in_paragraphs_of_their_own() -> None:
    lines = ["From: Anna <a@s.example>", "", "Sent: 3 March 2025 10:14", "", "To: Bo", "", "Subject: x", "", "Hello"]
    block = header_block.read(lines, 0)
    assert block is not None
    assert lines[block.end :] == ["", "Hello"]


def test_a_value_may_stand_on_the_next_line() -> None:
    lines = [
        "From: Human Resources",
        "<hr@acme.example>",
        "Sent: Monday, 3 March 2025 10:14",
        "To: Bo",
        "Subject: x",
        "Hello",
    ]
    block = header_block.read(lines, 0)
    assert block is not None
    assert block.fields["from"] == "Human Resources <hr@acme.example>"
    assert block.end == 5


def test_a_travel_order_is_no_block() -> None:
    assert header_block.read(["Från: Stockholm", "Till: Malmö", "Datum: 3 mars", "Tack!"], 0) is None
    assert header_block.read(["Hej"], 0) is None


def test_notes_writes_labels_without_colons() -> None:
    lines = ["Anna Berg/ACME", "2025-03-03 10:14", "", "To", "Bo Ek", "cc", "", "Subject", "Re: x"]
    assert header_block.notes_block(lines, 3) == 0
    assert header_block.notes_block(["Hej", "To", "be"], 1) is None
