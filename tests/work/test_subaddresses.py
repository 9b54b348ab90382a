"""A mail to oneself tells whether a provider delivers subaddresses; where it does not, operators answer by the key line."""

from __future__ import annotations

from gateway.mail.message import Envelope
from gateway.mail.received import Received
from gateway.store import journal
from gateway.work import subaddresses


def come_back(house, address: str) -> None:
    """Hand the mail that left over again, as the provider does, byte for byte."""
    house.send()
    raw = next(raw for _, to, raw in reversed(house.smarthost.sent) if to == address)
    journal.write_received(house.store, [Received(Envelope("", (address,), "smtp"), raw, house.now)])
    house.ingest()


def ask(house) -> str:
    with house.store.write("probe") as conn:
        (address,) = subaddresses.ask(conn, house.deps, house.now)
    return address


def known(house) -> bool | None:
    desk = house.deps.terms().policy.desks["acme"]
    with house.store.read() as conn:
        return subaddresses.known(conn, desk, house.now)


def replies_go_to(house, text: str) -> set[str | None]:
    mails = house.write(text)
    notices = [mail for mail in mails if "anna@acme.example" in str(mail["To"])]
    assert notices
    return {str(mail["Reply-To"]) if mail["Reply-To"] else None for mail in notices}


def test_while_nobody_asked_operators_answer_to_a_subaddress(house):
    assert known(house) is None
    assert all("support+" in str(address) for address in replies_go_to(house, "Hej"))


def test_a_mail_that_comes_back_says_yes(house):
    address = ask(house)
    come_back(house, address)
    assert known(house) is True
    assert house.tickets() == [], "our own mail opens nothing"
    assert known(house.later(days=2)) is True


def test_a_mail_that_is_lost_says_no_and_the_key_line_is_used(house):
    ask(house)
    house.send()
    house.later(minutes=29)
    assert known(house) is None
    house.later(minutes=2)
    assert known(house) is False
    assert replies_go_to(house, "Hej") == {None}


def test_asked_again_a_no_is_a_no_until_the_answer_comes(house):
    ask(house)
    house.send()
    house.later(hours=1)
    address = ask(house)
    assert known(house) is False
    come_back(house, address)
    assert known(house) is True


def test_a_mail_that_somebody_else_sends_to_the_address_says_nothing(house):
    address = ask(house)
    house.receive("Hej", to=address)
    house.ingest()
    assert known(house) is None
