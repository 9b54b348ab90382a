"""Mail that leaves: signed, told apart by its envelope, stopped and let go by ops, known by the name a relay gave it."""

from __future__ import annotations

import re
import smtplib
import subprocess
from collections.abc import Iterator
from email.utils import parseaddr

import dkim
import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.house import PATIENCE, House
from tests.support.sink import Sink
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

ANNA, ADMIN = "anna@acme.example", "root@acme.example"
RENAMED = "<AM0PR01MB1.{}@AM0PR01MB1.eurprd01.prod.exchangelabs.com>"


def openssl(*arguments: str, given: str = "") -> str:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True, text=True).stdout


@pytest.fixture(scope="module")
def key() -> str:
    return openssl("genrsa", "-traditional", "2048")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, key: str) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("delivery")
    signing = {"selector": "s1", "domain": "acme.example", "key": {"env": "DKIM_KEY"}}
    settings = {"delivery": {"dkim": signing}}
    with Sink() as sink, Daemon(folder, sink=sink, settings=settings, environment={"DKIM_KEY": key}) as daemon:
        yield House(daemon, sink)


@pytest.fixture(scope="module")
def dns(key: str):
    public = "".join(openssl("rsa", "-pubout", given=key).splitlines()[1:-1])
    return lambda name, timeout=5: (
        f"v=DKIM1; k=rsa; p={public}".encode() if name == b"s1._domainkey.acme.example." else None
    )


