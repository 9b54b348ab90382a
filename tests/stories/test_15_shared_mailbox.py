"""A team that works in the shared mailbox itself: what it writes there by hand is on the ticket, and is not sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import make_msgid

import pytest

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.house import PATIENCE, Case, House
from tests.support.sink import Sink
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)

DESK = "ACME Support <support@acme.example>"


class Team:
    """The daemon, and the shared mailbox as the team's own clients see it."""

    def __init__(self, house: House, server: Dovecot, user: str) -> None:
        self.house, self.server, self.user = house, server, user

    def lay(self, raw: bytes, folder: str) -> None:
        with self.server.client(self.user) as client:
            client.append(folder, raw)

    def lay_and_see(self, raw: bytes, folder: str) -> dict:
        """Put a mail into a folder, wait until the journal is done with it, return its row."""
        before = self.newest()["id"]
        self.lay(raw, folder)

        def done() -> dict | None:
            row = self.newest()
            return row if row["id"] > before and row["state"] != "received" else None

        return eventually(done, PATIENCE, lambda: f"nothing came of it\n{self.house.daemon.log[-3000:]}")

    def newest(self) -> dict:
        return self.house.daemon.json("journal", "list", "--limit", "1")[0]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, users: Callable[[], str]) -> Iterator[Team]:
    user = users()
    with dovecot.client(user) as client:
        client.create_folder("Sent")
        client.create_folder("Junk")
    box = {
        "name": "support", "desk": "acme", "host": "127.0.0.1", "port": dovecot.port, "tls": "none", "poll": "1s",
        "user": user, "password": {"env": "IMAP_PASSWORD"}, "since": "2020-01-01", "sent": "Sent", "junk": "Junk",
        "trust": {"authserv_id": "mx.acme.example"},
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("team")
    environment = {"IMAP_PASSWORD": PASSWORD}
    with Sink() as sink, Daemon(folder, sink=sink, settings={"mailbox": [box]}, environment=environment) as daemon:
        yield Team(House(daemon, sink), dovecot, user)


def by_hand(case: Case, text: str, *, sender: str = DESK, to: str | None = None, **more: str) -> bytes:
    """Return an answer to the customer's own mail, as somebody writes it in the mailbox."""
    first = case.ticket["entries"][0]["message_id"]
    raw = letters.plain(f"SV: {case.receipt.subject}", text, sender=sender, to=to or case.sender, **more)
    return f"In-Reply-To: {first}\r\nReferences: {first}\r\n".encode() + raw


def test_an_answer_by_hand_is_on_the_ticket_and_goes_out_no_second_time(team: Team):
    case = team.house.write("Skrivaren", "Den är trasig.")
    before = len(case.had())
    team.lay(by_hand(case, "Hej Karin!\n\nStarta om den.\n\n/Anna"), "Sent")
    ticket = case.becomes(last_word="us", status="open")
    answer = ticket["entries"][-1]
    assert (answer["kind"], answer["visibility"], answer["direction"]) == ("answer", "public", "out")
    assert "Starta om den." in answer["text"]
    assert answer["author"]["name"] == "ACME Support"
    assert ticket["first_response_at"] is not None
    assert any("written by hand" in (mail["suppressed_reason"] or "") for mail in ticket["mails"])
    team.house.daemon.idle()
    assert len(case.had()) == before
    told = team.house.mail("anna@acme.example", "registered", case.reference)
    assert told, "who works there is told of tickets as ever"


def test_an_operator_who_answers_by_hand_owns_the_ticket(team: Team):
    case = team.house.write("Skannern", "Den är trasig.")
    team.lay(by_hand(case, "Jag tittar på det.", sender=letters.ANNA), "Sent")
    ticket = case.becomes(owner="anna", status="open")
    assert ticket["entries"][-1]["author"]["name"] == "Anna Åkesson"


def test_sent_on_behalf_of_the_desk_is_the_words_of_who_pressed_send(team: Team):
    case = team.house.write("Faxen", "Den är trasig.")
    team.lay(by_hand(case, "Jag tittar på det.", Sender=letters.BO), "Sent")
    assert case.becomes(owner="bo")["entries"][-1]["author"]["name"] == "Bo Ek"


def test_what_a_customer_answers_to_a_mail_by_hand_comes_to_the_ticket(team: Team):
    case = team.house.write("Skärmen", "Den är svart.")
    sent = by_hand(case, "Är den på?")
    team.lay(sent, "Sent")
    case.becomes(last_word="us")
    team.lay(letters.proven(letters.reply(sent, "Ja.", sender=case.sender)), "INBOX")
    ticket = case.becomes(last_word="customer")
    assert [entry["direction"] for entry in ticket["entries"]] == ["in", "out", "in"]


def test_our_own_mails_in_the_sent_folder_are_filed(team: Team):
    case = team.house.write("Musen", "Den är trasig.")
    entries = len(case.ticket["entries"])
    row = team.lay_and_see(case.receipt.raw, "Sent")
    assert (row["state"], row["reason"]) == ("done", "one of our own mails came back")
    changed = case.receipt.raw.replace(case.receipt.message_id.encode(), make_msgid(domain="relay.example").encode())
    assert "Message-ID was changed" in team.lay_and_see(changed, "Sent")["reason"]
    assert len(case.ticket["entries"]) == entries


def test_a_conversation_of_no_ticket_is_filed(team: Team):
    team.house.write("Lampan", "Den är av.")
    raw = letters.plain("Lunch", "Ska vi äta?", sender=DESK, to="vän@umbrella.example")
    row = team.lay_and_see(raw, "Sent")
    assert (row["state"], row["reason"]) == ("done", "written by hand, in no ticket")


def test_a_mail_of_somebody_else_laid_into_the_sent_folder_changes_nothing(team: Team):
    case = team.house.write("Kabeln", "Den är av.")
    raw = by_hand(case, "Stäng ärendet.", sender="Mallory <mallory@evil.example>")
    assert "nobody of ours" in team.lay_and_see(raw, "Sent")["reason"]
    assert len(case.ticket["entries"]) == 1


def test_a_supplier_asked_by_hand_is_external_and_so_is_his_answer(team: Team):
    case = team.house.write("Tonern", "Den är slut.")
    sent = by_hand(case, "Kan ni leverera?", to="Toner AB <service@toner.example>")
    team.lay(sent, "Sent")
    asked = eventually(lambda: case.ticket["entries"][1:], PATIENCE)[0]
    assert (asked["kind"], asked["visibility"]) == ("external", "external")
    assert case.ticket["status"] == "new", "the customer has no answer yet"
    answer = letters.reply(sent, "I morgon.", sender="Toner AB <service@toner.example>")
    team.lay(letters.proven(answer), "INBOX")
    came = eventually(lambda: case.ticket["entries"][2:], PATIENCE)[0]
    assert (came["visibility"], came["direction"]) == ("external", "in")
    team.house.daemon.idle()
    assert [mail.message["X-Ticket-Event"] for mail in case.had()] == ["registered"]


def test_a_note_to_a_colleague_by_hand_stays_inside(team: Team):
    case = team.house.write("Bordet", "Det är trasigt.")
    team.lay(by_hand(case, "Bo, tar du den?", to=letters.BO), "Sent")
    note = eventually(lambda: case.ticket["entries"][1:], PATIENCE)[0]
    assert (note["kind"], note["visibility"]) == ("note", "internal")
    assert case.ticket["status"] == "new"


def test_a_customers_answer_that_the_provider_took_for_junk_is_read_all_the_same(team: Team):
    case = team.house.write("Stolen", "Den är trasig.")
    team.lay(letters.reply(case.receipt.raw, "Benet är av.", sender=case.sender), "Junk")
    assert case.becomes(last_word="customer")["entries"][-1]["text"].startswith("Benet är av.")
    stranger = letters.reply(case.receipt.raw, "Köp klockor!", sender="Spam <spam@evil.example>")
    assert team.lay_and_see(stranger, "Junk")["state"] == "held"
