"""A real Postfix in front and as smarthost: it takes what the map says, hands over by LMTP, and brings the answers out."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.postfix import WHY_NOT, Postfix
from tests.support.sink import Sink
from tests.support.waiting import eventually

pytestmark = [pytest.mark.timeout(300), pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))]

KARIN, ANNA = "karin@umbrella.example", "anna@home.example"
RULES = """\
desks:
  acme: {name: ACME Support, addresses: [support@acme.example], prefix: ACME}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@home.example]}
groups:
  first-line: {members: [anna]}
"""


def test_mail_comes_in_and_goes_out_through_postfix(tmp_path: Path, sink: Sink):
    with Postfix(sink.port) as postfix:
        trust = {"authserv_id": "mx.acme.example", "relays": ["127.0.0.1"]}
        out = [{"name": "postfix", "host": "127.0.0.1", "port": postfix.port, "tls": "none"}]
        settings = {"listen": {"lmtp": {"address": "127.0.0.1", "port": 0, "trust": trust}}, "smarthost": out}
        with Daemon(tmp_path / "gateway", rules=RULES, settings=settings) as daemon:
            postfix.start(daemon.gateway("addresses", "--postfix"), daemon.address("lmtp")).wait()
            saying = lambda: f"{sink.summary()}\n{postfix.log}\n{daemon.log[-2000:]}"  # noqa: E731

            def hand_over(raw: bytes, sender: str, recipient: str) -> None:
                with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
                    client.sendmail(sender, [recipient], raw)

            hand_over(letters.proven(letters.customer("Skrivaren", "Den är trasig.")), KARIN, "support@acme.example")
            receipt = eventually(lambda: sink.to(KARIN, "registered"), 60, saying)[0]
            notice = eventually(lambda: sink.to(ANNA, "registered"), 60, saying)[0]
            answer = letters.operator(notice.raw, "Den är lagad.\n\n#löst", sender=f"Anna Åkesson <{ANNA}>")
            reply_to = notice.message["Reply-To"].addresses[0].addr_spec
            assert reply_to.startswith("support+"), "a subaddress passes the map"
            hand_over(answer, ANNA, reply_to)
            resolved = eventually(lambda: sink.to(KARIN, "resolved"), 60, saying)[0]
            assert "Den är lagad." in resolved.text
            assert resolved.message["X-Ticket-Reference"] == receipt.message["X-Ticket-Reference"]
            with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
                client.ehlo()
                client.mail(KARIN)
                code, why = client.rcpt("nobody@acme.example")
            assert code == 550, why
            assert sink.faults == []
