from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from gateway.mail.message import Address, Attachment, Envelope
from gateway.mail.received import Received
from gateway.store import history, journal, notices, outbox, show, tickets, timers
from gateway.store.engine import Store
from gateway.store.outbox import Outgoing
from gateway.tickets.effects import AddEntry, Arm, OpenTicket, Suppress, Tell
from gateway.tickets.model import Actor, ActorKind, Kind, Status, Ticket, Visibility

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANNA = Address("Anna Åkesson", "anna@cust.test")
KEYS = (  # noqa: SIM905  # as it stands in the interfaces
    "schema_version reference aliases desk subject status status_name priority impact urgency type process category "
    "product service object cause tags template group owner line requester organisation contract participants watchers "
    "parent children links merged_into split_from foreign_references fields confidential language source solution "
    "lesson next_step steps promises last_word strikes time_spent_s created_at first_response_at resolved_at "
    "resolved_by closed_at reopened_count due sla version entries history mails held"
).split()


def open_one(store: Store, **values: object) -> Ticket:
    with store.write() as conn:
        return tickets.open_ticket(conn, OpenTicket("acme", "ACME", "Skrivaren", ANNA, values), NOW)


def shown(store: Store, ticket_id: int) -> dict[str, object]:
    with store.read() as conn:
        return json.loads(json.dumps(show.ticket_json(conn, ticket_id)))


def test_every_key_is_there_even_of_an_empty_ticket(store: Store):
    empty = shown(store, open_one(store).id)
    assert sorted(empty) == sorted(KEYS)
    assert (empty["owner"], empty["tags"], empty["fields"], empty["entries"]) == (None, [], {}, [])
    assert empty["requester"] == {"name": "Anna Åkesson", "address": "anna@cust.test"}
    assert empty["participants"] == [{"name": "Anna Åkesson", "address": "anna@cust.test", "role": "requester"}]
    assert (empty["created_at"], empty["closed_at"]) == ("2026-11-02T09:00:00Z", None)
    assert empty["strikes"] == {"sent": 0, "next_at": None}
    assert empty["due"] == {"first_response": None, "next_response": None, "update": None, "resolution": None}
    assert empty["sla"] == {"name": None, "met": None}


def test_an_unknown_ticket_shows_nothing(store: Store):
    assert shown(store, 99) is None


def test_other_tickets_are_named_by_reference(store: Store):
    parent = open_one(store)
    middle = open_one(store, parent=parent.id, split_from=parent.id)
    child, merged = open_one(store, parent=middle.id), open_one(store, merged_into=middle.id)
    found = shown(store, middle.id)
    assert (found["parent"], found["split_from"]) == (parent.reference, parent.reference)
    assert (found["children"], found["aliases"]) == ([child.reference], [merged.reference])
    assert shown(store, merged.id)["merged_into"] == middle.reference


def test_a_ticket_shows_its_whole_story(store: Store):
    ticket = open_one(store, status=Status.WAITING, tags=("vip",), fields={"rum": "12"})
    anna, file = (
        Actor(ActorKind.REQUESTER, "Anna", ANNA.address),
        Attachment("a.png", "image/png", 3, False, None, "ab"),
    )
    said = AddEntry(
        Kind.MESSAGE, Visibility.PUBLIC, "in", "Anna Å", "Hej", "<p>Hej</p>", to=(ANNA,), attachments=(file,),
        message_id="<a@x>", evidence=("bearer",), verified=False,
    )  # fmt: skip
    tell = Tell("registered", "requester", ANNA, None, "sv", ("requester",))
    mail = Outgoing(None, ticket.id, 1, "answered", "requester", "", ANNA.address, "s@acme.test", "<m@x>", b"raw", NOW)
    (held,) = journal.write_received(store, [Received(Envelope("m@evil.test", ("s@acme.test",), "smtp"), b"x", NOW)])
    with store.write() as conn:
        tickets.add_entry(conn, ticket.id, said, anna, NOW, None, "pass")
        history.append(conn, ticket.id, NOW, anna, "customer wrote", {"status": "waiting"})
        outbox.add(conn, mail, NOW)
        outbox.suppress(conn, ticket.id, Suppress("registered", "operator", ANNA, "muted"), NOW)
        notices.add(conn, ticket.id, 1, tell, "<n@x>", {}, NOW)
        journal.mark(conn, held.journal_id, "held", "unproven", ticket.id, facts={"text": "Hej"})
        timers.arm(conn, ticket.id, Arm("reminder-2", NOW + timedelta(days=1), {"sent": 1}))
    found = shown(store, ticket.id)
    assert found["entries"] == [
        {
            "id": 1, "at": "2026-11-02T09:00:00Z", "kind": "message", "visibility": "public", "direction": "in",
            "author": {"kind": "requester", "name": "Anna Å", "address": "anna@cust.test"}, "proof": "pass",
            "to": [{"name": "Anna Åkesson", "address": "anna@cust.test"}], "cc": [], "text": "Hej", "html": "<p>Hej</p>",
            "attachments": [
                {"name": "a.png", "type": "image/png", "size": 3, "inline": False, "content_id": None, "sha256": "ab"}
            ],
            "message_id": "<a@x>", "evidence": ["bearer"], "verified": False,
        }
    ]  # fmt: skip
    (line,) = found["history"]
    assert (line["actor"], line["cause"], line["change"]) == ("requester Anna", "customer wrote", {"status": "waiting"})
    assert len(line["digest"]) == 64
    assert [(m["event"], m["state"], m["suppressed_reason"], m["message_id"]) for m in found["mails"]] == [
        ("answered", "ready", None, "<m@x>"),
        ("registered", "suppressed", "muted", None),
        ("registered", "ready", None, "<n@x>"),
    ]
    assert set(found["mails"][0]) == set(found["mails"][2])
    (waiting,) = found["held"]
    assert (waiting["reason"], waiting["from"], waiting["facts"]) == ("unproven", "m@evil.test", {"text": "Hej"})
    assert found["strikes"] == {"sent": 1, "next_at": "2026-11-03T09:00:00Z"}


def test_rows_of_journal_and_outbox_are_json(store: Store):
    ticket = open_one(store)
    envelope = Envelope("a@b.test", ("s@acme.test",), "imap", "support", folder="INBOX", uid=1, uidvalidity=1)
    journal.write_received(store, [Received(envelope, b"x", NOW)])
    mail = Outgoing(None, ticket.id, 1, "answered", "requester", "", ANNA.address, "s@acme.test", "<m@x>", b"raw", NOW)
    with store.write() as conn:
        outbox.add(conn, mail, NOW)
        row = json.loads(json.dumps(show.journal_json(journal.list_rows(conn)[0])))
        sent = json.loads(json.dumps(show.outbox_json(conn, outbox.list_rows(conn)[0])))
    assert (row["state"], row["source"], row["mailbox"], row["rcpt_to"]) == (
        "received",
        "imap",
        "support",
        ["s@acme.test"],
    )
    assert (row["proof"], row["reason"], row["settled_at"]) == ({"verdict": "none"}, None, None)
    assert (sent["ticket"], sent["to"], sent["state"], sent["size"]) == (ticket.reference, ANNA.address, "ready", 3)
