from __future__ import annotations

import pytest

from gateway.commands.grammar import Doubtful, SuspectKind, read


def verbs(text: str, **how) -> list[str]:
    return [command.verb for command in read(text, **how).commands]


def test_commands_before_the_text_and_after_it_are_obeyed_and_taken_out():
    reading = read("#löst\n\n#prioritet hög\n\nHej Karin!\nNu fungerar den.\n\n#tid 20m\n")
    assert [(c.verb, c.argument) for c in reading.commands] == [("resolve", ""), ("priority", "hög"), ("time", "20m")]
    assert reading.text == "Hej Karin!\nNu fungerar den."
    assert reading.suspects == ()


def test_a_closing_and_the_name_under_it_are_no_text():
    assert verbs("Hej!\n#löst\n\nMed vänliga hälsningar\nAnna Åkesson") == ["resolve"]
    assert verbs("Hej!\n\nMvh Anna\n#løst") == ["resolve"]
    assert read("#ta\n\nMvh\nAnna").text == ""


def test_a_wish_at_the_end_is_said_but_orders_may_stand_around_it():
    reading = read("Klart!\n#löst\n\nTrevlig helg!\nMvh\nAnna")
    assert [c.verb for c in reading.commands] == ["resolve"]
    assert reading.text == "Klart!\n\nTrevlig helg!\nMvh\nAnna"
    assert read("#løst\n\nGod helg!").text == "God helg!"


def test_a_sentence_below_a_closing_is_no_name_and_is_said():
    assert read("#ta\n\nMvh\nDet är klart nu.").text == "Mvh\nDet är klart nu."
    assert read("#ta\n\nMvh\nAnna von Essen").text == ""


def test_ordinary_words_that_begin_like_a_closing_are_text():
    for line in (
        "Best of all it works now",
        "Kr 200 kostar det",
        "Hälsar du på oss imorgon?",
        "Tack för ditt svar i går",
    ):
        assert read(f"Hej\n#ta\n{line}").commands == ()


def test_a_name_alone_is_no_text_when_it_is_the_writers_own():
    assert read("#ta\n\nAnna", own_names=("Anna Åkesson", "Anna")).text == ""
    assert read("#ta\n\nAnna").text == "Anna"


def test_the_known_signature_is_no_text_and_nothing_below_it_is_obeyed():
    signature = "Anna Åkesson\nACME Support, 070-123 45 67"
    assert verbs(f"Klart!\n#löst\n\n{signature}", known_signature=signature) == ["resolve"]
    below = read(f"Klart!\n\n{signature}\n#löst", signature)
    assert below.commands == ()
    assert [s.kind for s in below.suspects] == [SuspectKind.MISPLACED]


def test_hashtags_of_the_own_signature_hold_nothing():
    signature = "Anna\n#teamblue"
    assert read(f"Klart!\n\n{signature}", signature).suspects == ()


def test_nothing_below_a_signature_delimiter_is_obeyed():
    reading = read("Klart!\n-- \nAnna\n#close")
    assert reading.commands == ()
    assert [(s.line, s.line_number, s.nearest) for s in reading.suspects] == [("#close", 4, "close")]


def test_a_verb_in_the_middle_of_the_text_holds_the_mail():
    reading = read("Hej\n#löst\nha det bra du också min vän")
    assert reading.commands == ()
    (suspect,) = reading.suspects
    assert (suspect.kind, suspect.nearest, suspect.line_number) == (SuspectKind.MISPLACED, "resolve", 2)
    assert "#löst" in reading.text


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("#lösst", "resolve"),
        ("#open", "reopen"),
        ("#prioritett hög", "priority"),
        ("#asign anna", "assign"),
        ("#semester", None),
    ],
)
def test_an_unknown_word_holds_the_mail_with_the_nearest_verb(line, nearest):
    (suspect,) = read(f"{line}\n\nHej Karin").suspects
    assert (suspect.line, suspect.nearest, suspect.kind) == (line, nearest, SuspectKind.UNKNOWN)


@pytest.mark.parametrize(
    "line", ["# word", "#1042", "#1042 är löst", "#metoo är en viktig rörelse", "C# är ett språk", "###", "#"]
)
def test_what_only_resembles_a_command_is_text(line):
    reading = read(f"Hej\n{line}\nslut på det här")
    assert (reading.commands, reading.suspects) == ((), ())
    assert line in reading.text


def test_a_long_line_whose_first_word_is_a_near_miss_holds_the_mail():
    assert read("Hej\n#resolv this one for me please\nokej då så").suspects[0].nearest == "resolve"


def test_a_backslash_makes_it_text_and_goes_away():
    reading = read("Skriv så här på skärmen:\n\\#löst\noch tryck på retur")
    assert reading.suspects == ()
    assert reading.text.split("\n")[1] == "#löst"


