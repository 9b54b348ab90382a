"""A house with real rooms and no street: a migrated SQLite store, shipped templates, a smarthost that is a list."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from gateway.decide.terms import Terms
from gateway.mail.identity import Keys
from gateway.mail.message import Envelope
from gateway.mail.proof import Proof, Verdict
from gateway.mail.received import Received
from gateway.outbound.transport import Bounced, Deferred, Sent, SmarthostOptions
from gateway.policy.load import load
from gateway.render.library import Library
from gateway.rules.engine import Engine
from gateway.settings import shipped
from gateway.store import history, journal, outbox, tickets
from gateway.store.engine import Store
from gateway.store.keys import load_keys
from gateway.tickets.model import Ticket
from gateway.work import deliver, ingest, notify, tick
from gateway.work.deps import Deps, Habits
from gateway.work.parser_pool import InlineParser

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
RULES = r"""
admins: [anna]
desks:
  acme: {name: ACME Support, addresses: [support@acme.example], prefix: ACME, group: first-line, brand: acme, calendar: office}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example], language: sv}
  bo: {name: Bo Ek, addresses: [bo@acme.example], language: sv}
groups: {first-line: {members: [anna, bo]}, network: {members: [anna, bo], hand_out: round-robin}}
calendars: {office: {timezone: Europe/Stockholm, hours: {mon-fri: "08:00-17:00"}}}
"""
KARIN, ANNA, BO = "Karin Berg <karin@umbrella.example>", "Anna Åkesson <anna@acme.example>", "Bo Ek <bo@acme.example>"


@dataclass(slots=True)
class Smarthost:
    """Takes every mail, or does with the next ones as it is told; an exception is raised."""

    sent: list[tuple[str, str, bytes]] = field(default_factory=list)
    script: list[Sent | Deferred | Bounced | Exception] = field(default_factory=list)
    envelope_ids: list[str | None] = field(default_factory=list)  # of the mails that were tried
    options: SmarthostOptions = field(default_factory=lambda: SmarthostOptions("out", "127.0.0.1", 25))

    def send(
        self, mail_from: str, rcpt_to: str, raw: bytes, envelope_id: str | None = None
    ) -> Sent | Deferred | Bounced:
        self.envelope_ids.append(envelope_id)
        outcome = self.script.pop(0) if self.script else Sent(250, "ok", None)
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, Sent):
            self.sent.append((mail_from, rcpt_to, raw))
        return outcome


@dataclass(slots=True)
class House:
    """The steps with everything they need; `now` is turned by hand."""

    store: Store
    deps: Deps
    smarthost: Smarthost
    now: datetime = NOW
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def later(self, **amount: float) -> House:
        """Turn the clock."""
        self.now += timedelta(**amount)
        return self

    def under(self, rules: str = RULES, **habits: Any) -> House:
        """Put other rules or settings in force."""
        terms = make_terms(rules)
        self.deps = replace(self.deps, terms=lambda: terms, habits=replace(self.deps.habits, **habits))
        return self

    def receive(
        self, text: str, sender: str = KARIN, *, subject: str = "Skrivaren är trasig", to: str = "support@acme.example",
        verdict: Verdict = Verdict.PASS, mail_from: str | None = None, **headers: str,
    ) -> int:  # fmt: skip
        """Write a message to the journal; return its number."""
        received = self.message(text, sender, subject=subject, to=to, verdict=verdict, mail_from=mail_from, **headers)
        return journal.write_received(self.store, [received])[0].journal_id

    def message(
        self, text: str, sender: str = KARIN, *, subject: str = "Skrivaren är trasig", to: str = "support@acme.example",
        verdict: Verdict = Verdict.PASS, mail_from: str | None = None, **headers: str,
    ) -> Received:  # fmt: skip
        """Return a message as intake hands it over."""
        number = next(self.numbers)
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Message-ID"] = f"<m{number}@umbrella.example>"
        mail["Date"] = self.now
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        address = sender.partition("<")[2].rstrip(">") if mail_from is None else mail_from
        return Received(Envelope(address, (to,), "smtp"), mail.as_bytes(), self.now, Proof(verdict, "dmarc"))

    def ingest(self) -> int:
        return ingest.run_once(self.deps, self.now)

    def tick(self) -> int:
        return tick.run_once(self.deps, self.now)

    def send(self) -> list[EmailMessage]:
        """Render and deliver all there is; return what left."""
        before = len(self.smarthost.sent)
        while notify.run_once(self.deps, self.now):
            pass
        while deliver.run_once(self.deps, self.now):
            pass
        return [read(raw) for _, _, raw in self.smarthost.sent[before:]]

    def turn(self) -> list[EmailMessage]:
        """Let the whole house work once."""
        self.ingest()
        return self.send()

    def write(self, text: str, sender: str = KARIN, **given: Any) -> list[EmailMessage]:
        """Receive a message and let the house work; return the mails that left."""
        self.receive(text, sender, **given)
        return self.turn()

    def answer(self, to: EmailMessage, text: str, sender: str = ANNA, **given: Any) -> list[EmailMessage]:
        """Answer a mail of ours as a mail client does, and let the house work."""
        return self.write(text, sender, **answering(to), **given)

    def row(self, number: int) -> journal.JournalRow:
        with self.store.read() as conn:
            found = journal.get(conn, number)
        assert found is not None
        return found

    def ticket(self, number: int = 1001) -> Ticket | None:
        with self.store.read() as conn:
            return tickets.by_number(conn, number)

    def tickets(self) -> list[Ticket]:
        with self.store.read() as conn:
            return [t for n in range(1, 40) if (t := tickets.get(conn, n))]

    def outbox(self) -> list[outbox.OutboxRow]:
        """Return every row, oldest first."""
        with self.store.read() as conn:
            return outbox.list_rows(conn)[::-1]

    def history(self, ticket: Ticket) -> list[history.HistoryLine]:
        with self.store.read() as conn:
            return history.lines(conn, ticket.id)


def answering(mail: EmailMessage) -> dict[str, str]:
    """Return what makes a message the answer of a mail client to `mail`."""
    address = str(mail["Reply-To"] or mail["From"]).partition("<")[2].rstrip(">") or str(mail["Reply-To"])
    return {
        "subject": f"Re: {mail['Subject']}",
        "to": address,
        "In_Reply_To": str(mail["Message-ID"]),
        "References": f"{mail['References']} {mail['Message-ID']}",
    }


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def make_terms(rules: str) -> Terms:
    loaded = load({"rules.yaml": rules})
    return Terms(loaded, Engine(loaded), "tickets.acme.example")


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load([shipped() / "templates" / "mail"], [shipped() / "branding"])


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    store = Store(f"sqlite:///{folder}/gateway.db", folder)
    store.upgrade()
    store.close()
    return folder / "gateway.db"


@pytest.fixture
def make_house(tmp_path: Path, empty_database: Path, library: Library) -> Iterator[Callable[..., House]]:
    stores: list[Store] = []
    shutil.copy(empty_database, tmp_path / "gateway.db")

    def make(fail: Callable[[str], None] | None = None, worker: str = "one") -> House:
        house = open_house(tmp_path, library, fail, worker)
        stores.append(house.store)
        return house

    yield make
    for store in stores:
        store.close()


def open_house(folder: Path, library: Library, fail: Callable[[str], None] | None = None, worker: str = "one") -> House:
    """Open the house whose database lies in `folder`; another `worker` makes other random tokens."""
    store = Store(f"sqlite:///{folder}/gateway.db", folder / "state", fail)
    with store.read() as conn:
        keys: Keys = load_keys(conn)
    terms, smarthost, tokens = make_terms(RULES), Smarthost(), itertools.count()
    deps = Deps(
        store, lambda: terms, lambda: library, lambda: keys, InlineParser(), [smarthost],
        Habits("tickets.acme.example", worker=worker), lambda: token(next(tokens), worker),
    )  # fmt: skip
    return House(store, deps, smarthost)


def token(number: int, worker: str) -> str:
    """Return sixteen base32 characters that never repeat."""
    import base64
    import hashlib

    digest = hashlib.sha256(f"{worker} {number}".encode()).digest()[:10]
    return base64.b32encode(digest).decode("ascii").lower()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


@pytest.fixture
def rules() -> str:
    """The rules of the house, to add some."""
    return RULES
