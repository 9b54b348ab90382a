"""A10 and what lies beside it: keys in the wrong hands, of people who left, of groups; what a person decides of a held mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.attacks.scene import PATIENCE, Scene, everything, unused
from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.sink import Delivery, Sink
from tests.support.waiting import eventually

RULES = """\
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    prefix: ACME
    group: first-line
    operator_reply: "support+{token}@acme.example"
  shop: {addresses: [shop@acme.example], group: night, operator_reply: "shop+{token}@acme.example"}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example]}
  bo: {name: Bo Ek, addresses: [bo@acme.example]}
  cia: {name: Cia Dahl, addresses: [cia@acme.example]}
groups:
  first-line: {members: [anna, bo, cia]}
  night: {name: Natten, members: [anna, bo], addresses: [natten@acme.example]}
rules:
  - name: Pausa
    event: received
    when: {subject: {contains: granskas}, not: {from: {domain: acme.example}}}
    then: {hold: {because: Någon ska titta}}
  - name: Larm
    event: registered
    when: {subject: {contains: brinner}}
    then: {alarm: {mail: [jour@vakt.example, bo], text: "Det brinner hos en kund."}}
"""
KEY = re.compile(r"\b(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Sink() as sink, Daemon(tmp_path_factory.mktemp("keys") / "gateway", sink=sink, rules=RULES) as daemon:
        yield Scene(daemon, sink)


def key_of(mail: Delivery) -> str:
    found = KEY.search(mail.text)
    assert found is not None
    return found[0]


def alarms(scene: Scene, to: str, word: str) -> list[Delivery]:
    return [mail for mail in scene.sink.to(to, "alarm") if word in mail.text]


@pytest.mark.parametrize("way", ["message-id", "key-line"])
def test_a10_a_mail_of_ours_in_a_strangers_hands_is_worthless_and_its_owner_hears_of_it(scene: Scene, way: str):
    opened = scene.opens(subject="Läckan")
    mallory = unused("mallory", "evil.example")
    named = {"In_Reply_To": opened.notice.message_id} if way == "message-id" else {}
    text = "#close\r\n" if way == "message-id" else f"#close\r\n\r\nNyckel: {key_of(opened.notice)}\r\n"
    raw = letters.proven(letters.plain("Re: x", text, sender=mallory, to=letters.DESK, **named))
    scene.send(raw)
    told = eventually(lambda: alarms(scene, "anna@acme.example", mallory), PATIENCE)
    assert "Nyckeln gäller inte längre" in told[0].text
    assert scene.ticket(opened.reference)["status"] == "new"
    mine = letters.reply(opened.notice.raw, "svar efter läckan", sender=letters.ANNA)
    scene.send(mine)
    assert scene.journal(mine)[0]["reason"] == "unproven", "whichever way it was carried, the whole mail is worthless"
    assert [m for m in scene.sink.to(opened.customer) if "efter läckan" in m.text] == []
    assert len(alarms(scene, "anna@acme.example", mallory)) == 1


def test_a10_who_quotes_a_colleagues_mail_takes_no_key_from_him(scene: Scene):
    """Bo forwarded his notice to Anna, who answers her own with his quoted below it."""
    opened = scene.opens(subject="Citatet")
    theirs = scene.mail("bo@acme.example", "registered", opened.reference)
    text = f"Hej! Vi tittar på det.\n\n> Nyckel: {key_of(theirs)}\n> Fel på skrivaren"
    scene.send(letters.reply(opened.notice.raw, text, sender=letters.ANNA, References=theirs.message_id))
    assert "Vi tittar på det." in scene.mail(opened.customer, "answered").text
    scene.send(letters.reply(theirs.raw, "#priority high", sender=letters.BO))
    eventually(lambda: scene.ticket(opened.reference)["priority"] == "high", PATIENCE)
    assert alarms(scene, "bo@acme.example", "Nyckeln") == []


def test_a10_a_bounce_that_quotes_a_notice_takes_no_key(scene: Scene):
    opened = scene.opens(subject="Studsen")
    scene.send(letters.bounce(opened.notice.raw, "x@y.example", to=letters.DESK) + opened.notice.raw, "", letters.DESK)
    scene.settled()
    scene.send(letters.operator(opened.notice.raw, "Svar trots studsen."))
    assert "Svar trots studsen." in scene.mail(opened.customer, "answered").text


def test_a10_the_keys_of_who_left_are_worthless_even_when_he_comes_back(scene: Scene):
    opened = scene.opens(subject="Den som slutade")
    theirs = scene.mail("cia@acme.example", "registered", opened.reference)
    without = RULES.replace("  cia: {name: Cia Dahl, addresses: [cia@acme.example]}\n", "").replace(", cia]", "]")
    scene.daemon.rules.write_text(without, encoding="utf-8")
    scene.daemon.reload()
    eventually(lambda: "keys of people who left" in scene.daemon.log, PATIENCE)
    gone = letters.reply(theirs.raw, "svar av den som slutade", sender="Cia Dahl <cia@acme.example>", client="plain")
    scene.send(gone)
    assert scene.journal(gone)[0]["state"] in {"held", "done"}
    scene.daemon.rules.write_text(RULES, encoding="utf-8")
    before = scene.daemon.log.count("reloaded")
    scene.daemon.reload()
    eventually(lambda: scene.daemon.log.count("reloaded") > before, PATIENCE)
    back = letters.reply(theirs.raw, "svar av den som kom tillbaka", sender="Cia Dahl <cia@acme.example>")
    scene.send(back)
    row = scene.journal(back)[0]
    assert (row["state"], row["reason"]) == ("held", "unproven")
    assert [m for m in scene.sink.to(opened.customer) if "svar av" in everything(m)] == []


def test_a02_a_held_mail_that_is_kept_as_a_note_reaches_nobody_outside(scene: Scene):
    opened = scene.opens(subject="Viskningen")
    mallory = unused("mallory", "evil.example")
    raw = letters.plain(
        f"granskas [{opened.reference}]", "Viskat till er bara.\r\n", sender=mallory, In_Reply_To=opened.receipt.message_id,
    )  # fmt: skip
    scene.send(raw)
    assert scene.journal(raw)[0]["state"] == "held"
    asked = scene.mail("anna@acme.example", "held", opened.reference)
    assert mallory in asked.text, "who decides reads who wrote"
    scene.send(letters.operator(asked.raw, "#note", client="plain"))
    eventually(lambda: scene.journal(raw)[0]["state"] == "done", PATIENCE)
    kept = [e for e in scene.ticket(opened.reference)["entries"] if "Viskat" in e["text"]]
    assert [entry["visibility"] for entry in kept] == ["internal"]
    assert scene.sink.to(mallory) == []
    assert len(scene.sink.to(opened.customer)) == 1, "her receipt"


def test_a10_a_member_decides_what_was_asked_of_the_group(scene: Scene):
    """The question went to the group's address and belongs to no ticket; From alone is asked, an aligned pass decides."""
    mallory = unused("mallory", "evil.example")
    raw = letters.plain("granskas först", "Släpp in mig.\r\n", sender=mallory, to="shop@acme.example")
    scene.send(raw)
    asked = scene.mail("natten@acme.example", "held", None)
    assert mallory in asked.text
    forged = letters.reply(asked.raw, "#accept", sender=letters.BO, client="plain")
    scene.send(forged)
    assert scene.journal(forged)[0]["state"] == "held"
    assert scene.journal(raw)[0]["state"] == "held"
    scene.send(letters.operator(asked.raw, "#accept", sender=letters.BO, client="plain"))
    eventually(lambda: scene.journal(raw)[0]["state"] == "done", PATIENCE)
    assert scene.mail("natten@acme.example", "registered", None)


def test_a74_an_alarm_tells_an_outside_address_the_rules_words_and_nothing_of_the_ticket(scene: Scene):
    customer = unused("hemlig")
    opened = scene.opens("Kontot är 8327-9.", subject="Det brinner", customer=customer)
    outside = scene.mail("jour@vakt.example", "alarm", None)
    seen = everything(outside)
    assert "Det brinner hos en kund." in outside.text
    for secret in ("8327-9", customer, "Alice", "anna@acme.example"):
        assert secret not in seen, secret
    assert scene.mail("bo@acme.example", "registered", opened.reference)
