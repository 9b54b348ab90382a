"""Wrong files change nothing and are told; a broken template holds its notice until it is mended (RU5, OUT2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import RULES
from tests.support.house import PATIENCE, House
from tests.support.sink import Delivery
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)
ADMIN = "root@acme.example"
HOUSE_RULES = RULES + "\nrules:\n  - {name: Loud, when: {subject: {contains: larm}}, then: {tags: [loud]}}\n"


def alarm(house: House, *words: str) -> Delivery:
    """Wait for a mail to the admin that says all of it."""

    def found() -> Delivery | None:
        mails = house.sink.to(ADMIN, "alarm")
        return next((mail for mail in mails if all(word in mail.text for word in words)), None)

    mail = eventually(found, 90, lambda: f"{[mail.text for mail in house.sink.to(ADMIN)]}\n{house.daemon.log[-3000:]}")
    assert mail is not None
    return mail


def queue(house: House, name: str) -> int:
    rows: list[Any] = house.daemon.json("status")
    return sum(row.get("count", 0) for row in rows if row.get("queue") == name)


def logged(house: House, words: str, count: int) -> None:
    eventually(lambda: house.daemon.log.count(words) >= count, PATIENCE, lambda: house.daemon.log[-3000:])


def test_wrong_rules_leave_the_old_ones_in_force_and_log_status_and_admin_say_so(house: House):
    refused = house.daemon.log.count("reload refused")
    wrong = HOUSE_RULES.replace("tags: [loud]", "tagz: [loud]").replace("members: [anna, bo]", "members: [annna, bo]")
    house.daemon.rules.write_text(wrong, "utf-8")
    house.daemon.reload()
    logged(house, "reload refused", refused + 1)
    told = " ".join(alarm(house, "rules.yaml", "annna").text.split())
    assert "rules.yaml:11:26: unknown person 'annna'; did you mean 'anna'?" in told
    assert "did you mean 'tags'?" in told, "every mistake of the file at once"
    assert "annna" in house.daemon.run("status").stdout
    assert house.write("larm i hallen", "Det tjuter.").becomes(tags=["loud"]), "the old rules stay in force"
    taken = house.daemon.log.count("reloaded")
    house.daemon.rules.write_text(HOUSE_RULES.replace("[loud]", "[quiet]"), "utf-8")
    logged(house, "reloaded", taken + 1)  # by the change alone, without a signal
    assert "annna" not in house.daemon.run("status").stdout
    assert house.write("larm i köket", "Det tjuter.").becomes(tags=["quiet"])


def test_a_broken_template_holds_its_notice_never_the_ticket_and_the_mended_one_lets_it_leave(house: House):
    template = house.daemon.folder / "templates" / "sv" / "requester" / "answered.md"
    template.parent.mkdir(parents=True, exist_ok=True)
    _take(house, template, "{% if entry.author.name == 'Anna Åkesson' %}{{ 1 // 0 }}{% endif %}{{ entry.text }}\n")
    case = house.write("Skrivaren", "Den är trasig.")
    case.operator(case.notice(), "Jag kommer i eftermiddag.")
    case.becomes(owner="anna", status="open")
    eventually(lambda: queue(house, "notices.held") == 1, PATIENCE, lambda: house.daemon.log[-3000:])
    assert case.had("answered") == []
    case.operator(case.notice(), "#ta\n#prioritet hög")
    case.becomes(priority="high")  # the ticket goes on
    assert "answered.md:1" in " ".join(alarm(house, "utskick som mallen stoppar").text.split())
    _take(house, template, "{{ entry.text }}\n\nLagad mall\n")
    mail = case.got("answered")
    assert "Jag kommer i eftermiddag." in mail.text
    assert "Lagad mall" in mail.text
    assert queue(house, "notices.held") == 0


def test_a_template_can_neither_read_files_nor_reach_into_python(house: House):
    template = house.daemon.folder / "templates" / "sv" / "requester" / "resolved.md"
    for attack in ("{{ ''.__class__.__mro__ }}", "{% include '/etc/passwd' %}", "{{ entry.text.__globals__ }}"):
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(attack, "utf-8")
        done = house.daemon.run("check")
        said = done.stdout + done.stderr
        template.unlink()
        assert done.returncode == 1, attack
        assert "resolved.md:1" in said, said
        assert "root:" not in said


def test_a_language_without_templates_falls_back_and_a_desks_own_file_overrides_one(house: House):
    own = house.daemon.folder / "templates" / "desks" / "acme" / "sv" / "requester" / "resolved.md"
    own.parent.mkdir(parents=True, exist_ok=True)
    _take(house, own, "Klart enligt ACME: {{ ticket.solution }}\n")
    case = house.write("Musen", "Den rör sig inte.")
    case.operator(case.notice(), "#löst Nytt batteri.")
    mail = case.got("resolved")
    assert "Klart enligt ACME: Nytt batteri." in mail.text
    assert "Klart enligt ACME: Nytt batteri." in mail.html


def _take(house: House, file: Path, text: str) -> None:
    """Write a template and wait until the daemon has taken it."""
    taken = house.daemon.log.count("reloaded")
    file.write_text(text, "utf-8")
    logged(house, "reloaded", taken + 1)
