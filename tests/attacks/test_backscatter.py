"""A55: mails in the name of innocent people, a few in one name and one in many. The module has a daemon of its own:
the strangers' budget of an hour is used up here."""

from __future__ import annotations

import pytest

from tests.attacks.scene import Scene, unused
from tests.support import letters

SPAM = "Köp nu på http://spam.example/kampanj " * 200


@pytest.mark.timeout(300)
def test_a55_forged_mails_make_few_small_mails_of_ours_without_a_word_of_theirs(scene: Scene):
    """A victim's share ends at twenty a day, all strangers' together at sixty an hour; a failed result earns none."""
    victim, failing = unused("offer", "innocent.example"), unused("failing", "innocent.example")
    many = [unused("flera", f"victim{number}.example") for number in range(70)]
    forged = {
        sender: letters.plain("Vinst http://spam.example", f"{SPAM}\r\n", sender=sender) for sender in (victim, *many)
    }
    for number in range(40):
        scene.send(letters.plain(f"Vinst {number} http://spam.example", f"{SPAM}\r\n", sender=victim), victim)
    failed = letters.plain("Vinst", f"{SPAM}\r\n", sender=failing)
    scene.send(letters.proven(failed, result="fail"), failing)
    for sender in many:
        scene.send(forged[sender], sender)
    scene.settled()
    assert scene.sink.to(failing) == [], "a trusted hop said it was not his"
    assert 1 <= len(scene.sink.to(victim)) <= 20
    strangers = [mail for sender in forged for mail in scene.sink.to(sender)]
    assert len(strangers) <= 60
    for mail in strangers:
        seen = mail.subject + mail.text + mail.html
        assert "spam.example" not in seen
        assert "Vinst" not in seen
        assert (mail.mail_from, mail.html) == ("", ""), "the null sender, text only"
        assert len(mail.raw) <= len(forged[mail.recipients[0]]), "no larger than what came"
    rows = scene.daemon.json("journal", "list", "--limit", "2000")
    assert len([row for row in rows if row["mail_from"] in forged]) == 110, "each is kept"
    withheld = [row for row in scene.daemon.json("outbox", "list", "--limit", "1000") if row["state"] == "suppressed"]
    assert len(withheld) >= 51, "and each silence is a row"
