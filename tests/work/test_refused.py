"""That clients are put off is told to the admins, once a cause and hour (A32)."""

from __future__ import annotations

from gateway.work import refused

CROWD = ("connections", 180, "203.0.113.9")
HURRY = ("sender", 20, "robot@hurry.example\r\nBcc: x@evil.example")


def words(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def test_nobody_is_told_of_nothing(house):
    assert refused.tell(house.deps, (), house.now) == []


def test_each_cause_is_told_once_an_hour_to_every_admin(house):
    house.under(admin=("root@acme.example",))
    assert refused.tell(house.deps, [CROWD], house.now) == ["connections"]
    mails = house.send()
    assert {mail["To"].addresses[0].addr_spec for mail in mails} == {"anna@acme.example", "root@acme.example"}
    assert "180 anslutningar" in words(mails[0])
    assert "203.0.113.9" in words(mails[0])
    assert refused.tell(house.deps, [CROWD, HURRY], house.later(minutes=59).now) == ["sender"]
    later = house.send()
    assert len(later) == 2
    assert "anslutningar över gränsen" not in words(later[0])
    assert refused.tell(house.deps, [CROWD], house.later(minutes=2).now) == ["connections"]


def test_what_a_client_said_makes_no_line_and_no_header(house):
    refused.tell(house.deps, [HURRY], house.now)
    mail = house.send()[0]
    assert mail["Bcc"] is None
    assert "\nBcc" not in words(mail)