@pytest.mark.parametrize(
    "line",
    ["#LÖST", "#lost", "#løst", "#lo\u0308st", " #löst ", "\u200b#löst", "\u00a0#löst\u00a0", "#löst.", "#Löst!", "＃löst", "* #löst", "• #löst", "- #löst", "1. #löst", "*#löst*", "**#löst**", "* *#löst*", "`#löst`", "_#löst_", "*#löst*."],
)  # fmt: skip
def test_case_diacritics_spaces_bullets_and_bold_make_no_difference(line):
    assert verbs(f"{line}\n\nHej Karin") == ["resolve"]


@pytest.mark.parametrize("dash", ["-", "–", "—", "−", "‑"])
def test_every_dash_is_a_dash(dash):
    assert verbs(f"#ta{dash}emot") == ["accept"]
    assert read(f"#etikett +ny {dash}gammal").commands[0].argument == "+ny -gammal"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("#cc +a@x.se <mailto:a@x.se>", "+a@x.se"),
        ("#cc +a@x.se<mailto:a@x.se>.", "+a@x.se"),
        ("#kopia +<a@x.se>", "+a@x.se"),
        ("#cc <mailto:a@x.se>", "a@x.se"),
        ("#field site=x.se <https://x.se/>", "site=x.se"),
        ("#cc +a@x.se [mailto:a@x.se]", "+a@x.se"),
    ],
)
def test_what_clients_add_to_addresses_is_ignored(written, meant):
    assert read(written).commands[0].argument == meant


def test_a_quoted_verb_is_neither_obeyed_nor_sent_on():
    reading = read("> Skrivaren blinkar\n> #close\n\nHej Karin, hur går det?")
    assert (reading.commands, reading.suspects) == ((), ())
    assert reading.text == "> Skrivaren blinkar\n\nHej Karin, hur går det?"


def test_the_desks_own_fields_are_verbs():
    fields = {"site": "site", "ort": "site"}
    assert [(c.verb, c.argument) for c in read("#ort Luleå.\n#site=Karlskrona", "", fields).commands] == [
        ("field", "site=Luleå"),
        ("field", "site=Karlskrona"),
    ]


def test_the_text_behind_resolve_keeps_its_full_stop():
    assert read("#löst Lampan är bytt.").commands[0].argument == "Lampan är bytt."


@pytest.mark.parametrize(
    "line",
    ["Nyckel: K7Q2-2XMA-BCDE-FGHJ", "nøkkel:K7Q2-2XMA-BCDE-FGHJ", "*Key: k7q2-2xma-bcde-fghj*", "Nyckel: K7Q2–2XMA–BCDE–FGHJ", "> Nyckel: K7Q2-2XMA-BCDE-FGHJ"],
)  # fmt: skip
def test_the_key_line_is_taken_out_wherever_it_stands(line):
    reading = read(f"Hej Karin!\n{line}\nDet är klart nu.\n#löst")
    assert reading.key == "k7q22xmabcdefghj"
    assert reading.text == "Hej Karin!\n\nDet är klart nu."
    assert [c.line_number for c in reading.commands] == [4]


def test_a_licence_key_of_the_same_form_is_sent():
    text = "Din licens:\nK7Q2-2XMA-BCDE-FGHJ"
    assert (read(text).text, read(text).key) == (text, None)


def test_a_key_inside_a_sentence_goes_without_the_sentence():
    assert read("Se här Nyckel: K7Q2-2XMA-BCDE-FGHJ").text == "Se här"


def test_who_said_do_it_gets_the_nearest_verb_obeyed():
    reading = read("Hej\n#lösst\nhälsar jag dig med", doubtful=Doubtful.OBEY)
    assert [c.verb for c in reading.commands] == ["resolve"]
    assert (reading.suspects, reading.text) == ((), "Hej\nhälsar jag dig med")


def test_who_said_send_it_as_it_is_gets_doubtful_lines_as_text_and_clear_ones_obeyed():
    reading = read("#ta\nHej\n#lösst\nhälsar jag dig med", doubtful=Doubtful.TEXT)
    assert [c.verb for c in reading.commands] == ["take"]
    assert (reading.suspects, reading.text) == ((), "Hej\n#lösst\nhälsar jag dig med")


def test_a_note_is_the_whole_mail():
    assert read("#anteckning\n\nKarin ringde.").note
    assert not read("Karin ringde.").note


def test_blank_lines_are_kept_inside_the_text_but_not_piled_up():
    assert read("#ta\n\n\nHej\n\nrad\n\n#tid 5m\n\n\nMvh").text == "Hej\n\nrad\n\nMvh"


def test_an_empty_mail_says_nothing():
    assert read("").text == read("\n\n").text == ""
