"""The real client itself, without the gateway: what it sends is what a person's client sends."""

from __future__ import annotations

from tests.support import letters


def test_a_person_answers_a_mail_from_a_real_client(sink, person):
    anna = person(sink, "anna@acme.example", "Anna Åkesson")
    other = letters.plain(
        "Något annat", "Läs inte det här.\n", sender="Bo Ek <bo@acme.example>", to="anna@acme.example"
    )
    asked = letters.plain(
        "[ACME-1042] Skrivaren", "Den är trasig.\n", sender="ACME <support@acme.example>", to="anna@acme.example",
        message_id="<1042.7.x.y@tickets.acme.example>", Reply_To="support+token@acme.example",
    )  # fmt: skip
    for mail in (asked, other):
        anna.receive(mail)
    anna.reply(asked, "Hej Karin!\n\nJag byter den på torsdag. Åäö.\n#resolve")
    sent = sink.wait_for(1)[0]
    assert sent.recipients == ("support+token@acme.example",)
    assert sent.message["In-Reply-To"] == "<1042.7.x.y@tickets.acme.example>"
    assert "<1042.7.x.y@tickets.acme.example>" in sent.message["References"]
    assert sent.text.startswith("Hej Karin!\n\nJag byter den på torsdag. Åäö.\n#resolve\n")
    assert "> Den är trasig." in sent.text
    assert sink.faults == []


def test_a_person_writes_a_new_mail_from_a_real_client(sink, person):
    karin = person(sink, "karin@umbrella.example", "Karin Berg")
    karin.write("support@acme.example", "Skrivaren på plan 3 åäö", "Hej!\nDen är trasig.")
    sent = sink.wait_for(1)[0]
    assert (sent.mail_from, sent.recipients) == ("karin@umbrella.example", ("support@acme.example",))
    assert sent.subject == "Skrivaren på plan 3 åäö"
    assert sent.text == "Hej!\nDen är trasig.\n"