def test_every_mail_is_signed_for_the_desks_domain_and_verifies_as_it_came(house: House, dns) -> None:
    case = house.write("Skrivaren är trasig", "Hej!\n\n.\n.. punkter först på raden\n\nKarin")
    mails = [case.receipt, case.notice()]
    assert [dkim.verify(mail.raw, dnsfunc=dns) for mail in mails] == [True, True]
    assert not dkim.verify(mails[0].raw + b"x\r\n", dnsfunc=dns)
    row = next(row for row in house.daemon.json("outbox", "list") if row["message_id"] == case.receipt.message_id)
    shown = subprocess.run(
        [*house.daemon.program, "outbox", "show", str(row["id"]), "--raw", "--config", str(house.daemon.config)],
        cwd=house.daemon.folder, env=house.daemon.environment, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert shown == case.receipt.raw, "the outbox shows the exact mail as sent"


def test_a_key_that_does_not_sign_is_told_by_check(house: House) -> None:
    daemon = house.daemon
    good = daemon.environment["DKIM_KEY"]
    assert daemon.run("check").returncode == 0
    daemon.environment["DKIM_KEY"] = "no key at all"
    try:
        done = daemon.run("check")
    finally:
        daemon.environment["DKIM_KEY"] = good
    assert done.returncode == 1
    assert "delivery.dkim.key does not sign" in done.stdout
    assert "no key at all" not in done.stdout + done.stderr


def test_what_a_customer_wrote_with_bare_line_ends_leaves_with_none(house: House) -> None:
    who = house.customer()
    raw = letters.proven(letters.plain("Bara radslut", "Rad ett", sender=who))
    head, _, body = raw.partition(b"\r\n\r\n")
    wire = head + b"\r\n\r\n" + body + b"rad\rtv\xc3\xa5\r\n.\r\n..slut\r\n"
    with smtplib.SMTP(*house.daemon.address(), timeout=20) as client:
        client.ehlo()
        client.mail(parseaddr(who)[1])
        client.rcpt("support@acme.example")
        client.data(wire)
    house.mail(parseaddr(who)[1], "registered")
    house.mail(ANNA, "registered")
    assert house.sink.faults == []


def envelope_id(mail) -> str:
    found = re.search(r"ENVID=(\S+)", mail.parameters)
    assert found is not None, mail.parameters
    return found[1]


def test_a_report_that_names_our_envelope_is_believed_whoever_it_is_sent_to(house: House) -> None:
    case = house.write("Kopian", "Den går sönder.")
    assert "NOTIFY=FAILURE,DELAY" in case.receipt.parameters
    report = letters.bounce(case.receipt.raw, case.address, to="support@acme.example")
    fields = b"Original-Envelope-Id: " + envelope_id(case.receipt).encode() + b"\r\nReporting-MTA:"
    report = report.replace(case.receipt.message_id.encode(), b"<renamed@relay.example>")
    assert b"Reporting-MTA:" in report
    house.daemon.send(report.replace(b"Reporting-MTA:", fields, 1), "", ["support@acme.example"])
    told = case.notice(event="bounced")
    assert case.address in told.text
    assert [row for row in house.daemon.json("outbox", "list", "--state", "failed") if row["to"] == case.address]


def test_a_mail_that_a_relay_renamed_is_found_by_the_name_in_its_250(house: House) -> None:
    who = house.customer("Erik Ek")
    address = parseaddr(who)[1]
    renamed = RENAMED.format(address.partition("@")[0])
    house.sink.script = lambda verb, argument: (
        f"250 2.0.0 OK {renamed} [Hostname=AM0]" if (verb, argument) == (".", address) else None
    )
    case = house.write("Dörren", "Den går inte att låsa.", sender=who)
    house.sink.script = None
    again = letters.plain("Re: dörren", "Nu går den inte att öppna heller.", sender=who, In_Reply_To=renamed)
    house.daemon.send(letters.proven(again))
    case.notice(event="customer-wrote")
    assert any("alias" in line for line in case.ticket["entries"][-1]["evidence"])


def test_a_pause_stops_all_but_alarms_is_told_and_ends(house: House) -> None:
    daemon, sink = house.daemon, house.sink
    assert "paused: all mail" in daemon.gateway("outbox", "pause", "--reason", "fel avsändare")
    try:
        who = house.customer("Frida Berg")
        daemon.send(letters.proven(letters.customer("Bilen", "Den startar inte.", sender=who)))
        eventually(
            lambda: any("fel avsändare" in mail.text for mail in sink.to(ADMIN, "alarm")), PATIENCE, sink.summary
        )
        eventually(
            lambda: [r for r in daemon.json("outbox", "list", "--state", "ready") if r["to"] == parseaddr(who)[1]],
            PATIENCE,
        )
        assert house.mails(parseaddr(who)[1]) == []
        assert any("fel avsändare" in str(line) for line in daemon.json("status"))
    finally:
        assert "lifted 1 pause" in daemon.gateway("outbox", "resume")
    house.mail(parseaddr(who)[1], "registered")
    assert daemon.run("outbox", "resume").returncode == 1, "nothing was paused"


def test_a_pause_of_a_smarthost_or_a_desk_that_is_not_there_is_refused(house: House) -> None:
    for option, wrong, meant in (("--smarthost", "sinc", "sink"), ("--desk", "acmee", "acme")):
        done = house.daemon.run("outbox", "pause", option, wrong)
        assert done.returncode == 2
        assert meant in done.stderr
    assert house.daemon.run("outbox", "resume").returncode == 1


def test_a_test_mail_leaves_at_once_signed_and_tells_what_the_smarthost_said(house: House, dns) -> None:
    said = house.daemon.gateway("mail", "send-test", "--to", "test@elsewhere.example")
    (mail,) = house.sink.wait_for(1, "test@elsewhere.example")
    assert "sink: taken: 250" in said
    assert dkim.verify(mail.raw, dnsfunc=dns)
    assert mail.message["From"].addresses[0].addr_spec == "support@acme.example"


def test_a_test_mail_that_is_refused_says_so_by_its_status(house: House) -> None:
    house.sink.script = lambda verb, argument: "550 5.7.1 not you" if verb == "RCPT" and "nobody@" in argument else None
    try:
        done = house.daemon.run("mail", "send-test", "--to", "nobody@elsewhere.example")
    finally:
        house.sink.script = None
    assert (done.returncode, "refused: 550 5.7.1 not you" in done.stdout) == (1, True)
