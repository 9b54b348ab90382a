"""rules.yaml is changed while the daemon runs: good rules are taken, broken ones leave the old in force."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import letters
from tests.support.daemon import RULES, Daemon
from tests.support.sink import Sink
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

TAGGING = """\
rules:
  - name: Printers
    when: {subject: {contains: skrivare}}
    then: {tags: [printer]}
"""


def _tags(daemon: Daemon, sink: Sink, who: str) -> list[str]:
    daemon.send(letters.proven(letters.customer("En skrivare", "Den är trasig.", sender=f"Kund <{who}>")))
    receipt = sink.wait_for(1, who, "registered", seconds=30)[0]
    tags: list[str] = daemon.ticket(str(receipt.message["X-Ticket-Reference"]))["tags"]
    return tags


def test_new_rules_are_taken_and_broken_ones_leave_the_old_in_force(start: Callable[..., Daemon], sink: Sink):
    daemon = start()
    assert _tags(daemon, sink, "one@umbrella.example") == []

    daemon.rules.write_text(RULES + TAGGING, encoding="utf-8")
    daemon.reload()
    eventually(lambda: "reloaded" in daemon.log, 30, lambda: daemon.log)
    assert _tags(daemon, sink, "two@umbrella.example") == ["printer"]

    daemon.rules.write_text(RULES + TAGGING.replace("contains", "contians"), encoding="utf-8")
    daemon.reload()
    eventually(lambda: "reload refused" in daemon.log, 30, lambda: daemon.log)
    assert _tags(daemon, sink, "three@umbrella.example") == ["printer"], "the old rules stay in force"

    alarm = sink.wait_for(1, "root@acme.example", "alarm", seconds=30)[0]
    assert "contians" in alarm.text, "the admin is told what is wrong"
    checked = daemon.run("check")
    assert checked.returncode == 1
    assert "rules.yaml:" in checked.stdout + checked.stderr
    assert daemon.running
