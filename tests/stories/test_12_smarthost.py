"""The smarthost is down and comes back; it refuses for good: nothing is lost, nothing leaves twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.sink import Sink
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

KARIN, ANNA = "karin@umbrella.example", "anna@acme.example"


def _rows(daemon: Daemon, state: str) -> list[Any]:
    return daemon.json("outbox", "list", "--state", state)


def _is_muted(row: Any) -> bool:
    return bool(row["to"] == KARIN and "muted" in row["reason"])


def test_mails_wait_for_a_smarthost_that_is_away_and_leave_once_with_the_same_id(daemon: Daemon, sink: Sink):
    sink.script = lambda verb, _: "421 4.3.2 closed for a moment" if verb == "CONNECT" else None
    daemon.send(letters.proven(letters.customer("Skrivaren", "Den är trasig.")))
    deferred = eventually(lambda: (rows := _rows(daemon, "deferred"))[2:] and rows, 30, lambda: daemon.log)
    assert {row["to"] for row in deferred} == {KARIN, ANNA, "bo@acme.example"}
    assert sink.mails == []
    sink.script = None
    daemon.gateway("outbox", "retry", str(deferred[0]["id"]))
    mails = sink.wait_for(3, seconds=30)  # the first that gets through lets the others leave
    daemon.idle()
    assert sorted(mail.message_id for mail in sink.mails) == sorted(row["message_id"] for row in deferred)
    assert len(mails) == 3


def test_a_recipient_that_is_refused_for_good_is_muted_and_the_operators_are_told(daemon: Daemon, sink: Sink):
    sink.script = lambda verb, argument: "550 5.1.1 no such user" if verb == "RCPT" and KARIN in argument else None
    daemon.send(letters.proven(letters.customer("Skrivaren", "Den är trasig.")))
    told = sink.wait_for(1, ANNA, "bounced", seconds=30)[0]
    assert KARIN in told.text
    assert "no such user" in told.text
    (failed,) = _rows(daemon, "failed")
    assert (failed["to"], failed["event"]) == (KARIN, "registered")
    notice = sink.wait_for(1, ANNA, "registered", seconds=30)[0]
    daemon.send(letters.operator(notice.raw, "Hej Karin!\n\nVi tittar på den."))
    eventually(lambda: any(_is_muted(row) for row in _rows(daemon, "suppressed")), 30, lambda: daemon.log)
    reference = str(told.message["X-Ticket-Reference"])
    assert daemon.ticket(reference)["entries"][-1]["kind"] == "answer", "his words are kept"

    sink.script = None
    daemon.send(letters.proven(letters.customer(f"Re: [{reference}] Skrivaren", "Är ni där?")))
    sink.wait_for(1, ANNA, "customer-wrote", seconds=30)
    daemon.send(letters.operator(notice.raw, "Ja, vi är här."))
    assert "vi är här" in sink.wait_for(1, KARIN, "answered", seconds=30)[0].text, (
        "her own mail shows that she can be reached"
    )
