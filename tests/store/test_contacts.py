"""What the command line shows of people outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.store import contacts
from gateway.tickets.effects import Remember

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_contacts_are_listed_by_who_was_seen_last_and_the_muted_apart(store):
    with store.write("contacts") as conn:
        contacts.remember(conn, Remember("Karin@umbrella.example", "Karin", "sv"), NOW)
        contacts.remember(conn, Remember("olle@umbrella.example", "Olle", None), NOW + timedelta(hours=1))
        contacts.mute(conn, "karin@umbrella.example", "bounced 5.1.1", NOW)
    with store.read() as conn:
        assert [row["name"] for row in contacts.list_rows(conn, 10)] == ["Olle", "Karin"]
        assert [row["name"] for row in contacts.list_rows(conn, 1)] == ["Olle"]
        (muted,) = contacts.list_rows(conn, 10, muted=True)
        assert (muted["muted"], muted["muted_at"]) == ("bounced 5.1.1", NOW.isoformat())
        assert contacts.row_of(conn, "KARIN@umbrella.example") == muted
        assert contacts.row_of(conn, "nobody@umbrella.example") is None
